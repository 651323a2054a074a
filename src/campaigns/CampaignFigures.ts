import {
  derived,
  type Figure,
  type FigureSample,
  measured,
  type Provenance,
  type Reason,
  unavailable
} from "../analytics/Figure.ts"
import { median, round, sorted, sum } from "../analytics/Statistics.ts"
import { post_engagement_rate } from "../posts/PostView.ts"
import * as Methods from "./CampaignMethods.ts"
import type { PostRow } from "./CampaignRows.ts"

/** What the figures read of a post. */
export type CountedPost = Pick<
  PostRow,
  | "media_type"
  | "posted_at"
  | "unlocked"
  | "likes_count"
  | "likes_hidden"
  | "comments_count"
  | "plays_count"
  | "engagement_rate"
  | "counted_at"
>

/** Figures over posts of a campaign: all that count, or those of one profile. A sum is over the posts where the count is known. */
export const figuresOver = (posts: ReadonlyArray<CountedPost>, as_of: string) => ({
  posts: derived(Methods.campaign_posts, as_of, posts.length, sampleOf(posts)),
  likes: over(Methods.campaign_likes, posts, likes, sum, as_of),
  comments: over(Methods.campaign_comments, posts, comments, sum, as_of),
  plays: over(Methods.campaign_plays, posts.filter(isVideo), plays, sum, as_of),
  engagement: over(Methods.campaign_engagement, posts, engagement, sum, as_of),
  engagement_rate: over(Methods.campaign_engagement_rate, posts, rate, (values) => median(sorted(values)), as_of)
})

/** The figures of one post. */
export const figuresOf = (post: CountedPost) => {
  const sample = sampleOf([post])
  const stated = (by: Provenance, measure: Measure, how: typeof measured | typeof derived): Figure<number> => {
    const value = post.unlocked ? measure.of(post) : null
    return value === null
      ? unavailable(by, post.counted_at, absence([post], measure))
      : how(by, post.counted_at, round(value), sample)
  }
  return {
    likes: stated(Methods.post_likes, likes, measured),
    comments: stated(Methods.post_comments, comments, measured),
    plays: isVideo(post)
      ? stated(Methods.post_plays, plays, measured)
      : unavailable(Methods.post_plays, post.counted_at, "not_supported"),
    engagement: stated(Methods.post_engagement, engagement, derived),
    engagement_rate: stated(post_engagement_rate, rate, derived)
  }
}

/** Followers of the attached profiles, summed; null is unknown. */
export const followersOver = (counts: ReadonlyArray<number | null>, as_of: string): Figure<number> => {
  const known = counts.filter((count) => count !== null)
  return known.length === 0
    ? unavailable(Methods.campaign_followers, as_of, counts.length === 0 ? "too_few_profiles" : "not_collected")
    : derived(Methods.campaign_followers, as_of, sum(known), { size: known.length, unit: "profiles", from: null, to: null })
}

/** Budget per like or comment, in the campaign's currency; `budget` is decimal text or null. */
export const costPerEngagement = (budget: string | null, engagement: Figure<number>): Figure<number> => {
  const by = Methods.campaign_cost_per_engagement
  if (budget === null) return unavailable(by, engagement.as_of, "not_stated")
  if (engagement.status === "unavailable") return unavailable(by, engagement.as_of, engagement.reason, engagement.sample)
  return engagement.value === 0
    ? unavailable(by, engagement.as_of, "no_engagement", engagement.sample)
    : derived(by, engagement.as_of, round(Number(budget) / engagement.value), engagement.sample)
}

/** How much of a target is reached, in percent; unavailable for the reason for which the figure is. */
export const progressTo = (target: number, actual: Figure<number>): Figure<number> =>
  actual.status === "unavailable"
    ? unavailable(Methods.campaign_goal_progress, actual.as_of, actual.reason, actual.sample)
    : derived(Methods.campaign_goal_progress, actual.as_of, round(actual.value / target * 100), actual.sample)

interface Measure {
  readonly of: (post: CountedPost) => number | null
  /** Whether hidden likes can be why it is unknown. */
  readonly hiddenWithLikes: boolean
}

const likes: Measure = { of: (post) => post.likes_count, hiddenWithLikes: true }
const comments: Measure = { of: (post) => post.comments_count, hiddenWithLikes: false }
const plays: Measure = { of: (post) => post.plays_count, hiddenWithLikes: false }
const rate: Measure = { of: (post) => post.engagement_rate, hiddenWithLikes: true }
const engagement: Measure = {
  of: (post) => post.likes_count === null || post.comments_count === null ? null : post.likes_count + post.comments_count,
  hiddenWithLikes: true
}

const isVideo = (post: CountedPost): boolean => post.media_type === "reel" || post.media_type === "video"

const over = (
  by: Provenance,
  posts: ReadonlyArray<CountedPost>,
  measure: Measure,
  statistic: (values: ReadonlyArray<number>) => number,
  as_of: string
): Figure<number> => {
  const known = posts.filter((post) => post.unlocked && measure.of(post) !== null)
  const values = known.map(measure.of).filter((value) => value !== null)
  return values.length === 0
    ? unavailable(by, as_of, absence(posts, measure))
    : derived(by, as_of, round(statistic(values)), sampleOf(known))
}

/** Why none of the posts has the measure. */
const absence = (posts: ReadonlyArray<CountedPost>, { hiddenWithLikes }: Measure): Reason => {
  const open = posts.filter((post) => post.unlocked)
  if (posts.length === 0) return "too_few_posts"
  if (open.length === 0) return "access_required"
  return hiddenWithLikes && open.every((post) => post.likes_hidden) ? "hidden_by_owner" : "not_collected"
}

const sampleOf = (posts: ReadonlyArray<CountedPost>): FigureSample | null => {
  const times = posts.map((post) => post.posted_at).filter((time) => time !== null).sort()
  return posts.length === 0 ? null : { size: posts.length, unit: "posts", from: times[0] ?? null, to: times.at(-1) ?? null }
}
