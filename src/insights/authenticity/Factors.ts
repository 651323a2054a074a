import { Schema } from "effect"
import { referenceRate } from "../../analytics/Benchmarks.ts"
import { engagementRate } from "../../analytics/EngagementRate.ts"
import type { Figure, FigureSample, Provenance, Reason } from "../../analytics/Figure.ts"
import { derived, unavailable } from "../../analytics/Figure.ts"
import { deviation, round, sum } from "../../analytics/Statistics.ts"
import type { Observation, Study } from "../../analytics/Study.ts"
import { likes, sampleOf, shortage } from "../../analytics/Study.ts"
import { type FactorName, factors } from "./FactorMethods.ts"

/** One open factor: what was measured, how far it speaks for the account, and by what it multiplies the score. */
export const Factor = Schema.Struct({
  input: Schema.Finite.annotate({ description: "In the unit of the factor's method" }),
  half: Schema.Finite.annotate({ description: "The input at which the factor's own score is one half" }),
  score: Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 })).annotate({
    description: "1: nothing speaks against it"
  }),
  weight: Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 })).annotate({
    description: "At most this share is taken away"
  }),
  multiplier: Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 })).annotate({
    description: "1 - weight * (1 - score); the product over the factors known is the score"
  })
}).annotate({ identifier: "AuthenticityFactor" })
export type Factor = typeof Factor.Type

/** What comes from elsewhere: shares of comments, and followers by day. */
export interface Surroundings {
  readonly repetition: Figure<number>
  readonly recurring: Figure<number>
  /** Followers gained on days that stand out, of all followers; from snapshots. */
  readonly spikes: Figure<number>
}

/** Every factor over the posts of a study; each is unavailable by itself where its input is unknown. */
export const factorsOf = (study: Study, around: Surroundings): Readonly<Record<FactorName, Figure<Factor>>> => {
  const rate = engagementRate(study)
  const reference = study.profile.followers_count === null ? null : referenceRate(study.profile.followers_count)
  const known = study.posts.filter((post) => post.engagement !== null)
  const sample = sampleOf(known)
  const lack = (atLeast: number): Reason | null =>
    study.closed ??
      (known.length < atLeast
        ? shortage(study, study.posts, known.length, { of: likes.of, hiddenWithLikes: true }, atLeast)
        : null)
  const overPosts = (name: FactorName, input: (posts: ReadonlyArray<Observation>) => number): Figure<Factor> => {
    const reason = lack(MIN_POSTS)
    return reason === null
      ? factor(name, study.as_of, input(known), sample)
      : unavailable(factors[name].method, study.as_of, reason, sample)
  }
  const of = (name: FactorName, figure: Figure<number>, input: (value: number) => number = (value) => value): Figure<Factor> =>
    figure.value === null
      ? unavailable(factors[name].method, study.as_of, figure.reason, figure.sample)
      : factor(name, study.as_of, input(figure.value), figure.sample)
  return {
    engagement_for_size: rate.value !== null && reference !== null && known.length >= MIN_POSTS
      ? factor("engagement_for_size", study.as_of, rate.value / reference, sample)
      : unavailable(factors.engagement_for_size.method, study.as_of, rate.reason ?? lack(MIN_POSTS) ?? "not_supported", sample),
    following_ratio: followingRatio(study),
    likes_per_comment: overPosts("likes_per_comment", likesPerComment),
    comments_per_like: overPosts("comments_per_like", commentsPerLike),
    like_variation: overPosts("like_variation", likeVariation),
    comment_repetition: of("comment_repetition", around.repetition),
    recurring_commenters: of("recurring_commenters", around.recurring),
    follower_spikes: of("follower_spikes", around.spikes)
  }
}

/** Fewer posts say nothing of how an account usually fares. */
export const MIN_POSTS = 6

// One comment and one like more a post, so that none is no division by zero.
export const likesPerComment = (posts: ReadonlyArray<Observation>): number =>
  sum(posts.map((post) => post.likes ?? 0)) / (sum(posts.map((post) => post.comments ?? 0)) + posts.length)

export const commentsPerLike = (posts: ReadonlyArray<Observation>): number =>
  sum(posts.map((post) => post.comments ?? 0)) / (sum(posts.map((post) => post.likes ?? 0)) + posts.length)

/** How far likes differ from post to post: the standard deviation of log(1 + likes). */
export const likeVariation = (posts: ReadonlyArray<Observation>): number =>
  deviation(posts.map((post) => Math.log1p(post.likes ?? 0)))

/** The factor's score: falls, or rises, past the point where it is one half; `power` says how steeply. */
export const scoreOf = (name: FactorName, input: number): number => {
  const { half, power, rising } = factors[name]
  const x = Math.max(0, input)
  if (rising) return x === 0 ? 0 : 1 / (1 + (half / x) ** power)
  return 1 / (1 + (x / half) ** power)
}

export const multiplierOf = (name: FactorName, input: number): number => 1 - factors[name].weight * (1 - scoreOf(name, input))

const factor = (name: FactorName, as_of: string, input: number, sample: FigureSample | null): Figure<Factor> => {
  const { half, method, weight } = factors[name]
  return derived(method as Provenance, as_of, {
    input: round(input),
    half,
    score: round(scoreOf(name, input)),
    weight,
    multiplier: round(multiplierOf(name, input))
  }, sample)
}

const followingRatio = (study: Study): Figure<Factor> => {
  const { followers_count, following_count } = study.profile
  const { method } = factors.following_ratio
  if (followers_count === null || following_count === null) return unavailable(method, study.as_of, "not_collected")
  return followers_count === 0
    ? unavailable(method, study.as_of, "no_followers")
    : factor("following_ratio", study.as_of, following_count / followers_count, { size: 2, unit: "fields", from: null, to: null })
}
