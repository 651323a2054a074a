import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Layer, Option, Redacted } from "effect"
import { TestClock } from "effect/testing"
import { vi } from "vitest"
import { TokenVerifier, type TokenVerifierOptions } from "../../src/auth/TokenVerifier.ts"
import { claimsAt, FakeJwks, forge, issuer, makeKey, options, sessionId, sign, signRaw, userId } from "./support/issuer.ts"

const second = 1_800_000_000
const es = await makeKey("ES256", "es-1")
const rs = await makeKey("RS256", "rs-1")
const stranger = await makeKey("ES256", "es-1")
const secret = "a-shared-secret-of-more-than-32-characters"
const withSecret = { hs256Secret: Option.some(Redacted.make(secret)) }

const verifierOf = (changes: Partial<TokenVerifierOptions> = {}, jwks = new FakeJwks([es, rs])) =>
  Layer.provide(TokenVerifier.layer({ ...options, ...changes }), jwks.layer)

const verify = (token: string) => Effect.flatMap(TokenVerifier, (verifier) => verifier.verify(Redacted.make(token)))
const atSecond = (at: number) => TestClock.setTime(at * 1000)
const signed = (changes: Record<string, unknown> = {}, header: Record<string, unknown> = {}, key = es) =>
  Effect.promise(() => sign(key, claimsAt(second, changes), header))

describe("accepts", () => {
  it.effect.each([es, rs])("a token of $alg and says who it is", (key) =>
    Effect.gen(function*() {
      yield* atSecond(second)
      assert.deepStrictEqual<unknown>(yield* verify(yield* signed({}, {}, key)), {
        id: userId,
        email: "someone@example.com",
        phone: null,
        session_id: sessionId,
        is_anonymous: false,
        authenticated_at: second,
        app_metadata: { provider: "email", providers: ["email"] },
        user_metadata: { role: "admin", status: "active" },
        iat: second,
        exp: second + 3600
      })
    }).pipe(Effect.provide(verifierOf())))

  it.effect("HS256 with the configured secret, even while no keys can be fetched", () =>
    Effect.gen(function*() {
      yield* atSecond(second)
      const token = forge({ alg: "HS256", typ: "JWT" }, claimsAt(second), secret)
      assert.strictEqual((yield* verify(token)).id, userId)
    }).pipe(Effect.provide(verifierOf(withSecret, new FakeJwks("down")))))

  it.effect.each([
    ["the latest proof", [{ method: "password", timestamp: 5 }, { method: "totp", timestamp: 7 }], 7],
    ["no refresh", [{ method: "otp", timestamp: 5 }, { method: "token_refresh", timestamp: 9 }], 5],
    ["no entry without a time", ["pwd", { method: "password" }], null],
    ["nothing where nothing is said", undefined, null],
    ["nothing where something else is said", "pwd", null]
  ])("when the user proved who they are: %s", ([, amr, expected]) =>
    Effect.gen(function*() {
      yield* atSecond(second)
      assert.strictEqual((yield* verify(yield* signed({ amr }))).authenticated_at, expected)
    }).pipe(Effect.provide(verifierOf())))

  it.effect("an audience that is one of several, and a token without session, phone or email", () =>
    Effect.gen(function*() {
      yield* atSecond(second)
      const claims = {
        aud: ["else", "authenticated"],
        session_id: undefined,
        email: "",
        phone: undefined,
        user_metadata: undefined
      }
      const token = yield* verify(yield* signed(claims))
      assert.deepStrictEqual(
        [token.email, token.phone, token.session_id, token.user_metadata],
        [null, null, null, {}]
      )
    }).pipe(Effect.provide(verifierOf())))
})

