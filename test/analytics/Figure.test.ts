import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { derived, estimated, Figure, measured, unavailable } from "../../src/analytics/Figure.ts"
import { AS_OF } from "./support.ts"

const Rate = Figure(Schema.Finite)
const isRate = Schema.is(Rate)
const by = { method: "engagement_rate", version: 1 }
const sample = { size: 3, unit: "posts", from: null, to: null } as const
const interval = { low: 1, high: 3, level: 0.95 }

describe("Figure", () => {
  it("accepts what its constructors make", () => {
    for (
      const figure of [
        measured(by, AS_OF, 2),
        derived(by, AS_OF, 2, sample, interval),
        estimated(by, AS_OF, 2, sample, interval),
        unavailable(by, AS_OF, "private"),
        unavailable(by, AS_OF, "too_few_posts", sample)
      ]
    ) assert.isTrue(isRate(figure), figure.status)
  })

  it.each([
    ["a null that calls itself derived", { ...derived(by, AS_OF, 2), value: null }],
    ["a number with a reason", { ...derived(by, AS_OF, 2), reason: "private" }],
    ["an absence without a reason", { ...unavailable(by, AS_OF, "private"), reason: null }],
    ["an absence with a value", { ...unavailable(by, AS_OF, "private"), value: 0 }],
    ["an absence with an interval", { ...unavailable(by, AS_OF, "private"), interval }],
    ["a reason outside the closed set", { ...unavailable(by, AS_OF, "private"), reason: "unknown" }],
    ["an estimate without a sample", { ...estimated(by, AS_OF, 2, sample, interval), sample: null }],
    ["an estimate without an interval", { ...estimated(by, AS_OF, 2, sample, interval), interval: null }],
    ["an interval upside down", derived(by, AS_OF, 2, sample, { ...interval, low: 4 })],
    ["an empty sample", derived(by, AS_OF, 2, { ...sample, size: 0 })],
    ["NaN", derived(by, AS_OF, Number.NaN)],
    ["infinity", derived(by, AS_OF, Infinity)],
    ["a time without zone", derived(by, "2026-02-01T00:00:00", 2)],
    ["a version 0", derived({ ...by, version: 0 }, AS_OF, 2)]
  ])("refuses %s", (_, figure) => {
    assert.isFalse(isRate(figure))
  })

  it("takes an interval of its own kind where the value is not one number", () => {
    const Shares = Figure(
      Schema.Record(Schema.String, Schema.Finite),
      Schema.Struct({ level: Schema.Finite, low: Schema.Record(Schema.String, Schema.Finite) })
    )
    assert.isTrue(Schema.is(Shares)(estimated(by, AS_OF, { en: 0.6 }, sample, { level: 0.95, low: { en: 0.5 } })))
    assert.isFalse(Schema.is(Shares)(estimated(by, AS_OF, { en: 0.6 }, sample, interval)))
  })

  it("describes itself as two kinds of answer with a value and one without", () => {
    const { anyOf } = Schema.toJsonSchemaDocument(Rate).schema
    assert.isArray(anyOf)
    assert.lengthOf(anyOf as ReadonlyArray<unknown>, 3)
  })
})
