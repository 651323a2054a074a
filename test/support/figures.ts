import { Predicate } from "effect"
import { assert } from "vitest"

/**
 * Walks a part of an answer and fails where a number stands without saying what it is: outside a figure, or in a figure without status,
 * method, version, or sample where it was computed over one. Returns how many figures there were.
 */
export const assertHonest = (value: unknown, path = "analytics"): number => {
  if (typeof value === "number") return assert.fail(`${path}: a number outside a figure`)
  if (Array.isArray(value)) return sum(value.map((member, i) => assertHonest(member, `${path}[${i}]`)))
  if (!Predicate.isObject(value)) return 0
  if (!("value" in value && "status" in value)) {
    return sum(
      Object.entries(value).filter(([key]) => !explained.has(key)).map(([key, member]) => assertHonest(member, `${path}.${key}`))
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
  if (status === "estimated" || (status === "derived" && method !== "follower_tier")) {
    assert.isTrue(Predicate.isObject(sample) && Number(sample.size) >= 1 && Predicate.isString(sample.unit), `${path}: sample`)
  }
  return 1
}

/** How large the sample is, and what the score beside them is made of. */
const explained: ReadonlySet<string> = new Set(["sample", "components", "fields"])

const sum = (counts: ReadonlyArray<number>): number => counts.reduce((total, count) => total + count, 0)
