import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import fc from "fast-check"
import { DecodoReason } from "../../src/decodo/DecodoReason.ts"
import { type Answer, openEnvelope } from "../../src/decodo/Envelope.ts"
import { DecodedProfile } from "../../src/decodo/FetchedProfile.ts"
import { decodeProfile } from "../../src/decodo/ProfileDecoder.ts"
import { recordedFiles } from "./payloads.ts"
import { content, userObject } from "./samples.ts"

/** Raised for a long run: `FUZZ_RUNS=10000 vitest run test/decodo/Mutation.test.ts`. */
const numRuns = Number(process.env.FUZZ_RUNS ?? 2000)

/** An invented profile, and the recorded ones where they are there; the large ones seldom, for they are slow. */
const payload: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 12, arbitrary: fc.constant(content(userObject())) },
  ...recordedFiles("profile").map(([, answer]) => ({
    weight: JSON.stringify(answer).length < 60_000 ? 4 : 1,
    arbitrary: fc.constant(answer)
  }))
)

const nested = (levels: number): unknown => levels === 0 ? 1 : levels % 2 === 0 ? [nested(levels - 1)] : { a: nested(levels - 1) }

const hostileText = fc.constantFrom(
  "",
  "\0",
  "a\0b",
  "\ud800",
  "x\udc00y",
  "None",
  "null",
  "12.3M",
  "javascript:alert(1)",
  "<html>",
  "{\"a\":\"\\u0000\"}",
  "@a #b @\ud83d",
  "x".repeat(20_001),
  "@x ".repeat(6000)
)

const hostileKey = fc.constantFrom(
  "__proto__",
  "constructor",
  "toString",
  "edges",
  "node",
  "count",
  "id",
  "k\0",
  "\udfff",
  "length",
  "data"
)

const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  hostileText,
  fc.constantFrom(null, true, false, 0, -1, -0, 1.5, 2 ** 53, -(2 ** 63), 1e300, Infinity, NaN, 4_102_444_801),
  fc.string({ unit: "binary" }),
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom([], {}, [[]], [null], { edges: {} }, { edges: [{ node: {} }] }, { count: {} }, { count: "1" }),
  fc.integer({ min: 1, max: 120 }).map(nested),
  fc.constantFrom(501, 5000).map((length) => Array.from({ length }, (_, i) => ({ node: { id: String(i), shortcode: `s${i}` } })))
)

type Mutation = {
  readonly steps: ReadonlyArray<number>
  readonly what: "replace" | "remove" | "add" | "repeat" | "swap"
  readonly key: string
  readonly value: unknown
}

const mutation: fc.Arbitrary<Mutation> = fc.record({
  steps: fc.array(fc.nat(), { minLength: 2, maxLength: 14 }),
  what: fc.constantFrom("replace", "replace", "replace", "remove", "add", "repeat", "swap"),
  key: hostileKey,
  value: hostileValue
})

/** Walks `steps` deep into the value (a number chooses the member) and does something to the last member reached. */
const mutate = (root: unknown, { key, steps, value: shared, what }: Mutation): void => {
  const value = structuredClone(shared)
  let container: object | undefined
  let name: string | undefined
  let at: unknown = root
  for (const step of steps) {
    if (typeof at !== "object" || at === null) break
    const names = Object.keys(at)
    if (names.length === 0) break
    container = at
    name = names[step % names.length]!
    at = Reflect.get(at, name)
  }
  if (container === undefined || name === undefined) return
  if (what === "replace") Reflect.set(container, name, value)
  else if (what === "remove") Reflect.deleteProperty(container, name)
  else if (what === "add" && !Array.isArray(container)) {
    Object.defineProperty(container, key, { value, enumerable: true, configurable: true, writable: true })
  } else if (what === "repeat" && Array.isArray(container)) container.push(...container.slice(0, 50))
  else if (what === "swap") Reflect.set(container, Object.keys(container)[0]!, structuredClone(at))
}

