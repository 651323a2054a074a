import { assert } from "@effect/vitest"
import { Clock, Effect, Layer } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { windowMillis } from "../../src/access/AccessTracker.ts"
import type { CreditReservation } from "../../src/credits/CreditReservation.ts"
import { Credits } from "../../src/credits/Credits.ts"
import { Ledger } from "../../src/credits/Ledger.ts"
import { LedgerCheckRepo } from "../../src/credits/LedgerCheckRepo.ts"
import { LedgerRepo } from "../../src/credits/LedgerRepo.ts"
import { PlanRepo } from "../../src/credits/PlanRepo.ts"
import { ReservationRepo } from "../../src/credits/ReservationRepo.ts"
import type { BillingNotice } from "../../src/credits/StripeEvent.ts"
import { instantOf } from "../../src/database/Instant.ts"
import { Transaction } from "../../src/database/Transaction.ts"
import type { UserId } from "../../src/users/UserId.ts"

/** The room's doors on whatever database there is. */
export const creditsLayer = (enabled = true) =>
  Credits.layerNoDeps({ enabled, lease: "15 minutes", callsKeptFor: "1 day" }).pipe(
    Layer.provideMerge(Ledger.layerNoDeps),
    Layer.provideMerge([LedgerRepo.layer, ReservationRepo.layer, PlanRepo.layer, Transaction.layer])
  )

/** Runs as if it were that instant. */
export const at = (instant: string | number) => <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.flatMap(Clock.Clock, (clock) => {
    const millis = typeof instant === "number" ? instant : Date.parse(instant)
    return Effect.provideService(effect, Clock.Clock, {
      ...clock,
      currentTimeMillisUnsafe: () => millis,
      currentTimeMillis: Effect.succeed(millis),
      currentTimeNanosUnsafe: () => BigInt(millis) * 1_000_000n,
      currentTimeNanos: Effect.succeed(BigInt(millis) * 1_000_000n),
      monotonicTimeNanosUnsafe: () => clock.monotonicTimeNanosUnsafe(),
      monotonicTimeNanos: clock.monotonicTimeNanos,
      sleep: (duration) => clock.sleep(duration)
    })
  })

type Settled = Pick<
  CreditReservation,
  "id" | "action" | "subject" | "status" | "amount" | "free_reason" | "entry_id" | "settled_at"
>

