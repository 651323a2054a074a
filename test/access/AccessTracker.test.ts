import { assert, it, layer } from "@effect/vitest"
import { Clock, Effect, Layer } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import * as TestClock from "effect/testing/TestClock"
import { AccessRepo } from "../../src/access/AccessRepo.ts"
import { AccessTracker, daysRemaining, windowMillis } from "../../src/access/AccessTracker.ts"
import { instantOf, millisOf } from "../../src/database/Instant.ts"
import { ProfileId } from "../../src/profiles/Profile.ts"
import { UserId } from "../../src/users/UserId.ts"
import { insertProfile, insertUser } from "../support/rows.ts"
import { TestDatabase } from "../support/TestDatabase.ts"

const start = Date.parse("2026-03-01T12:00:00.000Z")
const day = 86_400_000

/** The tracker on a real database; the pool stays outside the virtual clock. */
const onDatabase = Layer.provideMerge(AccessTracker.layer, TestDatabase.layer)

const inVirtualTime = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.andThen(TestClock.setTime(start), effect).pipe(Effect.provide(TestClock.layer()))

const unlocked = Effect.gen(function*() {
  const tracker = yield* AccessTracker
  const user = yield* insertUser
  const profile = yield* insertProfile()
  yield* tracker.grant([user], profile.id)
  return { tracker, user, profile: profile.id }
})

layer(onDatabase, { excludeTestServices: true })("AccessTracker", (it) => {
  it.effect("a window is open for 29 days, 23 hours, 59 minutes and 59 seconds, and closed at exactly 30 days", () =>
    inVirtualTime(Effect.gen(function*() {
      const { profile, tracker, user } = yield* unlocked
      yield* TestClock.adjust(windowMillis - 1000)
      const open = yield* tracker.check(user, profile)
      assert.deepStrictEqual(open, { granted_at: instantOf(start), expires_at: instantOf(start + windowMillis) })
      yield* TestClock.adjust("999 millis")
      assert.isDefined(yield* tracker.check(user, profile))
      yield* TestClock.adjust("1 millis")
      assert.strictEqual(yield* Clock.currentTimeMillis, start + 30 * day)
      assert.isUndefined(yield* tracker.check(user, profile))
    })))

  it.effect("a grant extends an open window to 30 days from now, and opens a closed one again", () =>
    inVirtualTime(Effect.gen(function*() {
      const { profile, tracker, user } = yield* unlocked
      yield* TestClock.adjust("10 days")
      yield* tracker.grant([user], profile)
      assert.deepStrictEqual(yield* tracker.check(user, profile), {
        granted_at: instantOf(start + 10 * day),
        expires_at: instantOf(start + 40 * day)
      })
      yield* TestClock.adjust("40 days")
      assert.isUndefined(yield* tracker.check(user, profile))
      const [again] = yield* tracker.grant([user], profile)
      assert.strictEqual(again?.expires_at, instantOf(start + 80 * day))
      assert.strictEqual(again?.created_at, instantOf(start), "when the user first unlocked it")
    })))

  it.effect("a grant never shortens a window, whatever the clock of the process says", () =>
    inVirtualTime(Effect.gen(function*() {
      const { profile, tracker, user } = yield* unlocked
      yield* TestClock.setTime(start - 5 * day)
      yield* tracker.grant([user], profile)
      assert.strictEqual((yield* tracker.check(user, profile))?.expires_at, instantOf(start + windowMillis))
    })))

  it.effect("opening leaves an open window as it is, and opens one that has ended for 30 days from then", () =>
    inVirtualTime(Effect.gen(function*() {
      const { profile, tracker, user } = yield* unlocked
      yield* TestClock.adjust(windowMillis - 1)
      assert.isUndefined(yield* tracker.open(user, profile))
      assert.strictEqual((yield* tracker.check(user, profile))?.expires_at, instantOf(start + 30 * day))
      yield* TestClock.adjust("1 millis")
      const again = { granted_at: instantOf(start + 30 * day), expires_at: instantOf(start + 60 * day) }
      assert.deepStrictEqual(yield* tracker.open(user, profile), again)
      assert.deepStrictEqual(yield* tracker.check(user, profile), again)
    })))

  it.effect("extending adds 30 days to the end that was seen, and does nothing to a window that ends at another by now", () =>
    inVirtualTime(Effect.gen(function*() {
      const { profile, tracker, user } = yield* unlocked
      const first = { granted_at: instantOf(start), expires_at: instantOf(start + 30 * day) }
      const second = { ...first, expires_at: instantOf(start + 60 * day) }
      assert.deepStrictEqual(yield* tracker.extend(user, profile, first), second)
      const third = yield* tracker.extend(user, profile, second)
      assert.strictEqual(third?.expires_at, instantOf(start + 90 * day))
      assert.isUndefined(yield* tracker.extend(user, profile, first), "seen before the others moved it")
      assert.deepStrictEqual(yield* tracker.check(user, profile), third)
    })))

  it.effect("50 grants at once make one row", () =>
    inVirtualTime(Effect.gen(function*() {
      const sql = yield* SqlClient
      const { profile, tracker, user } = yield* unlocked
      const others = yield* Effect.all(Array.from({ length: 5 }, () => insertUser))
      yield* Effect.forEach(
        Array.from({ length: 50 }, (_, i) => i % 2 === 0 ? [user, ...others] : others.toReversed().concat(user)),
        (users) => tracker.grant(users, profile),
        { concurrency: "unbounded" }
      )
      const rows = yield* sql`SELECT user_id FROM user_profile_access WHERE profile_id = ${profile}`
      assert.lengthOf(rows, 6)
    })))

  it.effect("a window belongs to one user and one profile, and ends when it is revoked", () =>
    inVirtualTime(Effect.gen(function*() {
      const { profile, tracker, user } = yield* unlocked
      const other = yield* insertUser
      assert.isUndefined(yield* tracker.check(other, profile))
      assert.isUndefined(yield* tracker.check(user, (yield* insertProfile()).id))
      assert.isFalse(yield* tracker.revoke(other, profile))
      assert.isTrue(yield* tracker.revoke(user, profile))
      assert.isUndefined(yield* tracker.check(user, profile))
    })))

  it.effect("a grant to an account that is not there is refused, and opens nobody's window", () =>
    inVirtualTime(Effect.gen(function*() {
      const tracker = yield* AccessTracker
      const [user, profile] = [yield* insertUser, (yield* insertProfile()).id]
      const error = yield* Effect.flip(
        tracker.grant([user, UserId.make("00000000-0000-4000-8000-000000000000")], profile)
      )
      assert.strictEqual(error._tag, "RowRefused")
      assert.isUndefined(yield* tracker.check(user, profile))
    })))

  it.effect("the list is latest-ending first, without gaps or repetitions over pages, also among windows that end together", () =>
    inVirtualTime(Effect.gen(function*() {
      const tracker = yield* AccessTracker
      const user = yield* insertUser
      const granted: Array<string> = []
      for (let i = 0; i < 12; i++) {
        const { id } = yield* insertProfile()
        granted.unshift(id)
        yield* tracker.grant([user], id)
        if (i % 3 === 2) yield* TestClock.adjust("1 day")
      }
      const seen: Array<string> = []
      let after: string | undefined
      for (;;) {
        const page = yield* tracker.list(user, { state: "active", after, limit: 5 })
        seen.push(...page.map((row) => row.profile_id))
        // What is unlocked meanwhile goes to the head and moves nothing.
        yield* tracker.grant([user], (yield* insertProfile()).id)
        if (page.length < 5) break
        after = page.at(-1)?.position
      }
      assert.sameMembers(seen, granted)
      assert.lengthOf(seen, 12)
      const ends = (yield* tracker.list(user, { state: "active", after: undefined, limit: 100 })).map((row) =>
        millisOf(row.access_expires_at)
      )
      assert.deepStrictEqual(ends, [...ends].sort((a, b) => b - a))
    })))

  it.effect("the list tells open windows from ended ones by the same definition as the check", () =>
    inVirtualTime(Effect.gen(function*() {
      const { profile, tracker, user } = yield* unlocked
      yield* TestClock.adjust("1 day")
      const { id: later } = yield* insertProfile()
      yield* tracker.grant([user], later)
      yield* TestClock.adjust("29 days")
      const ids = (state: "active" | "expired" | "all") =>
        Effect.map(tracker.list(user, { state, after: undefined, limit: 10 }), (rows) => rows.map((row) => row.profile_id))
      assert.deepStrictEqual(yield* ids("active"), [later])
      assert.deepStrictEqual(yield* ids("expired"), [profile])
      assert.deepStrictEqual(yield* ids("all"), [later, profile])
      const days = (yield* tracker.list(user, { state: "all", after: undefined, limit: 10 })).map((row) => row.days_remaining)
      assert.deepStrictEqual(days, [1, 0])
    })))
})

