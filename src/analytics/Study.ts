import type { Figure, FigureSample, Provenance, Reason } from "./Figure.ts"
import { derived, unavailable } from "./Figure.ts"
import type { MediaType, PostSample, ProfileSample } from "./Sample.ts"
import { round, sorted } from "./Statistics.ts"

/** A figure over posts needs at least this many: below it a median is one post's accident. */
export const MIN_POSTS = 3

export const DAY = 86_400_000

/** One post as the formulas see it: copies merged, hidden likes unknown, impossible numbers unknown. */
export interface Observation {
  readonly shortcode: string
  readonly media_type: MediaType
  readonly kind: "photo" | "carousel" | "video"
  readonly likes: number | null
  readonly likes_hidden: boolean
  readonly comments: number | null
  readonly plays: number | null
  /** Likes and comments, where both are known. */
  readonly engagement: number | null
  readonly posted_at: number | null
  /** Out of date order: pinned, or from the separate list of videos. */
  readonly out_of_order: boolean
}

/** What all formulas share: the profile, its posts in canonical order, and why posts may not be used at all. */
export interface Study {
  readonly profile: ProfileSample
  readonly posts: ReadonlyArray<Observation>
  readonly as_of: string
  readonly as_of_ms: number
  readonly closed: Reason | null
}

/** Deduplicates by shortcode and puts posts into an order that does not depend on arrival. */
export const study = (profile: ProfileSample, posts: ReadonlyArray<PostSample>, as_of: string): Study => {
  const as_of_ms = Date.parse(as_of)
  const byShortcode = new Map<string, PostSample>()
  for (const post of posts) {
    const seen = byShortcode.get(post.shortcode)
    byShortcode.set(post.shortcode, seen === undefined ? post : merge(seen, post))
  }
  const observations = Array.from(byShortcode.values(), (post) => observe(post, as_of_ms))
  observations.sort((a, b) => a.shortcode < b.shortcode ? -1 : 1)
  return { profile, posts: observations, as_of, as_of_ms, closed: closed(profile, observations.length) }
}

export const ofKind = (study: Study, kind: Observation["kind"]): ReadonlyArray<Observation> =>
  study.posts.filter((post) => post.kind === kind)

/** Something read of a post, and whether hidden likes can be why it is unknown. */
export interface Measure {
  readonly of: (post: Observation) => number | null
  readonly hiddenWithLikes: boolean
}

export const likes: Measure = { of: (post) => post.likes, hiddenWithLikes: true }
export const comments: Measure = { of: (post) => post.comments, hiddenWithLikes: false }
export const plays: Measure = { of: (post) => post.plays, hiddenWithLikes: false }
export const engagement: Measure = { of: (post) => post.engagement, hiddenWithLikes: true }

/** One number over the posts whose measure is known, at least `MIN_POSTS` of them. `statistic` receives ascending values. */
export const summarize = (
  study: Study,
  by: Provenance,
  posts: ReadonlyArray<Observation>,
  measure: Measure,
  statistic: (ascending: ReadonlyArray<number>) => number,
  interval?: (ascending: ReadonlyArray<number>) => Figure<number>["interval"]
): Figure<number> => {
  if (study.closed !== null) return unavailable(by, study.as_of, study.closed)
  const usable = posts.filter((post) => measure.of(post) !== null)
  const sample = sampleOf(usable)
  if (usable.length < MIN_POSTS) return unavailable(by, study.as_of, shortage(study, posts, usable.length, measure), sample)
  const ascending = sorted(usable.map(measure.of).filter((value) => value !== null))
  return derived(by, study.as_of, round(statistic(ascending)), sample, interval === undefined ? null : interval(ascending))
}

/** Why `usable` of `posts` is too few: the owner hides likes, the data was not received, or there are no more. */
export const shortage = (
  study: Study,
  posts: ReadonlyArray<Observation>,
  usable: number,
  measure: Measure | null,
  atLeast = MIN_POSTS
): Reason => {
  const hidden = measure?.hiddenWithLikes === true ? posts.filter((post) => post.likes_hidden).length : 0
  if (hidden > 0 && (usable + hidden >= atLeast || hidden === posts.length)) return "hidden_by_owner"
  const existing = posts === study.posts ? Math.max(posts.length, study.profile.posts_count ?? 0) : posts.length
  return existing >= atLeast ? "not_collected" : "too_few_posts"
}

/** How many posts, over which span; null for none. */
export const sampleOf = (posts: ReadonlyArray<Observation>): FigureSample | null => {
  if (posts.length === 0) return null
  let from = Infinity
  let to = -Infinity
  for (const { posted_at } of posts) {
    if (posted_at === null) continue
    if (posted_at < from) from = posted_at
    if (posted_at > to) to = posted_at
  }
  const timed = from <= to
  return { size: posts.length, unit: "posts", from: timed ? iso(from) : null, to: timed ? iso(to) : null }
}

// Private wins over stored posts: what the owner closed is not reported on.
const closed = (profile: ProfileSample, received: number): Reason | null =>
  profile.is_private === true
    ? "private"
    : received > 0
    ? null
    : profile.posts_count === 0
    ? "too_few_posts"
    : "not_collected"

// The same post comes twice (timeline and video list, or two fetches). Field by field the known, then the larger value wins:
// associative, commutative and idempotent, so neither order nor repetition changes a figure.
const merge = (a: PostSample, b: PostSample): PostSample => ({
  ...a,
  media_type: mediaRank.indexOf(a.media_type) >= mediaRank.indexOf(b.media_type) ? a.media_type : b.media_type,
  likes_count: larger(a.likes_count, b.likes_count),
  likes_hidden: a.likes_hidden || b.likes_hidden,
  comments_count: larger(a.comments_count, b.comments_count),
  plays_count: larger(a.plays_count, b.plays_count),
  posted_at: larger(a.posted_at, b.posted_at),
  is_pinned: a.is_pinned || b.is_pinned,
  video_list_only: a.video_list_only === true && b.video_list_only === true
})

const mediaRank: ReadonlyArray<MediaType> = ["photo", "carousel", "video", "reel"]

const larger = (a: number | null, b: number | null): number | null => a === null ? b : b === null ? a : Math.max(a, b)

const observe = (post: PostSample, as_of_ms: number): Observation => {
  const likes = post.likes_hidden ? null : stated(post.likes_count)
  const comments = stated(post.comments_count)
  const plays = stated(post.plays_count)
  return {
    shortcode: post.shortcode,
    media_type: post.media_type,
    kind: post.media_type === "reel" ? "video" : post.media_type,
    likes,
    likes_hidden: post.likes_hidden,
    comments,
    plays: plays === 0 ? null : plays,
    engagement: likes === null || comments === null ? null : likes + comments,
    posted_at: past(post.posted_at, as_of_ms),
    out_of_order: post.is_pinned || post.video_list_only === true
  }
}

// A -1 that slipped through the edge, or a NaN, is unknown.
const stated = (count: number | null): number | null => count !== null && count >= 0 ? count : null

// A day of grace for clocks; a post from further in the future has no known time.
const past = (posted_at: number | null, as_of_ms: number): number | null =>
  posted_at !== null && posted_at > 0 && posted_at <= as_of_ms + DAY ? posted_at : null

const iso = (ms: number): string => new Date(ms).toISOString()
