import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { deviation, mean, median, medianInterval, round, sorted } from "../../src/analytics/Statistics.ts"

const upTo = (n: number) => Array.from({ length: n }, (_, index) => index + 1)

describe("Statistics", () => {
  it("takes the middle, or the mean of the middle two", () => {
    assert.strictEqual(median(sorted([9, 1, 4])), 4)
    assert.strictEqual(median(sorted([9, 1, 4, 2])), 3)
  })

  it("takes mean and deviation of 2, 4, 4, 4, 5, 5, 7, 9", () => {
    const values = [2, 4, 4, 4, 5, 5, 7, 9]
    assert.strictEqual(mean(values), 5)
    assert.closeTo(deviation(values), Math.sqrt(32 / 7), 1e-12)
  })

  // Ranks of the 95 % interval from the sign test, as printed in statistical tables.
  it.each([[6, 1, 6], [8, 1, 8], [9, 2, 8], [12, 3, 10], [20, 6, 15], [25, 8, 18], [50, 18, 33], [100, 40, 61]])(
    "bounds the median of %i values by the ranks %i and %i",
    (n, low, high) => {
      assert.deepStrictEqual(medianInterval(upTo(n)), { low, high, level: 0.95 })
    }
  )

  it("gives no interval under six values, where none reaches 95 %", () => {
    for (const n of [1, 2, 3, 4, 5]) assert.isNull(medianInterval(upTo(n)))
  })

  it("bounds the median of ten thousand values without underflow", () => {
    assert.deepStrictEqual(medianInterval(upTo(10_000)), { low: 4902, high: 5099, level: 0.95 })
  })

  it.prop("keeps the median inside its interval", [Schema.Array(Schema.Int).check(Schema.isMinLength(6))], ([values]) => {
    const ascending = sorted(values)
    const interval = medianInterval(ascending)
    assert.isNotNull(interval)
    if (interval === null) return
    assert.isTrue(interval.low <= median(ascending) && median(ascending) <= interval.high)
  })

  it.prop("rounds without turning order round, and never to -0", [Schema.Finite, Schema.Finite], ([a, b]) => {
    assert.isFalse(Object.is(round(a), -0))
    if (Math.abs(a) < 9e7 && Math.abs(b) < 9e7 && a <= b) assert.isTrue(round(a) <= round(b))
  })
})
