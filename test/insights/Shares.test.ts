import { assert, describe, it } from "@effect/vitest"
import { countsOf, sharesOf, wilson } from "../../src/insights/Shares.ts"
import { random } from "./support/random.ts"

describe("Wilson's interval", () => {
  it("is what the paper's formula gives", () => {
    // Worked by hand: p = 0.4, n = 10, z = 1.96.
    const { high, low } = wilson(4, 10)
    assert.closeTo(low, 0.16818, 1e-5)
    assert.closeTo(high, 0.68733, 1e-5)
  })

  it("stays within 0 and 1, and holds the share", () => {
    for (const total of [1, 2, 5, 20, 1_000]) {
      for (const count of [0, 1, total]) {
        const { high, low } = wilson(count, total)
        assert.isTrue(low >= 0 && high <= 1 && low <= count / total && count / total <= high, `${count} of ${total}`)
      }
    }
  })

  it("covers the truth at least 93 % of the time, over many truths and sizes", () => {
    const next = random(7)
    let covered = 0
    let tried = 0
    for (const size of [20, 40, 100, 400]) {
      for (let trial = 0; trial < 3_000; trial++) {
        const truth = 0.03 + 0.94 * next()
        let count = 0
        for (let i = 0; i < size; i++) if (next() < truth) count++
        const { high, low } = wilson(count, size)
        tried++
        if (low <= truth && truth <= high) covered++
      }
    }
    assert.isAtLeast(covered / tried, 0.93)
    assert.isAtMost(covered / tried, 0.98, "an interval that always covers says nothing")
  })
})

describe("shares", () => {
  it("are ordered by size, then by label, whatever order the labels came in", () => {
    const one = sharesOf(countsOf(["b", "a", "c", "c"]))
    assert.deepStrictEqual(one.shares, [{ label: "c", share: 0.5 }, { label: "a", share: 0.25 }, { label: "b", share: 0.25 }])
    assert.deepStrictEqual(sharesOf(countsOf(["c", "a", "c", "b"])), one)
  })
})