/** An account with its entries and reservations, as they are kept: they add up, and nothing is charged or given back twice. */
export const booksOf = Effect.fnUntraced(function*(user: UserId) {
  const sql = yield* SqlClient
  const found = yield* LedgerCheckRepo.use((repo) =>
    repo.disagreements({ since: instantOf(Date.parse("9999-01-01")), users: [user], leasesBefore: instantOf(0), limit: 100 })
  )
  assert.deepStrictEqual(found, [])
  const entries = yield* sql<{
    kind: string
    amount: number
    balance_after: number
    reservation_id: string | null
    key: string
    note: string | null
  }>`
    SELECT kind, amount, balance_after, reservation_id, key, note FROM credit_entries WHERE user_id = ${user} ORDER BY sequence`
  const reservations = yield* sql<Settled>`SELECT * FROM credit_reservations WHERE user_id = ${user} ORDER BY settled_at`
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
  for (const { amount, entry_id, free_reason, id, status } of reservations) {
    const charges = of("charge", id)
    const refunds = of("refund", id)
    assert.isAtMost(charges.length, 1, "charged twice")
    assert.isAtMost(refunds.length, charges.length, "given back twice, or what was never charged")
    if (status === "committed") assert.isTrue(entry_id !== null || free_reason !== null, "an access has its entry or its reason")
    assert.lengthOf(charges, status === "committed" && amount > 0 ? 1 : 0)
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
  return { account, entries, reservations }
})

/**
 * What a user paid for their windows, by name: instants at which windows were opened, and ends from which they were renewed. Nothing is held
 * any longer, every 30 days have their charge or their free reason, nothing was charged without its window, and a job is the sum of its names.
 */
export const accessAddsUp = Effect.fnUntraced(function*(user: UserId, usernames: ReadonlyArray<string>) {
  const sql = yield* SqlClient
  const { account, entries, reservations } = yield* booksOf(user)
  assert.strictEqual(account?.reserved ?? 0, 0, "nothing is held for ever")
  assert.deepStrictEqual(reservations.filter(({ status }) => status === "open"), [])
  const jobs = yield* sql<{ credits: number; left: number; of_items: number }>`
    SELECT j.credits, (SELECT count(*)::integer FROM job_items WHERE job_id = j.id AND finished_at IS NULL) AS left,
      (SELECT coalesce(sum(credits), 0)::integer FROM job_items WHERE job_id = j.id) AS of_items
    FROM jobs AS j WHERE j.user_id = ${user}`
  for (const { credits, left, of_items } of jobs) {
    assert.deepStrictEqual([left, credits], [0, of_items], "a job is the sum of its names")
  }
  const windows = yield* sql<{ username: string; granted_at: string; expires_at: string }>`
    SELECT p.username, a.granted_at, a.expires_at FROM user_profile_access AS a JOIN profiles AS p ON p.id = a.profile_id
    WHERE a.user_id = ${user}`
  const searched = yield* sql<{ username: string }>`
    SELECT instagram_username AS username FROM user_searches WHERE user_id = ${user} AND success`
  const given = reservations.filter(({ action, status }) => action === "profile_unlock" && status === "committed")
  /** The end that a renewal moved. What a call had reserved to open a window, a repeat of it may renew with: its entry says so. */
  const movedBy = ({ id, subject }: (typeof given)[number], username: string) => {
    const end = new RegExp(`^${username}, from (.+) on$`).exec(subject ?? "")?.[1]
    if (end !== undefined) return minute(Date.parse(end))
    const note = entries.find((entry) => entry.kind === "charge" && entry.reservation_id === id)?.note ?? ""
    const until = subject === username ? /^Renewed until (.+) (.+) UTC$/.exec(note) : null
    return until === null ? undefined : Date.parse(`${until[1]}T${until[2]}Z`) - windowMillis
  }
  return new Map(usernames.map((username) => {
    const openings = given.filter((one) => one.subject === username && movedBy(one, username) === undefined)
      .map(({ settled_at }) => Date.parse(settled_at!))
    const renewed = given.flatMap((one) => {
      const end = movedBy(one, username)
      return end === undefined ? [] : [{ at: Date.parse(one.settled_at!), end }]
    })
    const renewals = renewed.map(({ end }) => end).sort((one, other) => one - other)
    const window = windows.find((one) => one.username === username)
    if (window === undefined) assert.deepStrictEqual([openings, renewals], [[], []], "nothing is charged without its window")
    else {
      const granted = Date.parse(window.granted_at)
      const months = (Date.parse(window.expires_at) - granted) / windowMillis
      assert.deepStrictEqual(
        renewals.filter((end) => end > granted),
        Array.from({ length: months - 1 }, (_, index) => minute(granted) + (index + 1) * windowMillis),
        "every 30 days have their charge or their free reason"
      )
      // A renewal opens the window anew where the one before ended while the profile was fetched for it.
      assert.isTrue(
        openings.some((at) => at >= granted) || renewed.some(({ at, end }) => end <= granted && at >= granted),
        "an access has its entry or its reason"
      )
      assert.include(searched.map((one) => one.username), username, "an access has its record")
    }
    return [username, { openings, renewals }] as const
  }))
})

/** Ends of windows, as precise as entries name them. */
const minute = (millis: number): number => millis - millis % 60_000

/** The life of a subscription as its provider tells it; heard in any order, more than once, or never. */
export const told = (user: UserId, start: number): ReadonlyArray<BillingNotice> => {
  const seconds = (days: number) => instantOf(start + days * 86_400_000)
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
