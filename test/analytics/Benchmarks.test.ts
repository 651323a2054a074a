import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { analyze } from "../../src/analytics/Analytics.ts"
import { benchmarks, referenceRate } from "../../src/analytics/Benchmarks.ts"
import { AS_OF, postsOf, profileOf } from "./support.ts"

describe("Benchmarks", () => {
  it("cites a source, a year and an address for every table", () => {
    for (const { rows, url, year } of benchmarks.tables) {
      assert.match(url, /^https:\/\//)
      assert.isAtLeast(year, 2023)
      for (const { followers_from, followers_to, high, low } of rows) {
        assert.isAtMost(low, high)
        assert.isTrue(followers_to === null || followers_from < followers_to)
      }
    }
    assert.strictEqual(new Set(benchmarks.tables.map(({ id }) => id)).size, benchmarks.tables.length)
  })

  it.prop(
    "has a reference rate for every size, which never rises with followers",
    [Schema.Int.check(Schema.isGreaterThanOrEqualTo(0)), Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))],
    ([a, b]) => {
      const small = referenceRate(Math.min(a, b))
      const large = referenceRate(Math.max(a, b))
      assert.isTrue(small !== null && large !== null && small >= large && large > 0)
    }
  )

  it("compares a mean with means, the headline with the rest, on the side of the boundary the account is on", () => {
    const posts = postsOf([100, 200, 900].map((likes_count) => ({ likes_count, comments_count: 0 })))
    const compare = (followers_count: number) =>
      analyze(profileOf({ followers_count }), posts, AS_OF).engagement.engagement_benchmark.value?.comparisons ?? []
    const [hypeAuditor2026, agencies, statista] = compare(10_000)
    assert.deepInclude(hypeAuditor2026, { followers_from: 10_000, low: 0.54, rate: 2, position: "above" })
    assert.deepInclude(agencies, { followers_from: 10_000, rate: 2, ratio: 1, position: "within" })
    assert.deepInclude(statista, { compared: "engagement_rate_mean", rate: 4, position: "above" })
    assert.deepInclude(compare(9_999)[0], { followers_to: 10_000, low: 1.78 })
  })

  it("falls back on no table for a size it does not cover", () => {
    const posts = postsOf([1, 2, 3].map((likes_count) => ({ likes_count, comments_count: 0 })))
    const value = analyze(profileOf({ followers_count: 500 }), posts, AS_OF).engagement.engagement_benchmark.value
    assert.deepStrictEqual(value?.comparisons.map(({ statistic }) => statistic), ["range"])
  })
})
