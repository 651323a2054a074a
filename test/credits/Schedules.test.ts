import { assert, layer } from "@effect/vitest"
import { Effect, Fiber, Latch, Layer } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import fc from "fast-check"
import type { Reservation } from "../../src/credits/CreditReservation.ts"
import { type Charge, Credits } from "../../src/credits/Credits.ts"
import { LedgerCheckRepo } from "../../src/credits/LedgerCheckRepo.ts"
import type { BillingNotice } from "../../src/credits/StripeEvent.ts"
import { Subscriptions } from "../../src/credits/Subscriptions.ts"
import { Transaction } from "../../src/database/Transaction.ts"
import type { UserId } from "../../src/users/UserId.ts"
import { Users } from "../../src/users/Users.ts"
import { insertUser } from "../support/rows.ts"
import { TestDatabase } from "../support/TestDatabase.ts"
import { until } from "../support/until.ts"
import { at, booksOf, creditsLayer, told } from "./support.ts"

/** Raised for the whole: `SCHEDULES=10000 vitest run test/credits/Schedules.test.ts`. */
const schedules = Number(process.env["SCHEDULES"] ?? 200)

/** So many are run beside each other, each of a user of its own. */
const atOnce = 4

const start = Date.parse("2023-12-30T12:00:00Z")
const hour = 3_600_000

const subject = fc.constantFrom("one", "two")
/** Of what was reserved, counted from the latest. */
const which = fc.nat({ max: 3 })
/** Within a lease or past one; now and then into another month. */
const wait = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: 1, max: 20 }) },
  { weight: 1, arbitrary: fc.integer({ min: 24 * 60, max: 24 * 60 * 40 }) }
)
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant("reserve" as const), subject }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("reserveMany" as const), quantity: fc.integer({ min: 1, max: 8 }) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant("commit" as const), which }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("commitAndFail" as const), which }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("release" as const), which }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("refund" as const), which }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("adjust" as const),
      credits: fc.integer({ min: -60, max: 60 }),
      reference: fc.nat({ max: 2 })
    })
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant("wait" as const), minutes: wait })
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("move" as const),
      zone: fc.constantFrom("UTC", "Pacific/Auckland", "America/New_York")
    })
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("hear" as const), which: fc.nat({ max: 7 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("sweep" as const) }) }
)
type Step = typeof step extends fc.Arbitrary<infer A> ? A : never

/** Each step is done, or killed after so many turns of the event loop, alone or at the same time as the next. */
const schedule = fc.array(
  fc.record({
    step,
    killedAfter: fc.oneof({ weight: 7, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: fc.integer({ min: 1, max: 60 }) }),
    withNext: fc.boolean()
  }),
  { minLength: 12, maxLength: 40, size: "max" }
)

interface World {
  readonly user: UserId
  readonly events: ReadonlyArray<BillingNotice>
  now: number
  readonly held: Array<Reservation>
  /** What commits that came to an end said, by reservation. */
  readonly said: Map<string, ReadonlyArray<Charge>>
}

const run = (world: World, one: Step): Effect.Effect<unknown, unknown, Credits | Subscriptions | Transaction | SqlClient> => {
  const pick = (index: number) => world.held.length === 0 ? undefined : world.held.at(-1 - index % world.held.length)
  const commit = (held: Reservation) => Credits.use((credits) => Transaction.use(({ run }) => run(credits.commit(held))))
  const keep = Effect.map((held: Reservation) => world.held.push(held))
  switch (one.do) {
    case "reserve":
      return keep(Credits.use((credits) => credits.reserve(world.user, { action: "profile_unlock", subject: one.subject })))
    case "reserveMany":
      return keep(
        Credits.use((credits) => credits.reserve(world.user, { action: "post_analytics", subject: null, quantity: one.quantity }))
      )
    case "commit": {
      const held = pick(one.which)
      return held === undefined ? Effect.void : Effect.map(commit(held), (charge) => {
        world.said.set(held.id, [...(world.said.get(held.id) ?? []), charge])
      })
    }
    case "commitAndFail": {
      const held = pick(one.which)
      return held === undefined
        ? Effect.void
        : Transaction.use(({ run }) => run(Effect.andThen(commit(held), Effect.fail("not stored"))))
    }
    case "release": {
      const held = pick(one.which)
      return held === undefined ? Effect.void : Credits.use((credits) => credits.release(held))
    }
    case "refund": {
      const held = pick(one.which)
      return held === undefined ? Effect.void : Credits.use((credits) => credits.refund(world.user, held.id, "asked for"))
    }
    case "adjust":
      return one.credits === 0 ?
        Effect.void :
        Credits.use((credits) =>
          credits.adjust(world.user, { credits: one.credits, reason: "asked for", reference: String(one.reference) })
        )
    case "wait":
      return Effect.sync(() => {
        world.now += one.minutes * 60_000
      })
    case "move":
      return SqlClient.use((sql) => sql`UPDATE user_profiles SET timezone = ${one.zone} WHERE user_id = ${world.user}`)
    case "hear":
      return Subscriptions.use((subscriptions) => subscriptions.hear(world.events[one.which]!))
    case "sweep":
      return Credits.use((credits) => credits.sweep)
  }
}

