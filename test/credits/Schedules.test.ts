import { assert, layer } from "@effect/vitest"
import { Effect, Fiber, Layer } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import fc from "fast-check"
import type { Reservation } from "../../src/credits/CreditReservation.ts"
import { type Charge, Credits } from "../../src/credits/Credits.ts"
import { LedgerCheckRepo } from "../../src/credits/LedgerCheckRepo.ts"
import type { BillingNotice } from "../../src/credits/StripeEvent.ts"
import { Subscriptions } from "../../src/credits/Subscriptions.ts"
import { instantOf } from "../../src/database/Instant.ts"
import { Transaction } from "../../src/database/Transaction.ts"
import type { UserId } from "../../src/users/UserId.ts"
import { Users } from "../../src/users/Users.ts"
import { insertUser } from "../support/rows.ts"
import { TestDatabase } from "../support/TestDatabase.ts"
import { at, creditsLayer } from "./support.ts"

/** Raised for the whole: `SCHEDULES=10000 vitest run test/credits/Schedules.test.ts`. */
const schedules = Number(process.env["SCHEDULES"] ?? 200)

const start = Date.parse("2023-12-30T12:00:00Z")
const hour = 3_600_000

const subject = fc.constantFrom("one", "two")
const which = fc.nat({ max: 30 })
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
    arbitrary: fc.record({ do: fc.constant("wait" as const), hours: fc.oneof(fc.nat({ max: 1 }), fc.nat({ max: 24 * 45 })) })
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
    killedAfter: fc.option(fc.nat({ max: 12 }), { freq: 5 }),
    withNext: fc.boolean()
  }),
  { minLength: 4, maxLength: 24 }
)

/** The life of a subscription as its provider tells it; heard in any order, more than once, or never. */
const told = (user: UserId): ReadonlyArray<BillingNotice> => {
  const seconds = (days: number) => instantOf(start + days * 24 * hour)
  const parties = { subscription: `sub_${user}`, customer: `cus_${user}`, user }
  const described = (rank: number, tier: "standard" | "premium", status: "active" | "canceled" | "past_due") => ({
    ...parties,
    is: "described" as const,
    status,
    prices: [],
    tier,
    startedAt: seconds(10),
    periodEndsAt: seconds(41),
    cancelAtPeriodEnd: false,
    rank: String(rank)
  })
  const abouts = [
    ["checkout.session.completed", { ...parties, is: "linked" as const }],
    ["customer.subscription.created", described(1, "standard", "active")],
    ["invoice.paid", { ...parties, user: null, is: "paid" as const, until: seconds(41) }],
    ["customer.subscription.updated", described(2, "premium", "active")],
    ["invoice.paid", { ...parties, user: null, is: "paid" as const, until: seconds(72) }],
    ["invoice.payment_failed", { ...parties, user: null, is: "payment_failed" as const }],
    ["customer.subscription.updated", described(3, "standard", "past_due")],
    ["customer.subscription.deleted", described(4, "standard", "canceled")]
  ] as const
  return abouts.map(([type, about], index) => ({ id: `evt_${user}_${index}`, type, occurredAt: seconds(10 + index), about }))
}

interface World {
  readonly user: UserId
  readonly events: ReadonlyArray<BillingNotice>
  now: number
  readonly held: Array<Reservation>
  /** What commits that came to an end said, by reservation. */
  readonly said: Map<string, ReadonlyArray<Charge>>
}

const run = (world: World, one: Step): Effect.Effect<unknown, unknown, Credits | Subscriptions | Transaction | SqlClient> => {
  const pick = (index: number) => world.held.length === 0 ? undefined : world.held[index % world.held.length]
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
        world.now += one.hours * hour
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
  const world: World = { user, events: told(user), now: start, held: [], said: new Map() }
  for (let index = 0; index < steps.length; index++) {
    const [one, next] = [steps[index]!, steps[index + 1]]
    if (one.withNext && next !== undefined) {
      yield* Effect.all([done(world, one.step, one.killedAfter), done(world, next.step, next.killedAfter)], { concurrency: 2 })
      index++
    } else yield* done(world, one.step, one.killedAfter)
  }
  yield* held(world)
})