describe("refuses", () => {
  const claims = claimsAt(second)
  const publicPem = JSON.stringify(es.publicJwk)
  const attacker = { ...stranger.publicJwk }
  const refusals: ReadonlyArray<readonly [name: string, check: string, token: () => string | Promise<string>]> = [
    ["nothing", "format", () => ""],
    ["one part", "format", () => "abc"],
    ["two parts", "format", () => "abc.def"],
    ["four parts", "format", async () => `${await sign(es, claims)}.x`],
    ["the five parts of an encrypted token", "format", () => "a.b.c.d.e"],
    ["a token longer than 8 KB", "size", () => sign(es, { ...claims, user_metadata: { long: "x".repeat(8_192) } })],
    ["alg none", "format", () => forge({ alg: "none", typ: "JWT" }, claims)],
    ["alg None, with a signature", "header", () => forge({ alg: "None", kid: "es-1" }, claims, secret)],
    ["alg none over a signature that is right", "header", () => signRaw(es, { alg: "none", kid: "es-1" }, claims)],
    ["an alg that is not text", "header", () => signRaw(es, { alg: ["ES256"], kid: "es-1" }, claims)],
    ["no alg", "header", () => signRaw(es, { kid: "es-1" }, claims)],
    ["HS256 signed with a public key as the secret", "signature", () => forge({ alg: "HS256", kid: "es-1" }, claims, publicPem)],
    ["HS256 signed with an empty secret", "signature", () => forge({ alg: "HS256" }, claims, "")],
    ["HS256 signed with another secret", "signature", () => forge({ alg: "HS256" }, claims, `${secret}!`)],
    ["ES384", "header", () => signRaw(es, { alg: "ES384", kid: "es-1" }, claims)],
    ["PS256 under the id of an RSA key", "header", () => signRaw(rs, { alg: "PS256", kid: "rs-1" }, claims)],
    ["RS256 under the id of an EC key", "alg", () => signRaw(rs, { alg: "RS256", kid: "es-1" }, claims)],
    ["ES256 under the id of an RSA key", "alg", () => signRaw(es, { alg: "ES256", kid: "rs-1" }, claims)],
    ["no kid", "kid", () => signRaw(es, { alg: "ES256" }, claims)],
    ["an empty kid", "header", () => signRaw(es, { alg: "ES256", kid: "" }, claims)],
    ["an unknown kid", "kid", () => signRaw(es, { alg: "ES256", kid: "es-2" }, claims)],
    ["a key the token brings along", "header", () => signRaw(stranger, { alg: "ES256", kid: "es-1", jwk: attacker }, claims)],
    ["jwk beside a right signature", "header", () => signRaw(es, { alg: "ES256", kid: "es-1", jwk: es.publicJwk }, claims)],
    ["jku", "header", () => signRaw(es, { alg: "ES256", kid: "es-1", jku: "https://evil.example/jwks" }, claims)],
    ["x5u", "header", () => signRaw(es, { alg: "ES256", kid: "es-1", x5u: "https://evil.example/cert" }, claims)],
    ["x5c", "header", () => signRaw(es, { alg: "ES256", kid: "es-1", x5c: ["MIIB"] }, claims)],
    ["a critical header", "header", () => signRaw(es, { alg: "ES256", kid: "es-1", crit: ["exp"], exp: 1 }, claims)],
    ["an unencoded payload", "header", () => signRaw(es, { alg: "ES256", kid: "es-1", crit: ["b64"], b64: false }, claims)],
    ["a right token written with a blank", "format", async () => (await sign(es, claims)).replace(/..$/, " $&")],
    ["a right token written with padding", "format", async () => `${await sign(es, claims)}==`],
    ["a right token with stray bits in its last character", "format", async () => strayBits(await sign(es, claims))],
    ["another type of token", "header", () => sign(es, claims, { typ: "dpop+jwt" })],
    ["a signature by another key under a known kid", "signature", () => sign(stranger, claims)],
    ["no signature", "format", async () => (await sign(es, claims)).replace(/[^.]+$/, "")],
    ["a payload that was exchanged", "signature", async () => {
      const [header, , signature] = (await sign(es, claims)).split(".")
      return `${header}.${Buffer.from(JSON.stringify({ ...claims, sub: sessionId })).toString("base64url")}.${signature}`
    }],
    ["a payload that is no object", "ERR_JWT_INVALID", () => signRaw(es, { alg: "ES256", kid: "es-1" }, "[1]")],
    ["a payload that is no JSON", "ERR_JWT_INVALID", () => signRaw(es, { alg: "ES256", kid: "es-1" }, "{")],
    ["another audience", "aud", () => sign(es, { ...claims, aud: "else" })],
    ["no audience", "aud", () => sign(es, claimsAt(second, { aud: undefined }))],
    ["another issuer", "iss", () => sign(es, { ...claims, iss: "https://other.supabase.co/auth/v1" })],
    ["the issuer with a slash", "iss", () => sign(es, { ...claims, iss: `${issuer}/` })],
    ["no issuer", "iss", () => sign(es, claimsAt(second, { iss: undefined }))],
    ["no sub", "sub", () => sign(es, claimsAt(second, { sub: undefined }))],
    ["a sub that is no user id", "claims", () => sign(es, { ...claims, sub: "admin" })],
    ["a sub in upper case", "claims", () => sign(es, { ...claims, sub: userId.toUpperCase() })],
    ["the anon key", "claims", () => sign(es, { ...claims, role: "anon" })],
    ["the service_role key", "claims", () => sign(es, { ...claims, role: "service_role" })],
    ["no role", "claims", () => sign(es, claimsAt(second, { role: undefined }))],
    ["no exp", "exp", () => sign(es, claimsAt(second, { exp: undefined }))],
    ["an exp that is text", "exp", () => signRaw(es, { alg: "ES256", kid: "es-1" }, { ...claims, exp: "9999999999" })],
    [
      "an exp beyond all numbers",
      "claims",
      () => signRaw(es, { alg: "ES256", kid: "es-1" }, JSON.stringify(claims).replace(/"exp":\d+/, "\"exp\":1e999"))
    ],
    ["no iat", "iat", () => sign(es, claimsAt(second, { iat: undefined }))],
    ["an iat in the future", "iat", () => sign(es, { ...claims, iat: second + 11 })],
    ["an nbf in the future", "nbf", () => sign(es, { ...claims, nbf: second + 11 })]
  ]

  it.effect.each(refusals)("%s (by its %s)", ([, check, token]) =>
    Effect.gen(function*() {
      yield* atSecond(second)
      const error = yield* Effect.flip(verify(yield* Effect.promise(async () => token())))
      assert.deepStrictEqual([error._tag, "reason" in error && error.reason, "check" in error && error.check], [
        "InvalidToken",
        "invalid",
        check
      ])
    }).pipe(Effect.provide(verifierOf(withSecret))))

  it.effect("HS256 while no secret is configured", () =>
    Effect.gen(function*() {
      yield* atSecond(second)
      for (const key of [secret, publicPem, ""]) {
        const error = yield* Effect.flip(verify(forge({ alg: "HS256", kid: "es-1" }, claims, key)))
        assert.deepStrictEqual(error._tag === "InvalidToken" && error.check, "alg")
      }
    }).pipe(Effect.provide(verifierOf())))

  it.effect("to start with a secret that can be guessed", () =>
    Effect.gen(function*() {
      const weak = verifierOf({ hs256Secret: Option.some(Redacted.make("x".repeat(31))) })
      assert.strictEqual((yield* Effect.flip(Effect.scoped(Layer.build(weak))))._tag, "WeakSecret")
    }))
})

