import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer } from "effect"
import { TestClock } from "effect/testing"
import { Jwks } from "../../src/auth/Jwks.ts"
import { FakeJwks, jwksOf, makeKey, options, respond } from "./support/issuer.ts"

const one = await makeKey("ES256", "one")
const two = await makeKey("ES256", "two")
const rsa = await makeKey("RS256", "rsa")

const find = (kid: string) => Effect.flatMap(Jwks, (jwks) => jwks.find(kid))
const found = (kid: string) => Effect.map(find(kid), (key) => key !== undefined)
const on = (issuer: FakeJwks) => Effect.provide(Layer.provide(Jwks.layer(options), issuer.layer))
/** Lets what runs in the background come to its end; `importJWK` needs turns of the real event loop. */
const settle = Effect.promise(() => new Promise((done) => setImmediate(() => setImmediate(done))))

describe("fetching", () => {
  it.effect("fetches once at the start and answers from memory for ten minutes", () => {
    const issuer = new FakeJwks([one, rsa])
    return Effect.gen(function*() {
      assert.strictEqual((yield* find("one"))?.alg, "ES256")
      assert.strictEqual((yield* find("rsa"))?.alg, "RS256")
      yield* TestClock.adjust("599 seconds")
      yield* find("one")
      yield* settle
      assert.strictEqual(issuer.calls, 1)
    }).pipe(on(issuer))
  })

  it.effect("renews old keys behind the token that finds them old", () => {
    const issuer = new FakeJwks([one])
    return Effect.gen(function*() {
      yield* find("one")
      issuer.answer = Effect.never
      yield* TestClock.adjust("10 minutes")
      assert.isTrue(yield* found("one"))
      yield* settle
      assert.strictEqual(issuer.calls, 2)
    }).pipe(on(issuer))
  })

  it.effect("waits for new keys after a quiet time, so that a withdrawn key is not accepted once more", () => {
    const issuer = new FakeJwks([one])
    return Effect.gen(function*() {
      yield* find("one")
      issuer.publish(two)
      yield* TestClock.adjust("20 minutes")
      assert.isFalse(yield* found("one"))
    }).pipe(on(issuer))
  })

  it.effect("finds a rotated key at once, and forgets the withdrawn one", () => {
    const issuer = new FakeJwks([one])
    return Effect.gen(function*() {
      yield* find("one")
      issuer.publish(two)
      yield* TestClock.adjust("10 seconds")
      assert.isTrue(yield* found("two"))
      assert.isFalse(yield* found("one"))
    }).pipe(on(issuer))
  })

  it.effect("a storm of 1,000 unknown ids costs one fetch per cooldown, also when callers hang up", () => {
    const issuer = new FakeJwks([one])
    return Effect.gen(function*() {
      yield* find("one")
      const storm = Effect.gen(function*() {
        const callers = yield* Effect.forEach(Array.from({ length: 500 }), (_, n) => Effect.forkChild(find(`unknown-${n}`)))
        yield* Effect.forEach(callers.slice(0, 250), Fiber.interrupt)
        yield* Effect.forEach(Array.from({ length: 500 }), (_, n) => find(`later-${n}`))
      })
      yield* storm
      assert.strictEqual(issuer.calls, 1)
      yield* TestClock.adjust("10 seconds")
      yield* storm
      assert.strictEqual(issuer.calls, 2)
      yield* TestClock.adjust("9 seconds")
      yield* storm
      assert.strictEqual(issuer.calls, 2)
      yield* TestClock.adjust("1 seconds")
      yield* storm
      assert.strictEqual(issuer.calls, 3)
    }).pipe(on(issuer))
  })

  it.effect("a caller who hangs up does not end the fetch for the others", () => {
    const issuer = new FakeJwks("down")
    return Effect.gen(function*() {
      yield* Effect.flip(find("one"))
      yield* TestClock.adjust("10 seconds")
      issuer.answer = Effect.andThen(Effect.sleep("1 seconds"), jwksOf([one]))
      const [first, second] = [yield* Effect.forkChild(find("one")), yield* Effect.forkChild(found("one"))]
      yield* settle
      yield* Fiber.interrupt(first)
      yield* TestClock.adjust("1 seconds")
      assert.isTrue(yield* Fiber.join(second))
      assert.strictEqual(issuer.calls, 2)
    }).pipe(on(issuer))
  })
})