/** The promises, looked up in the tables. */
const held = Effect.fnUntraced(function*(world: World) {
  const sql = yield* SqlClient
  const { user } = world
  const found = yield* LedgerCheckRepo.use((repo) =>
    repo.disagreements({ since: instantOf(Date.parse("2100-01-01")), users: [user], leasesBefore: instantOf(0), limit: 100 })
  )
  assert.deepStrictEqual(found, [])
  const entries = yield* sql<{ kind: string; amount: number; balance_after: number; reservation_id: string | null; key: string }>`
    SELECT kind, amount, balance_after, reservation_id, key FROM credit_entries WHERE user_id = ${user} ORDER BY sequence`
  const rows = yield* sql<{ id: string; status: string; amount: number; free_reason: string | null; entry_id: string | null }>`
    SELECT id, status, amount, free_reason, entry_id FROM credit_reservations WHERE user_id = ${user}`
  const [account] = yield* sql<{ balance: number; reserved: number }>`
    SELECT balance, reserved FROM credit_accounts WHERE user_id = ${user}`
  let balance = 0
  for (const { amount, balance_after } of entries) {
    balance += amount
    assert.strictEqual(balance_after, balance)
    assert.isAtLeast(balance, 0)
  }
  assert.strictEqual(account?.balance ?? 0, balance)
  const of = (kind: string, id: string) => entries.filter((entry) => entry.kind === kind && entry.reservation_id === id)
  for (const { amount, entry_id, free_reason, id, status } of rows) {
    const charges = of("charge", id)
    const refunds = of("refund", id)
    assert.isAtMost(charges.length, 1, "charged twice")
    assert.isAtMost(refunds.length, charges.length, "given back twice, or what was never charged")
    if (status === "committed") assert.isTrue(entry_id !== null || free_reason !== null, "an access has its entry or its reason")
    assert.lengthOf(charges, status === "committed" && amount > 0 ? 1 : 0)
  }
  for (const [id, charges] of world.said) {
    const row = rows.find((one) => one.id === id)
    assert.strictEqual(row?.status, "committed", "what was said to be charged is")
    for (const { charged } of charges) assert.strictEqual(charged, row?.amount)
  }
  // Each month of a plan is granted once: no two grants begin together for one plan but the second makes up to a higher total.
  const grants = entries.filter(({ key }) => key.startsWith("grant:")).map(({ amount, key }) => {
    const [, , ...rest] = key.split(":")
    return { month: rest.slice(0, -2).join(":"), total: Number(rest.at(-1)), amount }
  })
  for (const month of new Set(grants.map((grant) => grant.month))) {
    const all = grants.filter((grant) => grant.month === month)
    assert.isAtMost(all.reduce((sum, { amount }) => sum + amount, 0), Math.max(...all.map(({ total }) => total)), month)
  }
})

const room = Layer.merge(Subscriptions.layer({ enabled: true }), LedgerCheckRepo.layer).pipe(
  Layer.provideMerge(Layer.merge(creditsLayer(), Users.layer)),
  Layer.provideMerge(TestDatabase.layer)
)

layer(room, { excludeTestServices: true, timeout: "30 minutes" })("credits under any schedule", (it) => {
  it.effect(
    `add up, charge once, give back once, and never go below zero: ${schedules} schedules of calls, kills, resets and billing events`,
    () =>
      Effect.gen(function*() {
        const context = yield* Effect.context<Credits | Subscriptions | Transaction | SqlClient | LedgerCheckRepo>()
        yield* Effect.promise(() =>
          fc.assert(
            fc.asyncProperty(schedule, (steps) => Effect.runPromiseWith(context)(live(steps))),
            { numRuns: schedules, endOnFailure: schedules > 1000 }
          )
        )
        const totals = yield* LedgerCheckRepo.use((repo) => repo.totals)
        assert.strictEqual(totals.reduce((sum, { balance }) => sum + balance, 0), 0)
        assert.includeMembers(totals.map(({ account }) => account), ["users", "issued", "revenue", "expired", "adjustments"])
      }),
    30 * 60_000
  )

  it.effect("billing events leave the same plan and the same credits in whatever order and however often they come", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const subscriptions = yield* Subscriptions
      const context = yield* Effect.context<Subscriptions | SqlClient>()
      const outcome = Effect.fnUntraced(function*(order: ReadonlyArray<number>) {
        const user = yield* insertUser
        const events = told(user)
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