describe("time", () => {
  const outcome = (token: string) =>
    Effect.map(
      Effect.result(verify(token)),
      (result) =>
        result._tag === "Success" ? "accepted" : result.failure._tag === "InvalidToken" ? result.failure.reason : "unavailable"
    )

  it.effect("a token ends with its exp and ten seconds of leeway, cached or not", () =>
    Effect.gen(function*() {
      const token = yield* signed()
      const outcomes: Array<string> = []
      for (const at of [second, second + 3599, second + 3609, second + 3610, second + 9000]) {
        yield* atSecond(at)
        outcomes.push(yield* outcome(token))
      }
      assert.deepStrictEqual(outcomes, ["accepted", "accepted", "accepted", "expired", "expired"])
    }).pipe(Effect.provide(verifierOf())))

  it.effect("leeway applies to nbf and iat alike and can be none", () =>
    Effect.gen(function*() {
      const later = yield* signed({ nbf: second + 10, iat: second + 10 })
      yield* atSecond(second)
      assert.strictEqual(yield* Effect.provide(outcome(later), verifierOf()), "accepted")
      assert.strictEqual(yield* Effect.provide(outcome(later), verifierOf({ leewaySeconds: 0 })), "invalid")
    }))
})

describe("the cache of verified tokens", () => {
  const countVerifications = Effect.acquireRelease(
    Effect.sync(() => vi.spyOn(crypto.subtle, "verify")),
    (spy) => Effect.sync(() => spy.mockRestore())
  )

  it.effect("checks a signature once a minute, never past exp, and remembers nothing it refused", () =>
    Effect.gen(function*() {
      const spy = yield* countVerifications
      const verifier = yield* TokenVerifier
      const token = yield* signed({ exp: second + 90 })
      const counts: Array<number> = []
      for (const at of [0, 0, 59, 60, 89, 90, 91]) {
        yield* atSecond(second + at)
        yield* verifier.verify(token)
        counts.push(spy.mock.calls.length)
      }
      assert.deepStrictEqual(counts, [1, 1, 1, 2, 2, 3, 4])
      const refused = yield* Effect.promise(() => sign(stranger, claimsAt(second)))
      yield* Effect.exit(verifier.verify(refused))
      yield* Effect.exit(verifier.verify(refused))
      assert.strictEqual(spy.mock.calls.length, 6)
    }).pipe(Effect.provide(verifierOf())))

  it.effect("keeps who was let in where the clock is set back, by which their token has not been issued yet", () =>
    Effect.gen(function*() {
      yield* atSecond(second)
      const token = yield* signed()
      yield* verify(token)
      yield* atSecond(second - 600)
      assert.strictEqual((yield* verify(token)).id, userId)
      const another = yield* Effect.flip(verify(yield* signed({ jti: "another" })))
      assert.deepInclude(another, { _tag: "InvalidToken", check: "iat" }, "what is new waits")
    }).pipe(Effect.provide(verifierOf())))

  it.effect("holds no more tokens than its capacity", () =>
    Effect.gen(function*() {
      const spy = yield* countVerifications
      yield* atSecond(second)
      const tokens = yield* Effect.forEach(Array.from({ length: 12 }), (_, n) => signed({ session_id: `s${n}` }))
      yield* Effect.forEach(tokens, verify)
      yield* verify(tokens[11]!)
      assert.strictEqual(spy.mock.calls.length, 12)
      yield* verify(tokens[0]!)
      assert.strictEqual(spy.mock.calls.length, 13)
    }).pipe(Effect.provide(verifierOf({ cacheCapacity: 4 }))))
})

