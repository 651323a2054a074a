import { captionOf } from "./Captions.ts"
import { idOfShortcode, mediaId, secondsOf, shortcodeOf } from "./MediaId.ts"
import { baseline, daySeconds, followersAt, handle, personaOf } from "./Persona.ts"
import type { Persona } from "./Persona.ts"
import { Prng } from "./Prng.ts"
import type { Place } from "./voices/Voice.ts"

/** What a post is, before any of the shapes in which Instagram shows it. */
export interface Post {
  readonly id: string
  readonly shortcode: string
  /** Seconds since 1970. */
  readonly takenAt: number
  readonly kind: "photo" | "carousel" | "reel"
  readonly owner: Persona
  readonly coauthors: ReadonlyArray<Persona>
  readonly tagged: ReadonlyArray<Persona>
  readonly caption: string | null
  readonly sponsor: string | null
  readonly place: Place | null
  readonly likes: number
  /** The owner hides the count: Instagram then says −1. */
  readonly likesHidden: boolean
  readonly comments: number
  readonly views: number
  readonly plays: number
  readonly seconds: number
  readonly width: number
  readonly height: number
  readonly children: number
}

/**
 * Latest posts of an account as they stood at the start of `day` (days since 1970), newest first, of at most `slots` slots. Time
 * is cut into slots of the account's posting interval, one post each: a post keeps its id, time and text from day to day, and
 * its counts grow for about a week.
 */
export const latestPosts = (persona: Persona, day: number, slots: number): ReadonlyArray<Post> => {
  const newest = newestSlot(persona, day)
  const count = Math.min(slots, newest - firstSlot(persona) + 1)
  return Array.from({ length: count }, (_, index) => postAt(persona, newest - index, day)).sort((a, b) => b.takenAt - a.takenAt)
}

/** How many posts the account shows on that day. */
export const postCount = (persona: Persona, day: number): number => newestSlot(persona, day) - firstSlot(persona) + 1

/** Up to three older posts that a quarter of the accounts pin to the top, changed every 90 days. */
export const pinnedPosts = (persona: Persona, day: number): ReadonlyArray<Post> => {
  const quarter = Math.floor(day / 90) * 90
  const prng = new Prng("pins", persona.username, quarter)
  const slots = Array.from(
    { length: prng.chance(0.25) ? prng.int(1, 3) : 0 },
    () => Math.floor((quarter - prng.int(2, 80)) * daySeconds / persona.postInterval)
  )
  return [...new Set(slots)]
    .filter((slot) => slot >= firstSlot(persona) && slot <= newestSlot(persona, day))
    .map((slot) => postAt(persona, slot, day))
}

/** The post of this account with that shortcode, or `null`. */
export const postOfAccount = (persona: Persona, shortcode: string, day: number): Post | null => {
  const id = idOfShortcode(shortcode)
  if (id === null) return null
  const slot = (seconds: number) => Math.floor(seconds / persona.postInterval)
  // A favourite hour moves a post within its day, so its time may lie a day outside its slot.
  for (let at = slot(secondsOf(id) - daySeconds); at <= slot(secondsOf(id) + daySeconds); at++) {
    const post = postAt(persona, at, day)
    if (post.shortcode === shortcode) return post
  }
  return null
}

/**
 * The post of a shortcode nobody was shown before: a made-up account, at the time that the id says. `null` where it is no
 * shortcode.
 */
export const postOfStranger = (shortcode: string, day: number): Post | null => {
  const id = idOfShortcode(shortcode)
  if (id === null) return null
  const owner = personaOf(handle(new Prng("owner of", shortcode)))
  const takenAt = Math.min(secondsOf(id), day * daySeconds - 1)
  return {
    ...postAt(owner, Math.floor(takenAt / owner.postInterval), day),
    id: String(id),
    shortcode,
    takenAt,
    owner,
    coauthors: []
  }
}

const firstSlot = (persona: Persona): number => Math.ceil(persona.createdAt / persona.postInterval)

/** The latest slot whose post was out when the day began; one before the first where there is none. */
const newestSlot = (persona: Persona, day: number): number => {
  const cutoff = Math.min(day * daySeconds, persona.stoppedAt ?? Infinity)
  let slot = Math.floor(cutoff / persona.postInterval)
  while (slot >= firstSlot(persona) && timeOf(persona, slot) >= cutoff) slot--
  return slot
}

const timeOf = (persona: Persona, slot: number): number => {
  const prng = new Prng("time", persona.username, slot)
  const time = Math.floor((slot + prng.next()) * persona.postInterval)
  return prng.chance(0.3)
    ? time
    : Math.floor(time / daySeconds) * daySeconds + prng.pick(persona.favouriteHours) * 3_600 + prng.int(0, 3_599)
}

const postAt = (persona: Persona, slot: number, day: number): Post => {
  const takenAt = timeOf(persona, slot)
  const prng = new Prng("post", persona.username, slot)
  const id = mediaId(takenAt, prng.int(0, 0x7fffff))
  const roll = prng.next()
  const kind = roll < persona.photoShare ? "photo" : roll < persona.photoShare + persona.reelShare ? "reel" : "carousel"
  const [width, height] = kind === "reel" ? [1080, 1920] : prng.pick([[1080, 1080], [1080, 1350], [1080, 1440], [1080, 720]])
  const partner = prng.chance(persona.collaborationShare) ? personaOf(prng.pick(persona.friends)) : null
  const foreign = partner !== null && prng.chance(0.4)
  const sponsor = prng.chance(persona.sponsoredShare) ? prng.pick(persona.brands) : null
  const tagged = prng.sample(persona.friends, prng.chance(0.35) ? prng.int(1, 3) : 0)
  const caption = captionOf(prng, persona, sponsor, prng.chance(0.5) ? tagged : [])
  const likes = likesOf(prng, persona, takenAt, day) * reach[kind] * (partner === null ? 1 : 1.5)
  const views = likes / prng.between(0.03, 0.09)
  return {
    id: String(id),
    shortcode: shortcodeOf(id),
    takenAt,
    kind,
    owner: foreign ? partner : persona,
    coauthors: partner === null ? [] : [foreign ? persona : partner],
    tagged: tagged.map(personaOf),
    caption,
    sponsor,
    place: prng.chance(0.2) ? prng.pick(persona.voice.places) : null,
    likes: Math.round(likes),
    likesHidden: prng.chance(persona.hiddenLikesShare),
    comments: Math.round(likes * persona.commentShare * prng.spread(0.6)),
    views: Math.round(views),
    plays: Math.round(views * prng.between(1.3, 3.5)),
    seconds: Math.round(prng.logUniform(5, 90) * 1000) / 1000,
    width: width as number,
    height: height as number,
    children: kind === "carousel" ? prng.int(2, 7) : 0
  }
}

/** Likes so far of a usual post: followers when it was made × engagement, of which 1/e is missing after a day and a half. */
const likesOf = (prng: Prng, persona: Persona, takenAt: number, day: number): number => {
  const audience = followersAt(persona, Math.max(takenAt, baseline))
  const age = day * daySeconds - takenAt + 6 * 3_600
  return audience * persona.engagement * (1 - persona.commentShare) * prng.spread(0.45) *
    (1 - Math.exp(-age / (1.5 * daySeconds)))
}

const reach = { photo: 0.85, carousel: 1.1, reel: 1.15 }
