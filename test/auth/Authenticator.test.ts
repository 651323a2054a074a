import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber, Layer, Logger } from "effect"
import * as Headers from "effect/http/Headers"
import { TestClock } from "effect/testing"
import type { Account } from "../../src/auth/Accounts.ts"
import { Authenticator, authenticatorDefaults } from "../../src/auth/Authenticator.ts"
import { KeyHolders } from "../../src/auth/KeyHolders.ts"
import { TokenVerifier } from "../../src/auth/TokenVerifier.ts"
import { instantOf } from "../../src/database/Instant.ts"
import { UserId } from "../../src/users/UserId.ts"
import { FakeAccounts } from "./support/accounts.ts"
import { claimsAt, FakeJwks, makeKey, options, sessionId, sign, userId } from "./support/issuer.ts"

const key = await makeKey("ES256", "one")
const token = await sign(key, claimsAt(0))
const otherSession = await sign(key, claimsAt(0, { session_id: "another" }))

const authenticate = (authorization?: string) =>
  Effect.flatMap(
    Authenticator,
    (authenticator) => authenticator.authenticate(Headers.fromInput(authorization === undefined ? {} : { authorization }), null)
  )
const outcome = (authorization?: string) =>
  Effect.map(Effect.result(authenticate(authorization)), (result) => result._tag === "Success" ? "in" : result.failure._tag)
const bearer = outcome(`Bearer ${token}`)

const on = (accounts: FakeAccounts, keys = KeyHolders.layerNone) =>
  Effect.provide(
    Authenticator.layerNoDeps(authenticatorDefaults).pipe(
      Layer.provide([
        keys,
        accounts.layer,
        Layer.provide(TokenVerifier.layer(options), new FakeJwks([key]).layer)
      ])
    )
  )

const test = (name: string, body: (accounts: FakeAccounts) => Effect.Effect<void, unknown, Authenticator>) =>
  it.effect(name, () => {
    const accounts = new FakeAccounts()
    return on(accounts)(body(accounts))
  })

describe("who is calling", () => {
  test("is who the token names, with the role of the database and not of user_metadata", (accounts) =>
    Effect.gen(function*() {
      assert.deepStrictEqual<unknown>(yield* authenticate(`Bearer ${token}`), {
        id: userId,
        email: "someone@example.com",
        role: "user",
        session_id: sessionId
      })
      accounts.account = { role: "admin" }
      assert.strictEqual((yield* authenticate(`Bearer ${otherSession}`)).role, "admin")
    }))

  test("is read from the header whatever the case of the scheme", () =>
    Effect.gen(function*() {
      for (const header of [`bearer ${token}`, `BEARER   ${token} `]) assert.strictEqual(yield* outcome(header), "in")
    }))

  test("is nobody without a bearer token, and the answer says so", (accounts) =>
    Effect.gen(function*() {
      for (const header of [undefined, "", "Bearer", "Bearer ", `Basic ${token}`, token]) {
        const error = yield* Effect.flip(authenticate(header))
        assert.strictEqual(error._tag === "Unauthorized" && error.reason, "missing")
      }
      assert.strictEqual(accounts.calls, 0)
    }))

  test("is nobody with an expired or a forged token; the two are told apart and nothing more", () =>
    Effect.gen(function*() {
      const forged = yield* Effect.flip(authenticate(`Bearer ${token}x`))
      yield* TestClock.setTime(3_610_000)
      const expired = yield* Effect.flip(authenticate(`Bearer ${token}`))
      assert.deepStrictEqual(
        [forged, expired].map((error) => error._tag === "Unauthorized" && error.challenge),
        [
          `Bearer realm="analytics-following", error="invalid_token", error_description="The access token is invalid"`,
          `Bearer realm="analytics-following", error="invalid_token", error_description="The access token expired"`
        ]
      )
    }))
})

describe("a visitor without an identity", () => {
  test("is told to sign up, costs no look at the database, and is somebody as soon as the token says so", (accounts) =>
    Effect.gen(function*() {
      const visiting = yield* Effect.promise(() => sign(key, claimsAt(0, { is_anonymous: true, email: "" })))
      assert.strictEqual(yield* outcome(`Bearer ${visiting}`), "AnonymousAccount")
      assert.strictEqual(accounts.calls, 0)
      assert.strictEqual(yield* bearer, "in", "the same session")
    }))
})