/** What may be said to a caller; anything else fails the test. */
const answers = new Set(["CreditsRequired", "CreditsShort", "NotCharged"])
const done = (world: World, one: Step, killedAfter: number | null) =>
  Effect.gen(function*() {
    const fiber = yield* Effect.forkChild(Effect.suspend(() => at(world.now)(run(world, one))))
    if (killedAfter !== null) {
      for (let turn = 0; turn < killedAfter; turn++) yield* Effect.promise(() => new Promise(setImmediate))
      return yield* Fiber.interrupt(fiber)
    }
    return yield* Effect.catch(Fiber.join(fiber), (error) =>
      error === "not stored" || answers.has((error as { readonly _tag: string })._tag) ? Effect.void : Effect.die(error))
  })

interface Planned {
  readonly step: Step
  readonly killedAfter: number | null
  readonly withNext: boolean
}

const live = Effect.fnUntraced(function*(steps: ReadonlyArray<Planned>) {
  const user = yield* insertUser
  const world: World = { user, events: told(user, start), now: start, held: [], said: new Map() }
  for (let index = 0; index < steps.length; index++) {
    const [one, next] = [steps[index]!, steps[index + 1]]
    if (one.withNext && next !== undefined) {
      yield* Effect.all([done(world, one.step, one.killedAfter), done(world, next.step, next.killedAfter)], { concurrency: 2 })
      index++
    } else yield* done(world, one.step, one.killedAfter)
  }
  // At one moment: what a killed call had sent may still become so while it is looked.
  const sql = yield* SqlClient
  yield* sql.withTransaction(Effect.andThen(sql`SET TRANSACTION ISOLATION LEVEL REPEATABLE READ`, held(world)))
})

/** The promises, looked up in the tables. */
const held = Effect.fnUntraced(function*({ said, user }: World) {
  const { reservations } = yield* booksOf(user)
  for (const [id, charges] of said) {
    const row = reservations.find((one) => one.id === id)
    assert.strictEqual(row?.status, "committed", "what was said to be charged is")
    for (const { charged } of charges) assert.strictEqual(charged, row?.amount)
  }
})

/** That the schedules were worth something: each way of things came up, most of them often. */
const everythingHappened = Effect.gen(function*() {
  const sql = yield* SqlClient
  const happened = yield* sql<{ what: string; times: number }>`
    SELECT kind AS what, count(*)::integer AS times FROM credit_entries GROUP BY 1
    UNION ALL SELECT status, count(*)::integer FROM credit_reservations GROUP BY 1
    UNION ALL SELECT free_reason, count(*)::integer FROM credit_reservations WHERE free_reason IS NOT NULL GROUP BY 1
    UNION ALL SELECT outcome, count(*)::integer FROM billing_events GROUP BY 1`
  const times = new Map(happened.map((one) => [one.what, one.times]))
  const least = {
    charge: 0.7,
    refund: 0.1,
    grant: 0.8,
    expiry: 0.03,
    adjustment: 0.5,
    committed: 1,
    released: 0.15,
    expired: 0.5,
    allowance: 0.2,
    already_paid: 0.05,
    applied: 0.8,
    outdated: 0.1
  }
  for (const [what, perSchedule] of Object.entries(least)) {
    assert.isAtLeast(times.get(what) ?? 0, perSchedule * schedules, `${what}: ${JSON.stringify([...times])}`)
  }
})

