import { assert, layer } from "@effect/vitest"
import { Effect, Fiber, Layer, Result } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { randomUUID } from "node:crypto"
import { Credits } from "../../src/credits/Credits.ts"
import { instantOf } from "../../src/database/Instant.ts"
import { Transaction } from "../../src/database/Transaction.ts"
import type { UserId } from "../../src/users/UserId.ts"
import { insertUser } from "../support/rows.ts"
import { TestDatabase } from "../support/TestDatabase.ts"
import { at, creditsLayer } from "./support.ts"

const start = "2024-01-31T15:00:00Z"
const unlock = (subject: string) => ({ action: "profile_unlock", subject }) as const

/** A user who has exactly so many credits, none of which the plan gave. */
const userWith = Effect.fnUntraced(function*(balance: number) {
  const user = yield* insertUser
  const credits = yield* Credits
  const { balance: given } = yield* credits.account(user)
  yield* credits.adjust(user, { credits: balance - given, reason: "test", reference: "start" })
  return user
})

const balanceOf = (user: UserId) =>
  Credits.use((credits) => Effect.map(credits.account(user), ({ balance, reserved }) => [balance, reserved]))

layer(creditsLayer().pipe(Layer.provideMerge(TestDatabase.layer)), { excludeTestServices: true })("credits", (it) => {
  const live = (name: string, effect: Effect.Effect<unknown, unknown, Credits | SqlClient | Transaction>) =>
    it.effect(name, () => at(start)(effect))

  for (const calls of [10, 100]) {
    live(
      `of exactly one unlock, ${calls} at once for different things: one is let in, the rest are told what it costs`,
      Effect.gen(function*() {
        const credits = yield* Credits
        const user = yield* userWith(25)
        const results = yield* Effect.forEach(
          Array.from({ length: calls }, (_, index) => unlock(`creator${index}`)),
          (asked) => Effect.result(credits.reserve(user, asked)),
          { concurrency: "unbounded" }
        )
        const [won, ...more] = results.filter(Result.isSuccess)
        assert.isEmpty(more)
        for (const refused of results.filter(Result.isFailure)) {
          assert.deepInclude(refused.failure, { _tag: "CreditsRequired", required: 25, balance: 0, action: "profile_unlock" })
        }
        assert.deepStrictEqual(yield* balanceOf(user), [25, 25])
        assert.deepStrictEqual(yield* credits.commit(won!.success), { charged: 25, remaining: 0, free_reason: null })
        assert.deepStrictEqual(yield* balanceOf(user), [0, 0])
      })
    )

    live(
      `of exactly one unlock, ${calls} at once for one thing: all share a reservation, and it is charged once`,
      Effect.gen(function*() {
        const credits = yield* Credits
        const sql = yield* SqlClient
        const user = yield* userWith(25)
        const all = yield* Effect.all(Array.from({ length: calls }, () => credits.reserve(user, unlock("one"))), {
          concurrency: "unbounded"
        })
        assert.strictEqual(new Set(all.map(({ id }) => id)).size, 1)
        const charges = yield* Effect.forEach(all, (one) => credits.commit(one), { concurrency: "unbounded" })
        assert.strictEqual(new Set(charges.map((charge) => JSON.stringify(charge))).size, 1)
        assert.lengthOf(yield* sql`SELECT FROM credit_entries WHERE user_id = ${user} AND kind = 'charge'`, 1)
        assert.deepStrictEqual(yield* balanceOf(user), [0, 0])
      })
    )
  }

  live(
    "are charged with what they pay for or not at all: a transaction that fails charges nothing and still holds",
    Effect.gen(function*() {
      const credits = yield* Credits
      const transaction = yield* Transaction
      const user = yield* userWith(25)
      const held = yield* credits.reserve(user, unlock("one"))
      const failed = yield* Effect.flip(transaction.run(Effect.andThen(credits.commit(held), Effect.fail("store failed"))))
      assert.strictEqual(failed, "store failed")
      assert.deepStrictEqual(yield* balanceOf(user), [25, 25])
      yield* transaction.run(credits.commit(held))
      assert.deepStrictEqual(yield* balanceOf(user), [0, 0])
      yield* credits.release(held)
      assert.deepStrictEqual(yield* balanceOf(user), [0, 0], "what was committed cannot be released")
    })
  )

  live(
    "that a killed process held come back when its lease ends, also without the sweep",
    Effect.gen(function*() {
      const credits = yield* Credits
      const user = yield* userWith(25)
      const fiber = yield* Effect.forkChild(Effect.andThen(credits.reserve(user, unlock("one")), Effect.never))
      while ((yield* balanceOf(user))[1] === 0) yield* Effect.yieldNow
      yield* Fiber.interrupt(fiber)
      const refused = yield* Effect.flip(credits.reserve(user, unlock("two")))
      assert.strictEqual(refused._tag, "CreditsRequired")
      yield* at("2024-01-31T15:15:00Z")(credits.reserve(user, unlock("two")))
      assert.deepStrictEqual(yield* balanceOf(user), [25, 25])
    })
  )

  live(
    "committed after the lease has ended are charged where they still are, else refused; never twice for one thing",
    Effect.gen(function*() {
      const credits = yield* Credits
      const user = yield* userWith(50)
      const late = yield* credits.reserve(user, unlock("one"))
      const later = at("2024-01-31T15:20:00Z")
      const again = yield* later(credits.reserve(user, unlock("one")))
      assert.notStrictEqual(again.id, late.id)
      assert.deepInclude(yield* later(credits.commit(late)), { charged: 25 })
      assert.deepInclude(yield* later(credits.commit(again)), { charged: 0, free_reason: "already_paid", remaining: 25 })
      const [one, two] = [yield* credits.reserve(user, unlock("two")), yield* later(credits.account(user))]
      assert.strictEqual(two.reserved, 0)
      yield* later(credits.adjust(user, { credits: -25, reason: "test", reference: "all" }))
      const refused = yield* Effect.flip(later(credits.commit(one)))
      assert.deepInclude(refused, { _tag: "CreditsRequired", balance: 0 })
      assert.deepStrictEqual(yield* later(balanceOf(user)), [0, 0])
    })
  )

  live(
    "kept beyond their lease stay held, and those that had lapsed are held again where they still are",
    Effect.gen(function*() {
      const credits = yield* Credits
      const user = yield* userWith(75)
      const [kept, lapsed, asked] = [
        yield* credits.reserve(user, unlock("one")),
        yield* credits.reserve(user, unlock("two")),
        yield* credits.reserve(user, unlock("three"))
      ]
      yield* at("2024-01-31T15:10:00Z")(credits.keep([kept]))
      const later = at("2024-01-31T15:20:00Z")
      assert.deepStrictEqual(yield* later(balanceOf(user)), [75, 25])
      // Asked for anew meanwhile: held once.
      const again = yield* later(credits.reserve(user, unlock("three")))
      yield* later(credits.keep([kept, lapsed, asked]))
      assert.deepStrictEqual(yield* later(balanceOf(user)), [75, 75])
      const end = at("2024-01-31T15:34:59Z")
      assert.deepStrictEqual(yield* end(balanceOf(user)), [75, 75])
      for (const one of [kept, lapsed, again]) assert.deepInclude(yield* end(credits.commit(one)), { charged: 25 })
      assert.deepInclude(yield* end(credits.commit(asked)), { charged: 0, free_reason: "already_paid" })
      yield* end(credits.keep([kept, lapsed, asked, again]))
      assert.deepStrictEqual(yield* end(balanceOf(user)), [0, 0], "what was paid is held no more")
    })
  )

  live(
    "that have lapsed and were spent are not held again",
    Effect.gen(function*() {
      const credits = yield* Credits
      const user = yield* userWith(25)
      const lapsed = yield* credits.reserve(user, unlock("one"))
      const later = at("2024-01-31T15:20:00Z")
      yield* later(Effect.flatMap(credits.reserve(user, unlock("two")), credits.commit))
      yield* later(credits.keep([lapsed]))
      assert.deepStrictEqual(yield* later(balanceOf(user)), [0, 0])
      assert.strictEqual((yield* Effect.flip(later(credits.commit(lapsed))))._tag, "CreditsRequired")
    })
  )

  live(
    "of two subscriptions to one plan are each granted, also in months that begin together",
    Effect.gen(function*() {
      const credits = yield* Credits
      const sql = yield* SqlClient
      const user = yield* insertUser
      const subscribe = (name: string, began: string) =>
        sql`INSERT INTO subscriptions (subscription_id, customer_id, user_id, tier, status, started_at)
          VALUES (${name + user}, 'cus', ${user}, 'standard', 'active', ${began})`
      yield* sql`UPDATE user_profiles SET subscription_tier = 'standard' WHERE user_id = ${user}`
      yield* subscribe("one", "2023-12-15T10:00:00Z")
      // The month from midnight of 15 January on, of both: the second is heard of in it.
      assert.deepInclude(yield* credits.account(user), { balance: 2000, period_starts_at: instantOf(Date.parse("2024-01-15")) })
      yield* subscribe("two", "2023-12-15T12:00:00Z")
      assert.deepInclude(yield* credits.account(user), { balance: 4000, period_starts_at: instantOf(Date.parse("2024-01-15")) })
      assert.deepInclude(yield* credits.account(user), { balance: 4000 })
    })
  )

  live(
    "are free within the month's allowance, which open reservations use too; what is beyond costs",
    Effect.gen(function*() {
      const credits = yield* Credits
      const user = yield* userWith(110)
      const asked = { action: "post_analytics", subject: null } as const
      const [first] = yield* Effect.all(Array.from({ length: 4 }, () => credits.reserve(user, asked)), { concurrency: 4 })
      assert.deepInclude(first, { amount: 0, free_reason: "allowance", free_quantity: 1 })
      assert.deepInclude(yield* credits.quote(user, { ...asked, quantity: 3 }), {
        required: 10,
        free_quantity: 1,
        balance: 110,
        sufficient: true,
        free_reason: null
      })
      const three = yield* credits.reserve(user, { ...asked, quantity: 3 })
      assert.deepInclude(three, { amount: 10, free_quantity: 1 })
      yield* credits.release(three)
      assert.deepInclude(yield* credits.reserve(user, asked), { free_reason: "allowance" }, "released: free again")
      assert.deepInclude(yield* credits.reserve(user, asked), { amount: 5 })
      const next = yield* at("2024-02-29T00:00:00Z")(credits.quote(user, asked))
      assert.deepInclude(next, { required: 0, free_reason: "allowance" })
    })
  )

  live(
    "whose lease has ended keep no share of the allowance: committed after that, they cost what the rest of it does not cover",
    Effect.gen(function*() {
      const credits = yield* Credits
      const user = yield* userWith(50)
      const asked = { action: "post_analytics", subject: null } as const
      const later = at("2024-01-31T15:20:00Z")
      const [late, partly] = [
        yield* credits.reserve(user, { ...asked, quantity: 3 }),
        yield* credits.reserve(user, { ...asked, quantity: 3 })
      ]
      assert.deepInclude(late, { amount: 0, free_reason: "allowance" })
      assert.deepInclude(partly, { amount: 5, free_quantity: 2 })
      yield* later(Effect.flatMap(credits.reserve(user, { ...asked, quantity: 4 }), credits.commit))
      assert.deepInclude(yield* later(credits.commit(late)), { charged: 10, free_reason: null, remaining: 40 })
      assert.deepInclude(yield* later(credits.commit(partly)), { charged: 15, remaining: 25 })
      assert.deepInclude(yield* later(credits.commit(late)), { charged: 10, remaining: 25 }, "once")
      const sql = yield* SqlClient
      const rows = yield* sql`
        SELECT quantity, free_quantity, amount::int FROM credit_reservations WHERE user_id = ${user} ORDER BY amount`
      assert.deepStrictEqual(rows, [
        { quantity: 4, free_quantity: 4, amount: 0 },
        { quantity: 3, free_quantity: 1, amount: 10 },
        { quantity: 3, free_quantity: 0, amount: 15 }
      ])
    })
  )

  live(
    "are given back once, and never to another",
    Effect.gen(function*() {
      const credits = yield* Credits
      const [user, other] = [yield* userWith(25), yield* userWith(25)]
      const held = yield* credits.reserve(user, unlock("one"))
      assert.strictEqual((yield* Effect.flip(credits.refund(user, held.id, "too soon")))._tag, "NotCharged")
      yield* credits.commit(held)
      const both = yield* Effect.all([credits.refund(user, held.id, "gone"), credits.refund(user, held.id, "gone")], {
        concurrency: 2
      })
      assert.strictEqual(both[0].entry.id, both[1].entry.id)
      assert.sameMembers(both.map(({ isNew }) => isNew), [true, false])
      assert.deepInclude(both[0].entry, {
        kind: "refund",
        amount: 25,
        balance_after: 25,
        expiring_after: 0,
        subject: "one",
        note: "gone"
      })
      assert.strictEqual((yield* Effect.flip(credits.refund(other, held.id, "mine")))._tag, "NotCharged")
      assert.deepStrictEqual([yield* balanceOf(user), yield* balanceOf(other)], [[25, 0], [25, 0]])
    })
  )

  live(
    "are corrected once a reference, and never below what is held",
    Effect.gen(function*() {
      const credits = yield* Credits
      const user = yield* userWith(30)
      yield* credits.reserve(user, unlock("one"))
      const refused = yield* Effect.flip(credits.adjust(user, { credits: -6, reason: "test", reference: "x" }))
      assert.deepInclude(refused, { _tag: "CreditsShort", balance: 5 })
      for (let i = 0; i < 2; i++) yield* credits.adjust(user, { credits: -5, reason: "test", reference: "x" })
      assert.deepStrictEqual(yield* balanceOf(user), [25, 25])
      yield* credits.adjust(user, { credits: 5, reason: "a present", reference: "y" })
      assert.deepStrictEqual(yield* balanceOf(user), [30, 25])
      assert.strictEqual((yield* Effect.flip(credits.account(randomUUID() as UserId)))._tag, "UserUnknown")
    })
  )

  live(
    "that the plan gave are spent first, and expire at the anniversary where the user is",
    Effect.gen(function*() {
      const credits = yield* Credits
      const sql = yield* SqlClient
      const user = yield* insertUser
      yield* sql`UPDATE user_profiles SET timezone = 'America/New_York' WHERE user_id = ${user}`
      yield* credits.account(user)
      yield* credits.adjust(user, { credits: 10, reason: "bought", reference: "x" })
      yield* credits.commit(yield* credits.reserve(user, unlock("one")))
      assert.deepInclude(yield* credits.account(user), { balance: 85, expiring: 75, tier: "free" })
      assert.deepInclude(yield* at("2024-02-29T04:59:59.999Z")(credits.account(user)), { balance: 85, period: 0 })
      const both = yield* at("2024-02-29T05:00:00Z")(
        Effect.all([credits.account(user), credits.account(user)], { concurrency: 2 })
      )
      for (const one of both) assert.deepInclude(one, { balance: 110, expiring: 100, period: 1 })
      const entries = yield* sql`
        SELECT kind, amount::int, balance_after::int AS balance, expiring_after::int AS expiring, note FROM credit_entries
        WHERE user_id = ${user} ORDER BY sequence`
      assert.deepStrictEqual(entries, [
        { kind: "grant", amount: 100, balance: 100, expiring: 100, note: "Plan free, month 2024-01-31 to 2024-02-29" },
        { kind: "adjustment", amount: 10, balance: 110, expiring: 100, note: "bought" },
        { kind: "charge", amount: -25, balance: 85, expiring: 75, note: null },
        {
          kind: "expiry",
          amount: -75,
          balance: 10,
          expiring: 0,
          note: "Not carried over into the month 2024-02-29 to 2024-03-31 by the plan free"
        },
        { kind: "grant", amount: 100, balance: 110, expiring: 100, note: "Plan free, month 2024-02-29 to 2024-03-31" }
      ])
    })
  )
})

