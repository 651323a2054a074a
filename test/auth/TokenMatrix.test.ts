import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Option, Redacted } from "effect"
import * as Headers from "effect/http/Headers"
import { TestClock } from "effect/testing"
import type { Account } from "../../src/auth/Accounts.ts"
import { Authenticator, authenticatorDefaults } from "../../src/auth/Authenticator.ts"
import { KeyHolders } from "../../src/auth/KeyHolders.ts"
import { TokenVerifier } from "../../src/auth/TokenVerifier.ts"
import { instantOf } from "../../src/database/Instant.ts"
import { FakeAccounts } from "./support/accounts.ts"
import { claimsAt, FakeJwks, forge, makeKey, options, sign, signRaw } from "./support/issuer.ts"

const now = 1_800_000_000
const es = await makeKey("ES256", "es-1")
const rs = await makeKey("RS256", "rs-1")
const next = await makeKey("ES256", "es-2")
const stranger = await makeKey("ES256", "es-1")
const secret = "a-shared-secret-of-more-than-32-characters"
const claims = claimsAt(now)

interface Case {
  /** The `Authorization` header. */
  readonly header: string | undefined
  readonly account?: Partial<Account> | null
  /** The keys' endpoint, and what becomes of it after the server's start. */
  readonly jwks?: FakeJwks
  readonly afterwards?: (jwks: FakeJwks) => Effect.Effect<unknown, unknown, Authenticator>
}

const bearer = async (token: string | Promise<string>) => ({ header: `Bearer ${await token}` })
const authenticate = (authorization: string | undefined) =>
  Effect.flatMap(
    Authenticator,
    (authenticator) => authenticator.authenticate(Headers.fromInput(authorization === undefined ? {} : { authorization }), null)
  )

const good = await bearer(sign(es, claims))

/** What is sent, and what comes of it. */
const table: ReadonlyArray<readonly [what: string, expected: string, given: Case]> = [
  ["a good token, ES256", "in", good],
  ["a good token, RS256", "in", await bearer(sign(rs, claims))],
  ["a good token, HS256 with the configured secret", "in", await bearer(forge({ alg: "HS256", typ: "JWT" }, claims, secret))],
  ["none", "401 missing", { header: undefined }],
  ["another scheme", "401 missing", { header: "Basic eDp5" }],
  ["garbage", "401 invalid", await bearer("a.b.c")],
  ["alg none", "401 invalid", await bearer(forge({ alg: "none", typ: "JWT" }, claims))],
  ["alg none over a right signature", "401 invalid", await bearer(signRaw(es, { alg: "none", kid: "es-1" }, claims))],
  ["wrong key under a known kid", "401 invalid", await bearer(sign(stranger, claims))],
  [
    "key confusion: HS256 by a public key",
    "401 invalid",
    await bearer(forge({ alg: "HS256", kid: "es-1" }, claims, JSON.stringify(es.publicJwk)))
  ],
  ["key confusion: RS256 under an EC key's kid", "401 invalid", await bearer(signRaw(rs, { alg: "RS256", kid: "es-1" }, claims))],
  ["a key of its own (jwk)", "401 invalid", await bearer(signRaw(stranger, { alg: "ES256", jwk: stranger.publicJwk }, claims))],
  ["wrong aud", "401 invalid", await bearer(sign(es, { ...claims, aud: "else" }))],
  ["wrong iss", "401 invalid", await bearer(sign(es, { ...claims, iss: "https://other.supabase.co/auth/v1" }))],
  ["the anon key", "401 invalid", await bearer(sign(es, { ...claims, role: "anon" }))],
  ["expired", "401 expired", await bearer(sign(es, claimsAt(now, { exp: now - 11 })))],
  ["expired, within the leeway", "in", await bearer(sign(es, claimsAt(now, { exp: now - 9 })))],
  ["not yet valid", "401 invalid", await bearer(sign(es, { ...claims, nbf: now + 11 }))],
  ["unknown kid", "401 invalid", await bearer(signRaw(es, { alg: "ES256", kid: "es-9" }, claims))],
  [
    "rotated: by the new key",
    "in",
    {
      ...(await bearer(sign(next, claims))),
      afterwards: (jwks) => Effect.andThen(Effect.sync(() => jwks.publish(es, next)), TestClock.adjust("1 minutes"))
    }
  ],
  [
    "rotated: by the withdrawn key, after a quiet time",
    "401 invalid",
    {
      ...(await bearer(sign(es, claimsAt(now, { exp: now + 100_000 })))),
      afterwards: (jwks) => Effect.andThen(Effect.sync(() => jwks.publish(next)), TestClock.adjust("3 hours"))
    }
  ],
  ["keys cannot be fetched, none known", "503", { ...good, jwks: new FakeJwks("down") }],
  [
    "keys cannot be fetched, but are known",
    "in",
    {
      ...good,
      afterwards: (jwks) =>
        Effect.gen(function*() {
          yield* authenticate(good.header)
          jwks.answer = "down"
          yield* TestClock.adjust("2 minutes")
        })
    }
  ],
  ["revoked session", "401 invalid", { ...good, account: { session: "ended" } }],
  ["deleted user", "401 invalid", { ...good, account: { deleted_at: instantOf(0) } }],
  ["suspended user", "403 suspended", { ...good, account: { status: "suspended" } }],
  ["banned user", "403 banned", { ...good, account: { banned_until: instantOf((now + 60) * 1000) } }],
  ["a ban that has ended", "in", { ...good, account: { banned_until: instantOf((now - 1) * 1000) } }],
  ["no identity (anonymous)", "403 anonymous", await bearer(sign(es, { ...claims, is_anonymous: true, email: "" }))],
  ["the database is away", "503", { ...good, account: null }]
]

const outcome = (header: string | undefined) =>
  Effect.map(Effect.result(authenticate(header)), (result) => {
    if (result._tag === "Success") return "in"
    switch (result.failure._tag) {
      case "Unauthorized":
        return `401 ${result.failure.reason}`
      case "AccountSuspended":
        return "403 suspended"
      case "AccountBanned":
        return "403 banned"
      case "AnonymousAccount":
        return "403 anonymous"
      case "AuthUnavailable":
        return "503"
      default:
        return result.failure._tag
    }
  })

describe("who is let in", () => {
  it.effect.each(table)("%s: %s", ([, expected, given]) => {
    const accounts = new FakeAccounts()
    accounts.account = given.account === undefined ? {} : given.account
    const jwks = given.jwks ?? new FakeJwks([es, rs])
    const verifier = TokenVerifier.layer({ ...options, hs256Secret: Option.some(Redacted.make(secret)) }).pipe(
      Layer.provide(jwks.layer)
    )
    const authenticator = Authenticator.layerNoDeps(authenticatorDefaults).pipe(
      Layer.provide([KeyHolders.layerNone, accounts.layer, verifier])
    )
    return Effect.gen(function*() {
      yield* TestClock.setTime(now * 1000)
      if (given.afterwards !== undefined) {
        yield* Effect.provideService(given.afterwards(jwks), Authenticator, yield* Authenticator)
      }
      assert.strictEqual(yield* outcome(given.header), expected)
    }).pipe(Effect.provide(authenticator))
  })
})