describe("the account", () => {
  const turns: ReadonlyArray<readonly [string, Partial<Account>, string]> = [
    ["suspended", { status: "suspended" }, "AccountSuspended"],
    ["banned", { banned_until: instantOf(60_000) }, "AccountBanned"],
    ["deleted", { deleted_at: instantOf(0) }, "Unauthorized"],
    ["signed out", { session: "ended" }, "Unauthorized"]
  ]

  it.effect.each(turns)("%s takes effect within two seconds, and so does its end", ([, account, expected]) => {
    const accounts = new FakeAccounts()
    return Effect.gen(function*() {
      assert.strictEqual(yield* bearer, "in")
      accounts.account = account
      yield* TestClock.adjust("1999 millis")
      assert.strictEqual(yield* bearer, "in")
      yield* TestClock.adjust("1 millis")
      assert.strictEqual(yield* bearer, expected)
      accounts.account = {}
      yield* TestClock.adjust("1999 millis")
      assert.strictEqual(yield* bearer, expected)
      yield* TestClock.adjust("1 millis")
      assert.strictEqual(yield* bearer, "in")
      assert.strictEqual(accounts.calls, 3)
    }).pipe(on(accounts))
  })

  test("is looked at behind a known answer before its time is over, once", (accounts) =>
    Effect.gen(function*() {
      const { known } = yield* Authenticator
      const at = Effect.fnUntraced(function*(now: number) {
        yield* TestClock.setTime(now)
        const user = known(`Bearer ${token}`, null, now)?.id
        yield* TestClock.adjust(0)
        return user
      })
      assert.isUndefined(yield* at(0))
      yield* bearer
      assert.strictEqual(yield* at(1499), userId)
      assert.strictEqual(yield* at(1500), userId)
      assert.strictEqual(yield* at(1500), userId)
      assert.strictEqual(yield* at(3499), userId, "counted from the second look")
      assert.strictEqual(accounts.calls, 3)
      accounts.account = { status: "suspended" }
      assert.strictEqual(yield* at(5000), userId)
      assert.isUndefined(yield* at(5000), "what the look found holds at once")
    }))

  test("a ban ends by itself", (accounts) =>
    Effect.gen(function*() {
      accounts.account = { banned_until: instantOf(60_000) }
      assert.strictEqual(yield* bearer, "AccountBanned")
      yield* TestClock.setTime(60_000)
      assert.strictEqual(yield* bearer, "in")
    }))

  test("where sessions are not kept, the token's exp ends it", (accounts) =>
    Effect.gen(function*() {
      accounts.account = { session: "unknown" }
      assert.strictEqual(yield* bearer, "in")
    }))

  test("nobody is let in while the database is away, however often and whoever they were before", (accounts) =>
    Effect.gen(function*() {
      yield* bearer
      accounts.account = null
      yield* TestClock.adjust("3 seconds")
      for (let n = 1; n <= 3; n++) {
        const error = yield* Effect.flip(authenticate(`Bearer ${token}`))
        assert.deepStrictEqual(error._tag === "AuthUnavailable" && error.retry_after, 2)
        assert.strictEqual(accounts.calls, 1 + n)
      }
      accounts.account = {}
      assert.strictEqual(yield* bearer, "in")
    }))

  test("is asked for once however many requests of a session wait for it", (accounts) =>
    Effect.gen(function*() {
      // The token is verified, and its account not known.
      accounts.account = null
      assert.strictEqual(yield* bearer, "AuthUnavailable")
      accounts.account = {}
      const gate = yield* Deferred.make<void>()
      accounts.delay = Deferred.await(gate)
      const open = Effect.as(Deferred.succeed(gate, undefined), "in")
      const all = yield* Effect.all([...Array.from({ length: 100 }, () => bearer), open], { concurrency: "unbounded" })
      assert.deepStrictEqual(new Set(all), new Set(["in"]))
      assert.strictEqual(accounts.calls, 2)
    }))

  test("is asked for again at once after invalidate, even if the old answer is on its way", (accounts) =>
    Effect.gen(function*() {
      const authenticator = yield* Authenticator
      yield* bearer
      accounts.account = { status: "suspended" }
      yield* authenticator.invalidate(UserId.make("00000000-0000-4000-8000-000000000000"))
      assert.strictEqual(yield* bearer, "in")
      yield* authenticator.invalidate(UserId.make(userId))
      assert.strictEqual(yield* bearer, "AccountSuspended")

      yield* authenticator.invalidate(UserId.make(userId))
      accounts.account = {}
      accounts.delay = Effect.sleep("1 seconds")
      const late = yield* Effect.forkChild(bearer)
      yield* Effect.yieldNow
      yield* Effect.yieldNow
      accounts.account = { status: "suspended" }
      accounts.delay = Effect.void
      yield* authenticator.invalidate(UserId.make(userId))
      assert.strictEqual(yield* bearer, "AccountSuspended")
      yield* TestClock.adjust("1 seconds")
      assert.strictEqual(yield* Fiber.join(late), "in")
      assert.strictEqual(yield* bearer, "AccountSuspended")
    }))

  test("of somebody else is never taken for the caller's", (accounts) =>
    Effect.gen(function*() {
      accounts.account = { id: UserId.make("00000000-0000-4000-8000-000000000000") }
      assert.isTrue(Exit.hasDies(yield* Effect.exit(authenticate(`Bearer ${token}`))))
    }))
})