describe("an outage", () => {
  it.effect("at the start answers 503 with the time to come back, and ends by itself", () => {
    const issuer = new FakeJwks("down")
    return Effect.gen(function*() {
      const error = yield* Effect.flip(find("one"))
      assert.deepStrictEqual([error._tag, error.retry_after], ["AuthUnavailable", 10])
      yield* TestClock.adjust("4 seconds")
      assert.strictEqual((yield* Effect.flip(find("one"))).retry_after, 6)
      assert.strictEqual(issuer.calls, 1)
      issuer.publish(one)
      yield* TestClock.adjust("6 seconds")
      assert.isTrue(yield* found("one"))
    }).pipe(on(issuer))
  })

  it.effect("later leaves the known keys in use for as long as it lasts, and nobody waits", () => {
    const issuer = new FakeJwks([one])
    return Effect.gen(function*() {
      yield* find("one")
      issuer.answer = "down"
      yield* TestClock.adjust("10 minutes")
      for (let minute = 0; minute < 60; minute++) {
        assert.isTrue(yield* found("one"))
        yield* settle
        issuer.answer = Effect.andThen(Effect.sleep("1 minute"), Effect.never)
        yield* TestClock.adjust("1 minute")
      }
      issuer.publish(two)
      assert.isTrue(yield* found("one"))
      yield* settle
      assert.isFalse(yield* found("one"))
    }).pipe(on(issuer))
  })

  const { d: _d, ...publicOne } = one.publicJwk
  const big = { keys: [publicOne], padding: "x".repeat(70_000) }
  it.effect.each<readonly [string, FakeJwks["answer"]]>([
    ["a failure", respond({}, { status: 500 })],
    ["a redirect", respond("", { status: 302, headers: { location: "https://evil.example/jwks" } })],
    ["a success that is not 200", respond({ keys: [publicOne] }, { status: 203 })],
    ["no JSON", respond("<html>")],
    ["no set of keys", respond({ keys: "none" })],
    ["more than 64 KB", respond(big)],
    ["an answer that takes more than five seconds", Effect.never]
  ])("is also %s", ([, answer]) => {
    const issuer = new FakeJwks("down")
    issuer.answer = answer
    return Effect.gen(function*() {
      const asking = yield* Effect.forkChild(Effect.flip(find("one")))
      yield* settle
      yield* TestClock.adjust("5 seconds")
      assert.strictEqual((yield* Fiber.join(asking))._tag, "AuthUnavailable")
    }).pipe(on(issuer))
  })
})

describe("keys that are not taken", () => {
  const { kid: _kid, ...anonymous } = one.publicJwk
  it.effect.each<readonly [string, unknown]>([
    ["a shared secret", { kty: "oct", kid: "one", k: "c2VjcmV0", alg: "HS256" }],
    ["a private key", { ...one.publicJwk, d: one.publicJwk.x }],
    ["an encryption key", { ...one.publicJwk, use: "enc" }],
    ["a key for signing", { ...one.publicJwk, key_ops: ["sign"] }],
    ["another curve", { ...one.publicJwk, crv: "P-384", alg: "ES384" }],
    ["an algorithm that is not the key's", { ...one.publicJwk, alg: "RS256" }],
    ["an RSA key under 2,048 bits", { ...rsa.publicJwk, kid: "one", n: rsa.publicJwk.n!.slice(0, 171) }],
    ["an RSA key for PS256", { ...rsa.publicJwk, kid: "one", alg: "PS256" }],
    ["a point that is not on the curve", { ...one.publicJwk, y: one.publicJwk.x }],
    ["a key without id", anonymous],
    ["what is no key", "one"]
  ])("%s", ([, jwk]) => {
    const issuer = new FakeJwks("down")
    issuer.answer = respond({ keys: [jwk, two.publicJwk] })
    return Effect.gen(function*() {
      assert.isTrue(yield* found("two"))
      assert.isFalse(yield* found("one"))
    }).pipe(on(issuer))
  })

  it.effect("an issuer without asymmetric keys is reachable: its tokens are refused, not unavailable", () => {
    const issuer = new FakeJwks([])
    return Effect.gen(function*() {
      assert.isFalse(yield* found("one"))
    }).pipe(on(issuer))
  })
})
