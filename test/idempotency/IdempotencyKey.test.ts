import { assert, describe, it } from "@effect/vitest"
import { keyOf, parseKey } from "../../src/idempotency/IdempotencyKey.ts"
import { UserId } from "../../src/users/UserId.ts"

const ada = UserId.make("a0000000-0000-4000-8000-000000000001")
const charles = UserId.make("a0000000-0000-4000-8000-000000000002")
const answer = { status: 201, headers: { location: "/x" }, content_type: "application/json", body: "{\"name\":\"Grüße\"}" }

describe("an idempotency key", () => {
  it("is printable ASCII, bare or quoted, and nothing else", () => {
    for (const good of ["a", "8e03978e-40d5-43dd-bc93-6894a57f9324", "~".repeat(255)]) assert.strictEqual(parseKey(good), good)
    assert.strictEqual(parseKey("\"8e03978e\""), "8e03978e")
    for (const bad of ["", "\"\"", " ", "a\tb", "schlüssel", "a\u0000", "x".repeat(256)]) assert.isUndefined(parseKey(bad), bad)
  })

  it("seals an answer for whoever sends it again, and for nobody else", () => {
    const key = keyOf(ada, "k")
    const sealed = key.seal(answer)
    assert.deepStrictEqual(keyOf(ada, "k").open(sealed), answer)
    assert.notInclude(Buffer.from(sealed, "base64").toString("latin1"), "name")
    assert.notStrictEqual(key.seal(answer), sealed)
    for (const other of [keyOf(ada, "K"), keyOf(charles, "k")]) assert.throws(() => other.open(sealed))
    const bytes = Buffer.from(sealed, "base64")
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1
    assert.throws(() => key.open(bytes.toString("base64")), undefined, undefined, "a changed answer")
  })

  it("names user, method, address and body, each of them", () => {
    const of = (user: UserId, key: string, ...request: Parameters<ReturnType<typeof keyOf>["fingerprint"]>) =>
      keyOf(user, key).fingerprint(...request)
    const fingerprints = [
      of(ada, "k", "POST", "/campaigns", "{}"),
      of(charles, "k", "POST", "/campaigns", "{}"),
      of(ada, "l", "POST", "/campaigns", "{}"),
      of(ada, "k", "PUT", "/campaigns", "{}"),
      of(ada, "k", "POST", "/campaigns?x", "{}"),
      of(ada, "k", "POST", "/campaigns", "{} ")
    ]
    assert.lengthOf(new Set(fingerprints), fingerprints.length)
    assert.strictEqual(of(ada, "k", "POST", "/campaigns", "{}"), fingerprints[0])
    assert.notStrictEqual(keyOf(ada, "k").digest, keyOf(charles, "k").digest)
  })
})