describe("mutated tokens", () => {
  it.effect("2,000 of them never verify and never break the verifier", () =>
    Effect.gen(function*() {
      yield* atSecond(second)
      const token = yield* signed()
      const random = xorshift(20_260_101)
      let tried = 0
      while (tried < 2_000) {
        const mutant = mutate(token, random)
        if (mutant === token) continue
        tried++
        const exit = yield* Effect.exit(verify(mutant))
        if (Exit.isSuccess(exit)) assert.fail(`verified: ${mutant}`)
        const error = Exit.findErrorOption(exit)
        assert.isTrue(Option.isSome(error) && error.value._tag === "InvalidToken", `broke the verifier: ${mutant}`)
      }
    }).pipe(Effect.provide(verifierOf(withSecret))))
})

const xorshift = (seed: number) => (below: number): number => {
  seed ^= seed << 13
  seed ^= seed >>> 17
  seed ^= seed << 5
  return (seed >>> 0) % below
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ \u0000é\n"

const mutate = (token: string, random: (below: number) => number): string => {
  const at = random(token.length)
  const char = alphabet[random(alphabet.length)]!
  const parts = token.split(".")
  switch (random(7)) {
    case 0:
      return token.slice(0, at) + char + token.slice(at + 1)
    case 1:
      return token.slice(0, at) + token.slice(at + 1 + random(4))
    case 2:
      return token.slice(0, at) + char + token.slice(at)
    case 3:
      return [parts[random(3)], parts[random(3)], parts[random(3)]].join(".")
    case 4: {
      const index = random(2)
      const bytes = Buffer.from(parts[index]!, "base64url")
      bytes[random(bytes.length)]! ^= 1 << random(8)
      return parts.with(index, bytes.toString("base64url")).join(".")
    }
    case 5: {
      const bytes = Buffer.from(parts[2]!, "base64url")
      bytes[random(bytes.length)]! ^= 1 << random(8)
      return parts.with(2, bytes.toString("base64url")).join(".")
    }
    default:
      return token.slice(0, at)
  }
}

/** The same 64 bytes: of the last of 86 characters only two bits count. */
const strayBits = (token: string): string => token.slice(0, -1) + { A: "B", Q: "R", g: "h", w: "x" }[token.at(-1)!]