it("remaining days are rounded up: 30 at the start, 1 in the last millisecond, 0 at the end and after", () => {
  const end = instantOf(start + windowMillis)
  assert.strictEqual(daysRemaining(end, start), 30)
  assert.strictEqual(daysRemaining(end, start + 1), 30)
  assert.strictEqual(daysRemaining(end, start + day), 29)
  assert.strictEqual(daysRemaining(end, start + 30 * day - 1), 1)
  assert.strictEqual(daysRemaining(end, start + 30 * day), 0)
  assert.strictEqual(daysRemaining(end, start + 99 * day), 0)
})

it.effect("the database is asked each time: what it says now decides", () =>
  Effect.gen(function*() {
    const tracker = yield* AccessTracker
    const [user, profile] = [UserId.make("00000000-0000-4000-8000-000000000001"), ProfileId.make("any")]
    assert.isDefined(yield* tracker.check(user, profile))
    assert.isUndefined(yield* tracker.check(user, profile))
  }).pipe(Effect.provide(AccessTracker.layerNoDeps.pipe(Layer.provide(Layer.suspend(() => {
    let asked = 0
    return Layer.mock(AccessRepo, {
      findOpen: (_user, _profile, now) =>
        Effect.sync(() => asked++ === 0 ? { granted_at: now, expires_at: instantOf(millisOf(now) + 1) } : undefined)
    })
  }))))))