const room = Layer.merge(Subscriptions.layer({ enabled: true }), LedgerCheckRepo.layer).pipe(
  Layer.provideMerge(Layer.merge(creditsLayer(), Users.layer)),
  Layer.provideMerge(TestDatabase.layer)
)

layer(room, { excludeTestServices: true, timeout: "4 hours" })("credits under any schedule", (it) => {
  it.effect(
    `add up, charge once, give back once, and never go below zero: ${schedules} schedules of calls, kills, resets and billing events`,
    () =>
      Effect.gen(function*() {
        const context = yield* Effect.context<Credits | Subscriptions | Transaction | SqlClient | LedgerCheckRepo>()
        const some = () =>
          fc.assert(
            fc.asyncProperty(schedule, (steps) => Effect.runPromiseWith(context)(live(steps))),
            { numRuns: schedules / atOnce, endOnFailure: schedules > 1000 }
          )
        yield* Effect.promise(() => Promise.all(Array.from({ length: atOnce }, some)))
        const totals = yield* LedgerCheckRepo.use((repo) => repo.totals)
        assert.strictEqual(totals.reduce((sum, { balance }) => sum + balance, 0), 0)
        assert.includeMembers(totals.map(({ account }) => account), ["users", "issued", "revenue", "expired", "adjustments"])
        yield* everythingHappened
      }),
    4 * 60 * 60_000
  )

  it.effect("two subscriptions of a user that are heard of at once: whichever ends and whichever begins, the plan is that of both", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const subscriptions = yield* Subscriptions
      const transaction = yield* Transaction
      const user = yield* insertUser
      const now = at(start + 12 * 24 * hour)
      const events = told(user, start)
      for (const index of [1, 2]) yield* now(subscriptions.hear(events[index]!))
      const ofOther = [3, 4].map((index): BillingNotice => {
        const { about, id, ...rest } = events[index]!
        return { ...rest, id: `${id}_other`, about: about && { ...about, subscription: `sub_${user}_other` } }
      })
      const [begun, committing] = [yield* Latch.make(), yield* Latch.make()]
      const begins = yield* Effect.forkChild(transaction.run(Effect.gen(function*() {
        for (const notice of ofOther) yield* now(subscriptions.hear(notice))
        yield* begun.open
        yield* committing.await
      })))
      yield* begun.await
      const ends = yield* Effect.forkChild(now(subscriptions.hear(events[7]!)))
      yield* until(
        sql`SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
        (waiting) => waiting.length > 0
      )
      yield* committing.open
      yield* Fiber.join(begins)
      assert.strictEqual(yield* Fiber.join(ends), "applied")
      const plans = yield* sql`SELECT subscription_tier FROM user_profiles WHERE user_id = ${user}`
      assert.deepStrictEqual(plans, [{ subscription_tier: "premium" }])
    }))

  it.effect("billing events leave the same plan and the same credits in whatever order and however often they come", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const subscriptions = yield* Subscriptions
      const context = yield* Effect.context<Subscriptions | SqlClient>()
      const outcome = Effect.fnUntraced(function*(order: ReadonlyArray<number>) {
        const user = yield* insertUser
        const events = told(user, start)
        for (const index of order) yield* at(start + 12 * 24 * hour)(subscriptions.hear(events[index]!))
        const [plan] = yield* sql`
          SELECT subscription_tier, subscription_expires_at::text, coalesce((SELECT balance FROM credit_accounts WHERE user_id = ${user}), 0) AS balance
          FROM user_profiles WHERE user_id = ${user}`
        return plan
      })
      const all = [0, 1, 2, 3, 4, 5]
      const expected = yield* outcome(all)
      assert.deepInclude(expected, { subscription_tier: "premium", balance: 10_000 })
      yield* Effect.promise(() =>
        fc.assert(
          fc.asyncProperty(fc.shuffledSubarray([...all, ...all], { minLength: 12, maxLength: 12 }), async (order) => {
            assert.deepStrictEqual(await Effect.runPromiseWith(context)(outcome(order)), expected)
          }),
          { numRuns: 40 }
        )
      )
    }))
})
