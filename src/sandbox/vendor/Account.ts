import { baseline, daySeconds, followersAt, handle, personaOf } from "./Persona.ts"
import type { Persona } from "./Persona.ts"
import { latestPosts, pinnedPosts, postCount } from "./Post.ts"
import type { Post } from "./Post.ts"
import { profileNode, timelineNode, videoNode } from "./PostNodes.ts"
import { Prng } from "./Prng.ts"
import { avatar, picture, shimmed } from "./SignedUrl.ts"
import { english } from "./voices/English.ts"

/** A generated account in the shape of a profile answer's `data.user`. */
export type Account = ReturnType<typeof accountFor>

/**
 * The days since 1970 that an instant (milliseconds) falls on; instants before 2020 count as 1 January 2020, when every account
 * exists.
 */
export const dayOf = (now: number): number => Math.floor(Math.max(now / 1000, baseline) / daySeconds)

/**
 * The account of a username as Instagram would show it at `now` (milliseconds since 1970): 12 posts and up to 12 videos, 100 to
 * 300 KB as JSON. The same username and day give the same bytes; over days followers drift, counts grow and new posts appear,
 * while ids, shortcodes and texts stay. Instants before 2020 count as 1 January 2020.
 */
export const accountFor = (username: string, now: number) => {
  const day = dayOf(now)
  const persona = personaOf(username)
  const prng = new Prng("account", username)
  const timeline = latestPosts(persona, day, 12)
  return {
    ...bioFields(persona, prng),
    ai_agent_owner_username: null,
    ai_agent_type: null,
    fb_profile_biolink: null,
    ...viewerFields,
    country_block: false,
    eimu_id: `11${prng.digits(13)}`,
    edge_followed_by: { count: followersAt(persona, day * daySeconds) },
    fbid: `178414${prng.digits(11)}`,
    edge_follow: { count: persona.hollow ? prng.int(4_000, 7_500) : Math.round(prng.logUniform(20, 2_500)) },
    full_name: persona.full_name,
    group_metadata: null,
    has_ar_effects: false,
    has_clips: timeline.some(({ kind }) => kind === "reel"),
    has_guides: prng.chance(0.1),
    has_channel: false,
    highlight_reel_count: prng.int(0, 24),
    has_onboarded_to_text_post_app: prng.chance(0.6),
    hide_like_and_view_counts: false,
    id: persona.id,
    ...businessFields(persona, prng),
    is_supervision_enabled: false,
    is_guardian_of_viewer: false,
    is_supervised_by_viewer: false,
    is_supervised_user: false,
    is_embeds_disabled: false,
    is_joined_recently: false,
    guardian_id: null,
    is_private: false,
    is_verified: persona.is_verified,
    is_verified_by_mv4b: persona.is_verified && prng.chance(0.3),
    is_regulated_c18: false,
    edge_mutual_followed_by: { count: 0, edges: [] },
    pinned_channels_list_count: prng.int(0, 1),
    profile_pic_url: avatar(username, day),
    profile_pic_url_hd: picture(username, day)("dst-jpg_s320x320"),
    show_account_transparency_details: true,
    show_text_post_app_badge: false,
    remove_message_entrypoint: false,
    transparency_label: null,
    transparency_product: null,
    username,
    connected_fb_page: null,
    pronouns: prng.chance(0.15) ? prng.pick([["she", "her"], ["he", "him"], ["they", "them"]]) : [],
    edge_felix_video_timeline: felix(persona, prng, day),
    edge_owner_to_timeline_media: {
      count: postCount(persona, day),
      page_info: pageInfo(prng, postCount(persona, day) > timeline.length),
      edges: withPins(persona, timeline, day)
    },
    edge_saved_media: emptyConnection,
    edge_media_collections: emptyConnection,
    edge_related_profiles: { edges: related(persona, prng, day) }
  }
}

/** The `edge_owner_to_timeline_media` of a user-posts answer: the same latest posts, with comments. */
export const timelineFor = (username: string, now: number) => {
  const persona = personaOf(username)
  const count = postCount(persona, dayOf(now))
  const timeline = latestPosts(persona, dayOf(now), 12)
  return {
    count,
    page_info: pageInfo(new Prng("page", username), count > timeline.length),
    edges: timeline.map((post) => ({ node: timelineNode(post, dayOf(now)) }))
  }
}

/** Pinned posts come first whatever their date, and push the oldest out: the traps of reading `edges[0]` as the latest post. */
const withPins = (persona: Persona, timeline: ReadonlyArray<Post>, day: number) => {
  const pins = pinnedPosts(persona, day)
  const rest = timeline.filter(({ id }) => !pins.some((pin) => pin.id === id)).slice(0, 12 - pins.length)
  return [
    ...pins.map((post) => ({ node: profileNode(post, day, persona) })),
    ...rest.map((post) => ({ node: profileNode(post, day, null) }))
  ]
}