describe("an API key", () => {
  const holder = {
    id: "00000000-0000-4000-8000-000000000001",
    user_id: UserId.make(userId),
    scopes: ["me:read"],
    expires_at: instantOf(3000),
    revoked_at: null,
    email: null,
    status: "active",
    tier: "free",
    banned_until: null,
    deleted_at: null
  } as const
  const withKey = (body: (asked: () => number) => Effect.Effect<void, unknown, Authenticator>) => {
    let asked = 0
    const keys = Layer.succeed(KeyHolders, {
      isKey: () => true,
      wellFormed: () => true,
      find: () =>
        Effect.sync(() => {
          asked++
          return holder
        })
    })
    return body(() => asked).pipe(on(new FakeAccounts(), keys))
  }
  const use = Effect.gen(function*() {
    const authenticator = yield* Authenticator
    return yield* authenticator.authenticate(Headers.fromInput({ authorization: "Bearer a-key" }), "me:read").pipe(
      Effect.match({ onFailure: ({ _tag }) => _tag, onSuccess: () => "in" })
    )
  })

  it.effect("is asked for every two seconds, and is remembered no longer than it lasts", () =>
    withKey(Effect.fnUntraced(function*(asked) {
      for (const [at, outcome, times] of [[0, "in", 1], [1999, "in", 1], [2000, "in", 2], [3000, "Unauthorized", 3]] as const) {
        yield* TestClock.setTime(at)
        assert.deepStrictEqual([yield* use, asked()], [outcome, times], `${at} ms`)
      }
    })))

  it.effect("is looked at behind a known answer before its time is over, once, and lets nobody in for what it may not do", () =>
    withKey(Effect.fnUntraced(function*(asked) {
      const { known } = yield* Authenticator
      const at = Effect.fnUntraced(function*(now: number) {
        yield* TestClock.setTime(now)
        const user = known("Bearer a-key", "me:read", now)
        yield* TestClock.adjust(0)
        return [user?.api_key, asked()]
      })
      assert.deepStrictEqual(yield* at(0), [undefined, 0])
      yield* use
      assert.isUndefined(known("Bearer a-key", "me:write", 0))
      assert.isUndefined(known("Bearer a-key", null, 0))
      assert.deepStrictEqual(yield* at(1499), [holder.id, 1])
      assert.deepStrictEqual(yield* at(1500), [holder.id, 2])
      assert.deepStrictEqual(yield* at(1500), [holder.id, 2])
      assert.deepStrictEqual(yield* at(2999), [holder.id, 2], "counted from the second look")
      assert.deepStrictEqual(yield* at(3000), [undefined, 2], "it has expired")
    })))
})

it.effect("no token and no claim reaches the log, whatever goes wrong", () => {
  const accounts = new FakeAccounts()
  const lines: Array<string> = []
  const capture = Logger.layer([Logger.map(Logger.formatJson, (line) => void lines.push(line))])
  return Effect.gen(function*() {
    yield* bearer
    yield* outcome(`Bearer ${token}x`)
    accounts.account = null
    yield* TestClock.adjust("3 seconds")
    yield* bearer
    assert.isAbove(lines.length, 1)
    for (const line of lines) {
      for (const secret of [token.slice(0, 20), "someone@example.com", sessionId]) assert.notInclude(line, secret)
    }
  }).pipe(on(accounts), Effect.provide(capture))
})
