import { Predicate } from "effect"
import { assert } from "vitest"

/**
 * Walks an answer about insights and fails where a number stands outside a figure, or in one without status, method, version and sample.
 * An estimate needs an interval. Returns how many figures there were.
 */
export const assertHonestInsight = (value: unknown, path = "answer"): number => {
  if (typeof value === "number") return assert.fail(`${path}: a number outside a figure`)
  if (Array.isArray(value)) return sum(value.map((member, i) => assertHonestInsight(member, `${path}[${i}]`)))
  if (!Predicate.isObject(value)) return 0
  if (!("value" in value && "status" in value)) {
    return sum(
      Object.entries(value).filter(([key]) => key !== "sample").map(([key, member]) =>
        assertHonestInsight(member, `${path}.${key}`)
      )
    )
  }
  const { as_of, interval, method, reason, sample, status, value: figure, version } = value
  assert.include(["measured", "derived", "estimated", "unavailable"], status, path)
  assert.match(String(method), /^[a-z][a-z0-9_]*$/, path)
  assert.isTrue(Number.isInteger(version) && Number(version) >= 1, `${path}: version`)
  assert.match(String(as_of), /^\d{4}-\d\d-\d\dT/, path)
  assert.strictEqual(figure === null, status === "unavailable", `${path}: a value exactly where it is available`)
  assert.strictEqual(reason === null, status !== "unavailable", `${path}: a reason exactly where there is no value`)
  if (status === "estimated") assert.isNotNull(interval, `${path}: interval`)
  if (status === "estimated" || status === "derived") {
    assert.isTrue(Predicate.isObject(sample) && Number(sample.size) >= 1 && Predicate.isString(sample.unit), `${path}: sample`)
  }
  return 1
}

const sum = (counts: ReadonlyArray<number>): number => counts.reduce((total, count) => total + count, 0)