/** Videos once more, older ones included; a third of today's accounts show none here. */
const felix = (persona: Persona, prng: Prng, day: number) => {
  if (prng.chance(0.35)) return emptyConnection
  const videos = latestPosts(persona, day, 48).filter(({ kind }) => kind === "reel").slice(0, 12)
  const count = Math.max(videos.length, Math.round(postCount(persona, day) * persona.reelShare))
  return {
    count,
    page_info: pageInfo(prng, count > videos.length),
    edges: videos.map((post) => ({ node: videoNode(post, day) }))
  }
}

const bioFields = (persona: Persona, prng: Prng) => {
  const mention = prng.chance(0.3) ? prng.pick(persona.friends) : null
  const hashtag = prng.chance(0.15) ? prng.pick(persona.voice.hashtags) : null
  const contact = persona.isProfessional && prng.chance(0.3)
    ? `📩 hello@${persona.username.replaceAll(/[._]/g, "")}.invalid`
    : null
  const biography = [
    ...prng.sample(persona.voice.bios, prng.int(1, 2)),
    persona.voice === english || prng.chance(0.7) ? null : prng.pick(english.bios),
    prng.chance(0.4) ? `📍 ${prng.pick(persona.voice.places).name}` : null,
    mention === null ? null : `@${mention}`,
    hashtag === null ? null : `#${hashtag}`,
    contact
  ].filter((line) => line !== null).join("\n")
  const link = prng.chance(0.6) ? `https://${persona.username.replaceAll(/[._]/g, "-")}.invalid/` : null
  return {
    biography,
    bio_links: link === null
      ? []
      : [{ title: prng.chance(0.5) ? persona.full_name : "", lynx_url: shimmed(link), url: link, link_type: "external" }],
    biography_with_entities: {
      raw_text: biography,
      entities: [
        ...(mention === null ? [] : [{ user: { username: mention }, hashtag: null }]),
        ...(hashtag === null ? [] : [{ user: null, hashtag: { name: hashtag } }])
      ]
    },
    external_url: link,
    external_url_linkshimmed: link === null ? null : shimmed(link)
  }
}

/** As recorded: e-mail and telephone are never filled, and the address is a JSON text. */
const businessFields = (persona: Persona, prng: Prng) => {
  const place = prng.pick(persona.voice.places)
  return {
    is_business_account: persona.isBusiness,
    is_professional_account: persona.isProfessional,
    business_address_json: persona.isBusiness && prng.chance(0.4)
      ? JSON.stringify({
        city_name: place.name,
        city_id: Number(new Prng("city", place.slug).digits(15)),
        latitude: place.latitude,
        longitude: place.longitude,
        street_address: null,
        zip_code: null
      })
      : null,
    business_contact_method: "UNKNOWN",
    business_email: null,
    business_phone_number: null,
    business_category_name: persona.isBusiness
      ? prng.pick(["Creators & Celebrities", "Personal Goods & General Merchandise Stores", "None"])
      : null,
    overall_category_name: null,
    category_enum: null,
    category_name: persona.isProfessional ? persona.category : null,
    should_show_category: persona.isProfessional,
    should_show_public_contacts: persona.isBusiness
  }
}

/** 0 to 80 accounts, without follower counts, as only a profile answer lists them. */
const related = (persona: Persona, prng: Prng, day: number) => {
  const count = prng.chance(0.2) ? 0 : prng.pick([1, 13, 30, 80])
  const usernames = new Set([...persona.friends, ...Array.from({ length: count }, () => handle(prng))])
  return [...usernames].slice(0, count).map((username) => {
    const { id, full_name, is_verified } = personaOf(username)
    return { node: { id, full_name, is_private: false, is_verified, profile_pic_url: avatar(username, day), username } }
  })
}

const pageInfo = (prng: Prng, more: boolean) => ({
  has_next_page: more,
  end_cursor: more ? Buffer.from(`QVFE${prng.opaque(80)}`).toString("base64") : null
})

const emptyConnection = { count: 0, page_info: { has_next_page: false, end_cursor: null }, edges: [] }

/** What a signed-out viewer always sees. */
const viewerFields = {
  blocked_by_viewer: false,
  restricted_by_viewer: null,
  followed_by_viewer: false,
  follows_viewer: false,
  has_blocked_viewer: false,
  has_requested_viewer: false,
  requested_by_viewer: false
}
