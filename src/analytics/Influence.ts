import { Schema } from "effect"
import { benchmarks, referenceRate } from "./Benchmarks.ts"
import type { Figure } from "./Figure.ts"
import { derived, unavailable } from "./Figure.ts"
import { firstVersion } from "./Method.ts"
import { round, sum } from "./Statistics.ts"
import type { Study } from "./Study.ts"

/** One part of the score; the contributions add up to it. Null where the input is unknown. */
export const InfluenceComponent = Schema.Struct({
  input: Schema.NullOr(Schema.Finite),
  reference: Schema.NullOr(Schema.Finite).annotate({ description: "What the input is held against, in its unit; null: nothing" }),
  score: Schema.NullOr(Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))),
  weight: Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 })),
  contribution: Schema.NullOr(Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 10 })))
}).annotate({ identifier: "InfluenceComponent" })
export interface InfluenceComponent extends Schema.Schema.Type<typeof InfluenceComponent> {}

export const InfluenceComponents = Schema.Struct({
  followers: InfluenceComponent,
  engagement: InfluenceComponent,
  cadence: InfluenceComponent,
  verification: InfluenceComponent
}).annotate({ identifier: "InfluenceComponents" })
export interface InfluenceComponents extends Schema.Schema.Type<typeof InfluenceComponents> {}

/** The score with all its parts; unavailable, never reweighted, where an input is unknown, so that scores stay comparable. */
export const influence = (study: Study, engagementRate: Figure<number>, postsPerWeek: Figure<number>) => {
  const { followers_count, is_verified } = study.profile
  const components = influenceComponents({
    followers: followers_count,
    engagement_rate: engagementRate.value,
    posts_per_week: postsPerWeek.value,
    is_verified
  })
  const { cadence, engagement, followers, verification } = components
  const contributions = [followers, engagement, cadence, verification].flatMap((part) => part.contribution ?? [])
  const unknown = contributions.length < 4 ? "not_collected" : null
  const missing = study.closed ?? (followers_count === null ? unknown : engagementRate.reason ?? postsPerWeek.reason ?? unknown)
  const score: Figure<number> = missing === null
    ? derived(influence_score, study.as_of, round(sum(contributions)), engagementRate.sample)
    : unavailable(influence_score, study.as_of, missing, engagementRate.sample)
  return { influence_score: score, components }
}

/** The four parts, each rising with its input. Rates in percent. */
export const influenceComponents = (inputs: {
  readonly followers: number | null
  readonly engagement_rate: number | null
  readonly posts_per_week: number | null
  readonly is_verified: boolean | null
}): InfluenceComponents => {
  const reference = inputs.followers === null ? null : referenceRate(inputs.followers)
  return {
    followers: component(
      WEIGHTS.followers,
      inputs.followers,
      null,
      (followers) => Math.min(1, Math.log10(Math.max(1, followers)) / 8)
    ),
    engagement: component(
      WEIGHTS.engagement,
      inputs.engagement_rate,
      reference,
      (rate) => reference === null ? null : rate / (rate + reference)
    ),
    cadence: component(
      WEIGHTS.cadence,
      inputs.posts_per_week,
      DAILY,
      (posts) => Math.min(1, Math.log1p(posts) / Math.log1p(DAILY))
    ),
    verification: component(
      WEIGHTS.verification,
      inputs.is_verified === null ? null : Number(inputs.is_verified),
      null,
      (verified) => verified
    )
  }
}

// Posts per week that earn the whole part for cadence.
const DAILY = 7

const WEIGHTS = { followers: 0.4, engagement: 0.35, cadence: 0.15, verification: 0.1 }

const component = (
  weight: number,
  input: number | null,
  reference: number | null,
  scale: (input: number) => number | null
): InfluenceComponent => {
  const score = input === null ? null : scale(input)
  return {
    input,
    reference,
    score: score === null ? null : round(score),
    weight,
    contribution: score === null ? null : round(10 * weight * score)
  }
}

export const influence_score = firstVersion({
  method: "influence_score",
  definition:
    "Weighted index of reach, engagement against accounts of the size, posting rate and verification. Every part is returned with its weight; the score is unavailable where a part is unknown, never reweighted.",
  formula:
    `10 * (0.40 * min(1, log10(max(1, followers)) / 8) + 0.35 * rate / (rate + reference) + 0.15 * min(1, log(1 + posts_per_week) / log(8)) + 0.10 * verified), rate = engagement_rate, reference = middle of the ${benchmarks.influence_reference} range for the followers`,
  unit: "points",
  range: { low: 0, high: 10 },
  source:
    "This service. An opinion with open weights, not a measurement: 100 million followers, twice the reference rate and daily posts give 1, 0.67 and 1",
  example: {
    figure: "influence.influence_score",
    input: {
      profile: { followers_count: 10_000, is_verified: true },
      posts: [1, 8, 15].map((day) => ({ posted_at: Date.UTC(2026, 0, day), likes_count: 180, comments_count: 20 }))
    },
    output: 5.25
  }
})
