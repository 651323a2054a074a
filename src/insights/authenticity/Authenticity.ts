import { Schema } from "effect"
import { estimated, Figure, FigureSample, Instant, Interval, unavailable } from "../../analytics/Figure.ts"
import type { Figure as FigureOf } from "../../analytics/Figure.ts"
import type { Method } from "../../analytics/Method.ts"
import type { PostSample, ProfileSample } from "../../analytics/Sample.ts"
import { median, round, sorted } from "../../analytics/Statistics.ts"
import type { Observation } from "../../analytics/Study.ts"
import { sampleOf, study } from "../../analytics/Study.ts"
import { type FactorName, factors } from "./FactorMethods.ts"
import {
  commentsPerLike,
  Factor,
  factorsOf,
  likesPerComment,
  likeVariation,
  MIN_POSTS,
  multiplierOf,
  type Surroundings
} from "./Factors.ts"

const FactorFigure = Figure(Factor).annotate({ identifier: "AuthenticityFactorFigure" })

/** How far an account's figures look like those of people, with everything that the score is made of. */
export const Authenticity = Schema.Struct({
  as_of: Instant,
  sample: Schema.NullOr(FigureSample),
  authenticity_score: Figure(Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 100 }))).annotate({
    identifier: "AuthenticityFigure"
  }),
  factors: Schema.Struct({
    engagement_for_size: FactorFigure,
    following_ratio: FactorFigure,
    likes_per_comment: FactorFigure,
    comments_per_like: FactorFigure,
    like_variation: FactorFigure,
    comment_repetition: FactorFigure,
    recurring_commenters: FactorFigure,
    follower_spikes: FactorFigure
  })
}).annotate({ identifier: "Authenticity" })
export interface Authenticity extends Schema.Schema.Type<typeof Authenticity> {}

/**
 * The score: 100 times the product of the multipliers of the factors that are known. Abstains without at least 6 posts whose likes and comments
 * are known, or without followers. The interval is of the posts alone: it says how much the score hangs on which posts were received.
 */
export const authenticityOf = (
  profile: ProfileSample,
  posts: ReadonlyArray<PostSample>,
  around: Surroundings,
  asOf: string
): Authenticity => {
  const subject = study(profile, posts, asOf)
  const found = factorsOf(subject, around)
  const known = subject.posts.filter((post) => post.engagement !== null)
  const sample = sampleOf(known)
  const required = [found.engagement_for_size, found.likes_per_comment].find((figure) => figure.reason !== null)
  return {
    as_of: asOf,
    sample: sampleOf(subject.posts),
    authenticity_score: required?.reason != null || sample === null
      ? unavailable(authenticity_score, asOf, required?.reason ?? "not_collected", sample)
      : estimated(authenticity_score, asOf, round(100 * productOf(Object.values(found))), sample, intervalOf(known, found)),
    factors: found
  }
}

const productOf = (found: ReadonlyArray<FigureOf<Factor>>): number =>
  found.reduce((product, { value }) => product * (value?.multiplier ?? 1), 1)

/** Bootstrap over the posts, percentiles 2.5 and 97.5 of 200 draws; the draws are the same for the same posts. */
const intervalOf = (posts: ReadonlyArray<Observation>, found: Readonly<Record<FactorName, FigureOf<Factor>>>): Interval => {
  const whole = productOf(Object.values(found))
  const fixed = productOf(
    (Object.keys(found) as ReadonlyArray<FactorName>).filter((name) => !ofPosts.has(name)).map((name) => found[name])
  )
  const rate = found.engagement_for_size.value?.input ?? 0
  const centre = median(sorted(posts.map((post) => post.engagement ?? 0)))
  const next = draws()
  const scores = sorted(Array.from({ length: DRAWS }, () => {
    const drawn = posts.map(() => posts[Math.floor(next() * posts.length)]).filter((post) => post !== undefined)
    const engagement = median(sorted(drawn.map((post) => post.engagement ?? 0)))
    return 100 * fixed
      * multiplierOf("engagement_for_size", centre === 0 ? rate : rate * engagement / centre)
      * multiplierOf("likes_per_comment", likesPerComment(drawn))
      * multiplierOf("comments_per_like", commentsPerLike(drawn))
      * multiplierOf("like_variation", likeVariation(drawn))
  }))
  const at = (share: number) => scores[Math.floor(share * (DRAWS - 1))] ?? 100 * whole
  return {
    low: round(Math.min(at(0.025), 100 * whole)),
    high: round(Math.max(at(0.975), 100 * whole)),
    level: 0.95
  }
}

const ofPosts: ReadonlySet<FactorName> = new Set([
  "engagement_for_size",
  "likes_per_comment",
  "comments_per_like",
  "like_variation"
])

const DRAWS = 200

// A linear congruential generator (Numerical Recipes) with a fixed start: a score must be the same each time.
const draws = () => {
  let state = 20_260_201
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 4_294_967_296
  }
}

export const authenticity_score: Method = {
  method: "authenticity_score",
  version: 1,
  definition:
    `How far the figures look like those of people: 100 less what open factors take away. Each factor is returned with its input and weight; one that is unknown takes nothing away and says why it is unknown. Abstains below ${MIN_POSTS} posts with known likes and comments. It judges figures, not persons, and proves nothing.`,
  formula: "100 * product over the known factors of (1 - weight * (1 - score))",
  unit: "points",
  range: { low: 0, high: 100 },
  source:
    "This service. Separates planted fraud from ordinary accounts in simulation (test/insights/authenticity); never checked against proven fraud. Interval: bootstrap over the posts, 200 draws",
  example: {
    figure: "authenticity_score",
    as_of: "2026-02-01T00:00:00.000Z",
    input: {
      profile: { followers_count: 10_000, following_count: 500 },
      posts: [100, 200, 400, 100, 200, 400].map((likes_count) => ({ likes_count, comments_count: 9 }))
    },
    output: 96.7087191
  },
  changes: [{ version: 1, date: "2026-11-25", change: "First version." }]
}

export const authenticityRegistry: ReadonlyArray<Method> = [
  authenticity_score,
  ...Object.values(factors).map(({ method }) => method)
]
