import type { Figure } from "./Figure.ts"
import { unavailable } from "./Figure.ts"
import type { Method } from "./Method.ts"
import { firstVersion } from "./Method.ts"
import type { PostSample } from "./Sample.ts"
import { mean, median, medianInterval, round } from "./Statistics.ts"
import type { Measure, Observation, Study } from "./Study.ts"
import { engagement, ofKind, summarize } from "./Study.ts"

/** The headline, percent: one viral post does not move it. */
export const engagementRate = (study: Study): Figure<number> =>
  perFollower(study, engagement_rate, study.posts, engagement, median, medianInterval)

/** The mean of the same, percent: what most vendors quote. */
export const engagementRateMean = (study: Study): Figure<number> =>
  perFollower(study, engagement_rate_mean, study.posts, engagement, mean)

/** Percent, by kind of post; reels count as video. */
export const engagementRateByType = (study: Study) => {
  const of = (kind: Observation["kind"]) =>
    perFollower(study, engagement_rate_by_type, ofKind(study, kind), engagement, median, medianInterval)
  return { photo: of("photo"), carousel: of("carousel"), video: of("video") }
}

/** Percent of plays, over videos with known plays; needs no follower count. */
export const engagementRateByViews = (study: Study): Figure<number> =>
  summarize(study, engagement_rate_by_views, ofKind(study, "video"), perPlay, median, medianInterval)

/**
 * Engagement rate of one post in percent of `followers`: the value of `posts.engagement_rate`. Null where likes (hidden or not
 * received), comments or followers are unknown, or followers are 0.
 */
export const postEngagementRate = (
  post: Pick<PostSample, "likes_count" | "likes_hidden" | "comments_count">,
  followers: number | null
): number | null => {
  if (post.likes_hidden || post.likes_count === null || post.comments_count === null || followers === null) return null
  return post.likes_count < 0 || post.comments_count < 0 || followers <= 0
    ? null
    : round((post.likes_count + post.comments_count) / followers * 100)
}

/** A statistic of counts in percent of followers; unavailable without followers. */
export const perFollower = (
  study: Study,
  by: Method,
  posts: ReadonlyArray<Observation>,
  measure: Measure,
  statistic: typeof median,
  interval?: typeof medianInterval
): Figure<number> => {
  const followers = study.profile.followers_count
  if (study.closed !== null) return unavailable(by, study.as_of, study.closed)
  if (followers === null) return unavailable(by, study.as_of, "not_collected")
  if (followers <= 0) return unavailable(by, study.as_of, "no_followers")
  const share = (count: number | null) => count === null ? null : count / followers * 100
  return summarize(study, by, posts, { ...measure, of: (post) => share(measure.of(post)) }, statistic, interval)
}

const perPlay: Measure = {
  ...engagement,
  of: (post) => post.engagement === null || post.plays === null ? null : post.engagement / post.plays * 100
}

const threePosts = [
  { likes_count: 90, comments_count: 10 },
  { likes_count: 180, comments_count: 20 },
  { likes_count: 880, comments_count: 20 }
]

export const engagement_rate = firstVersion({
  method: "engagement_rate",
  definition:
    "Median engagement rate of the sampled posts: the typical post, which one viral post does not move. Posts received, deduplicated by shortcode, own or collaborative, with likes known; at least 3.",
  formula: "median over posts of (likes + comments) / followers * 100",
  unit: "percent",
  range: { low: 0, high: null },
  source: "Common definition by followers, with the median because likes per post are heavily skewed",
  example: {
    figure: "engagement.engagement_rate",
    input: { profile: { followers_count: 10_000 }, posts: threePosts },
    output: 2
  }
})

export const engagement_rate_mean = firstVersion({
  method: "engagement_rate_mean",
  definition: "Mean engagement rate of the same posts as engagement_rate. Most vendors quote it; one viral post moves it.",
  formula: "mean over posts of (likes + comments) / followers * 100",
  unit: "percent",
  range: { low: 0, high: null },
  source: "Common definition by followers",
  example: {
    figure: "engagement.engagement_rate_mean",
    input: { profile: { followers_count: 10_000 }, posts: threePosts },
    output: 4
  }
})

export const engagement_rate_by_type = firstVersion({
  method: "engagement_rate_by_type",
  definition:
    "engagement_rate within one kind of post: photo, carousel, or video (reels included). At least 3 posts of the kind.",
  formula: "median over the posts of the kind of (likes + comments) / followers * 100",
  unit: "percent",
  range: { low: 0, high: null },
  source: "Common definition by followers",
  example: {
    figure: "engagement.engagement_rate_by_type.carousel",
    input: {
      profile: { followers_count: 10_000 },
      posts: threePosts.map((post) => ({ ...post, media_type: "carousel" as const }))
    },
    output: 2
  }
})

export const engagement_rate_by_views = firstVersion({
  method: "engagement_rate_by_views",
  definition:
    "Median engagement per play of the videos and reels whose plays are known; at least 3. Plays of 0 are unknown: old videos carry them.",
  formula: "median over videos of (likes + comments) / plays * 100",
  unit: "percent",
  range: { low: 0, high: null },
  source: "Common definition by views",
  example: {
    figure: "engagement.engagement_rate_by_views",
    input: { posts: threePosts.map((post) => ({ ...post, media_type: "reel" as const, plays_count: 4_000 })) },
    output: 5
  }
})
