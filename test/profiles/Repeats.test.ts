import { assert, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import { AccessTracker } from "../../src/access/AccessTracker.ts"
import { instantOf } from "../../src/database/Instant.ts"
import { ProfileId } from "../../src/profiles/Profile.ts"
import { makeRepeats } from "../../src/profiles/Repeats.ts"
import { Username } from "../../src/profiles/Username.ts"
import { UserId } from "../../src/users/UserId.ts"

const id = (n: number) => `00000000-0000-4000-8000-00000000000${n}`
const profile = ProfileId.make(id(9))
const users = [1, 2, 3].map((n) => UserId.make(id(n)))
const later = instantOf(1_000_000)

it.effect("windows that come due within a moment are looked at with one statement, and one that is not open is forgotten", () => {
  const asked: Array<ReadonlyArray<string>> = []
  const access = Layer.mock(AccessTracker, {
    checkAll: (holders) =>
      Effect.sync(() => {
        asked.push(holders.map(({ user }) => user))
        return holders.filter(({ user }) => user !== users[1]).map(({ profile, user }) => ({
          user_id: user,
          profile_id: profile,
          expires_at: later
        }))
      })
  })
  return Effect.gen(function*() {
    const repeats = yield* makeRepeats
    const known = (now: number) => users.map((user) => repeats.known(user, "name", now)?.accessExpiresAt)
    for (const user of users) repeats.remember(user, { profile, username: Username.make("name") }, instantOf(5000), 0)
    assert.deepStrictEqual(known(1499), users.map(() => instantOf(5000)))
    yield* TestClock.setTime(1500)
    assert.deepStrictEqual(known(1500), users.map(() => instantOf(5000)), "answered by what was known")
    assert.deepStrictEqual(known(1501), users.map(() => instantOf(5000)), "and asked for once")
    yield* TestClock.adjust("100 millis")
    assert.deepStrictEqual(asked, [users])
    assert.deepStrictEqual(known(1600), [later, undefined, later])
    assert.deepStrictEqual(known(3500), [later, undefined, later], "counted from when it was looked at")
    assert.deepStrictEqual(known(3600), [undefined, undefined, undefined])
  }).pipe(Effect.provide(access))
})

it.effect("a window is looked at again where the clock was set back since", () => {
  const looks: Array<string> = []
  const access = Layer.mock(AccessTracker, {
    check: (user) =>
      Effect.sync(() => {
        looks.push(user)
        return undefined
      }),
    checkAll: (holders) =>
      Effect.succeed(holders.map(({ profile, user }) => ({ user_id: user, profile_id: profile, expires_at: later })))
  })
  return Effect.gen(function*() {
    const repeats = yield* makeRepeats
    const user = users[0]!
    repeats.remember(user, { profile, username: Username.make("name") }, later, 1000)
    assert.isUndefined(repeats.known(user, "name", 999), "before it was remembered")
    yield* TestClock.setTime(2500)
    assert.isDefined(repeats.known(user, "name", 2500))
    yield* TestClock.adjust("100 millis")
    assert.isDefined(repeats.known(user, "name", 4000), "looked at again meanwhile")
    assert.isUndefined(repeats.known(user, "name", 2000), "before the latest look at it")
    assert.isUndefined(yield* repeats.find(user, "name", 2000))
    assert.deepStrictEqual(looks, [user], "which found that it is revoked")
  }).pipe(Effect.provide(access))
})
