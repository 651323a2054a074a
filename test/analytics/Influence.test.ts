import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { analyze } from "../../src/analytics/Analytics.ts"
import { influenceComponents } from "../../src/analytics/Influence.ts"
import { sum } from "../../src/analytics/Statistics.ts"
import { AS_OF, jan, likelyPosts, likelyProfile, postsOf, profileOf } from "./support.ts"

const Inputs = Schema.Struct({
  followers: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 700_000_000 })),
  engagement_rate: Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 100 })),
  posts_per_week: Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 100 })),
  is_verified: Schema.Boolean
})

const scoreOf = (inputs: typeof Inputs.Type): number => {
  const { cadence, engagement, followers, verification } = influenceComponents(inputs)
  return sum([followers, engagement, cadence, verification].map((part) => part.contribution ?? Number.NaN))
}

describe("Influence score", () => {
  it.prop("stays between 0 and 10", [Inputs], ([inputs]) => {
    const score = scoreOf(inputs)
    assert.isTrue(score >= 0 && score <= 10, String(score))
  })

  it.prop("never falls when one input rises", [Inputs, Inputs], ([a, b]) => {
    const raised = [
      { ...a, followers: Math.max(a.followers, b.followers) },
      { ...a, engagement_rate: Math.max(a.engagement_rate, b.engagement_rate) },
      { ...a, posts_per_week: Math.max(a.posts_per_week, b.posts_per_week) },
      { ...a, is_verified: a.is_verified || b.is_verified }
    ]
    for (const better of raised) assert.isAtLeast(scoreOf(better), scoreOf(a) - 1e-7)
  })

  it.prop(
    "is the sum of its contributions, and there only when all of them are",
    [likelyProfile, likelyPosts],
    ([profile, posts]) => {
      const { components, influence_score } = analyze(profile, posts, AS_OF).influence
      const contributions = Object.values(components).map((part) => part.contribution)
      if (influence_score.value === null) assert.include(contributions, null)
      else assert.closeTo(sum(contributions.map((part) => part ?? Number.NaN)), influence_score.value, 1e-7)
    }
  )

  it("is unavailable, not reweighted, where verification is unknown", () => {
    const posts = postsOf([1, 8, 15].map((day) => ({ posted_at: jan(day), likes_count: 10, comments_count: 1 })))
    const { components, influence_score } = analyze(profileOf({ followers_count: 1000 }), posts, AS_OF).influence
    assert.strictEqual(influence_score.reason, "not_collected")
    assert.isNull(components.verification.contribution)
    assert.strictEqual(components.followers.contribution, 1.5)
  })
})