layer(creditsLayer(false).pipe(Layer.provideMerge(TestDatabase.layer)), { excludeTestServices: true })(
  "credits that are off",
  (it) => {
    it.effect("cost nothing, open no account, and record each access with the reason", () =>
      Effect.gen(function*() {
        const credits = yield* Credits
        const sql = yield* SqlClient
        const user = yield* insertUser
        const held = yield* credits.reserve(user, unlock("one"))
        yield* credits.release(held)
        assert.isEmpty(yield* sql`SELECT FROM credit_reservations WHERE user_id = ${user}`)
        for (let i = 0; i < 2; i++) {
          assert.deepStrictEqual(yield* credits.commit(held), { charged: 0, remaining: null, free_reason: "credits_off" })
        }
        yield* credits.free([user], unlock("two"), "window_open")
        const rows =
          yield* sql`SELECT subject, amount::int, status, free_reason FROM credit_reservations WHERE user_id = ${user} ORDER BY subject`
        assert.deepStrictEqual(rows, [
          { subject: "one", amount: 0, status: "committed", free_reason: "credits_off" },
          { subject: "two", amount: 0, status: "committed", free_reason: "window_open" }
        ])
        assert.deepInclude(yield* credits.quote(user, unlock("one")), { required: 0, balance: null, free_reason: "credits_off" })
        assert.isEmpty(yield* sql`SELECT FROM credit_accounts WHERE user_id = ${user}`)
      }))
  }
)