const checkProfile = Schema.decodeUnknownResult(Schema.toType(DecodedProfile), { errors: "all" })
const isReason = Schema.is(Schema.toType(DecodoReason))

/** The first thing in a value that `jsonb` refuses, or that would change on the way there. */
const unstorable = (value: unknown): string | undefined => {
  if (typeof value === "string") return value.isWellFormed() && !value.includes("\0") ? undefined : "a text PostgreSQL refuses"
  if (typeof value === "number") return Number.isFinite(value) ? undefined : "a number JSON does not have"
  if (typeof value !== "object" || value === null) return undefined
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== Array.prototype) return "a prototype from the payload"
  for (const [key, member] of Object.entries(value)) {
    const found = key === "__proto__" ? "a prototype key" : unstorable(key) ?? unstorable(member)
    if (found !== undefined) return found
  }
  return undefined
}

const assertSound = (decoded: Result.Result<DecodedProfile, DecodoReason>): void => {
  if (Result.isFailure(decoded)) return assert.isTrue(isReason(decoded.failure))
  const checked = checkProfile(decoded.success)
  if (Result.isFailure(checked)) assert.fail(String(checked.failure))
  assert.isUndefined(unstorable(decoded.success))
  const { mentions, posts, related } = decoded.success
  for (
    const keys of [
      posts.map((post) => post.shortcode),
      posts.map((post) => post.instagram_post_id),
      related.map((it) => it.related_username)
    ]
  ) {
    assert.strictEqual(new Set(keys).size, keys.length, "a key that an upsert would meet twice")
  }
  const edges = mentions.map((edge) => JSON.stringify([edge.shortcode, edge.mention_type, edge.mentioned_username]))
  assert.strictEqual(new Set(edges).size, edges.length)
  assert.isTrue(mentions.every((edge) => edge.context === null || edge.context.length <= 200))
}

const opened = (text: string): Result.Result<DecodedProfile, DecodoReason> =>
  Result.flatMap(
    openEnvelope(text),
    (answer): Result.Result<DecodedProfile, DecodoReason> =>
      decodeProfile(answer._tag === "Answer" ? (answer satisfies Answer).content : undefined)
  )

describe(`a payload after ${numRuns} random mutations`, () => {
  it("never throws, and what it decodes to is valid, storable and without twins", () => {
    let decodedAtAll = 0
    fc.assert(
      fc.property(payload, fc.array(mutation, { minLength: 1, maxLength: 8 }), fc.boolean(), (payload, mutations, asText) => {
        const envelope = structuredClone({ results: [{ content: payload, status_code: 200, task_id: "1" }] })
        for (const it of mutations) mutate(asText ? envelope : envelope.results[0]!.content, it)
        const decoded = asText ? opened(JSON.stringify(envelope)) : decodeProfile(envelope.results[0]!.content)
        if (Result.isSuccess(decoded)) decodedAtAll++
        assertSound(decoded)
      }),
      { numRuns }
    )
    assert.isFalse("polluted" in {})
    // A test of refusals only would prove nothing.
    assert.isAbove(decodedAtAll, numRuns / 4)
  }, 600_000)

  it("in its text never throws either: cut, overwritten, with characters put in", () => {
    const text = payload.map((payload) => JSON.stringify({ results: [{ content: payload, status_code: 200 }] }))
    const scar = fc.record({
      at: fc.nat(),
      remove: fc.nat(40),
      insert: fc.oneof(hostileText, fc.constantFrom("\\u0000", "\\ud800", "\"", "}", "]", ",", "1e999", "-"))
    })
    fc.assert(
      fc.property(text, fc.array(scar, { maxLength: 4 }), (text, scars) => {
        const hurt = scars.reduce((text, { at, insert, remove }) => {
          const start = at % text.length
          return text.slice(0, start) + insert + text.slice(start + remove)
        }, text)
        assertSound(opened(hurt))
      }),
      { numRuns: numRuns / 2 }
    )
  }, 600_000)
})
