import { Effect } from "effect"
import type { Probe } from "../../src/alignment/Probes.ts"
import { sampleId as id } from "../../src/alignment/SampleRow.ts"
import { LedgerCheckRepo } from "../../src/credits/LedgerCheckRepo.ts"
import { LedgerRepo } from "../../src/credits/LedgerRepo.ts"
import { PlanRepo } from "../../src/credits/PlanRepo.ts"
import { ReservationRepo } from "../../src/credits/ReservationRepo.ts"
import { StatementRepo } from "../../src/credits/StatementRepo.ts"
import { SubscriptionRepo } from "../../src/credits/SubscriptionRepo.ts"
import * as Column from "../../src/database/Column.ts"
import { UserId } from "../../src/users/UserId.ts"
import { rowless } from "./rowless.ts"

const user = UserId.make(id)
const now = Column.Instant.make("2025-01-01T00:00:00.000Z")
const later = Column.Instant.make("2025-01-31T00:00:00.000Z")

const ledger = Effect.provide(LedgerRepo.layer)
const reservations = Effect.provide(ReservationRepo.layer)
const statements = Effect.provide(StatementRepo.layer)
const checks = Effect.provide(LedgerCheckRepo.layer)
const subscriptions = Effect.provide(SubscriptionRepo.layer)
const plans = Effect.provide(PlanRepo.layer)

const period = {
  tier: "free",
  anchored_at: now,
  anchored_on: "2025-01-01",
  period: 0,
  period_starts_at: now,
  period_ends_at: later,
  period_granted: 0
} as const

const posting = {
  kind: "grant",
  counter: "issued",
  amount: 1,
  expiring: 0,
  reserved: 0,
  action: null,
  reservation: null,
  subject: null,
  note: "probe",
  key: "another probe"
} as const

const reservation = {
  id,
  user_id: user,
  action: "data_export",
  subject: "probe",
  quantity: 1,
  free_quantity: 0,
  amount: 1,
  free_reason: null,
  created_at: now,
  expires_at: later
} as const

const settlement = { status: "released", amount: 1, free_quantity: 0, free_reason: null, entry_id: null } as const

const event = {
  event_id: "another probe",
  type: "probe",
  subscription_id: null,
  outcome: "ignored",
  occurred_at: now,
  received_at: now
} as const

/** One call of every repo method of the tables of credits. */
export const creditProbes: ReadonlyArray<Probe> = [
  { method: "LedgerRepo.find", run: ledger(LedgerRepo.use((repo) => repo.find(user))) },
  { method: "LedgerRepo.lock", run: ledger(LedgerRepo.use((repo) => repo.lock(user))) },
  { method: "LedgerRepo.findHolder", run: ledger(LedgerRepo.use((repo) => repo.findHolder(user))) },
  { method: "LedgerRepo.insert", run: ledger(LedgerRepo.use((repo) => repo.insert(user, period, now))) },
  { method: "LedgerRepo.post", run: rowless(ledger(LedgerRepo.use((repo) => repo.post(user, posting, now)))) },
  { method: "LedgerRepo.findByKey", run: ledger(LedgerRepo.use((repo) => repo.findByKey("probe"))) },
  { method: "LedgerRepo.findEntry", run: ledger(LedgerRepo.use((repo) => repo.findEntry(user, id))) },
  { method: "LedgerRepo.updatePeriod", run: ledger(LedgerRepo.use((repo) => repo.updatePeriod(user, period, now))) },
  { method: "LedgerRepo.updateReserved", run: ledger(LedgerRepo.use((repo) => repo.updateReserved(user, 0, now))) },
  { method: "ReservationRepo.insert", run: reservations(ReservationRepo.use((repo) => repo.insert(reservation, "open"))) },
  {
    method: "ReservationRepo.insertFree",
    run: reservations(
      ReservationRepo.use((repo) => repo.insertFree([{ ...reservation, amount: 0, free_reason: "window_open" }], now))
    )
  },
  { method: "ReservationRepo.find", run: reservations(ReservationRepo.use((repo) => repo.find(id, user))) },
  { method: "ReservationRepo.findOpen", run: reservations(ReservationRepo.use((repo) => repo.findOpen(reservation))) },
  { method: "ReservationRepo.findPaid", run: reservations(ReservationRepo.use((repo) => repo.findPaid(reservation, now))) },
  { method: "ReservationRepo.findGiven", run: reservations(ReservationRepo.use((repo) => repo.findGiven(reservation, now))) },
  {
    method: "ReservationRepo.countFree",
    run: reservations(ReservationRepo.use((repo) => repo.countFree(user, "data_export", now)))
  },
  {
    method: "ReservationRepo.findCalled",
    run: reservations(ReservationRepo.use((repo) => repo.findCalled(user, "data_export", "probe", now)))
  },
  ...[undefined, "probe"].map((call): Probe => ({
    method: "ReservationRepo.join",
    run: reservations(ReservationRepo.use((repo) => repo.join(id, later, call)))
  })),
  { method: "ReservationRepo.extend", run: reservations(ReservationRepo.use((repo) => repo.extend([id], later))) },
  {
    method: "ReservationRepo.reopen",
    run: reservations(
      ReservationRepo.use((repo) => repo.reopen(id, { amount: 1, free_quantity: 0, free_reason: null }, later))
    )
  },
  { method: "ReservationRepo.settle", run: reservations(ReservationRepo.use((repo) => repo.settle(id, settlement, now))) },
  { method: "ReservationRepo.expire", run: reservations(ReservationRepo.use((repo) => repo.expire(user, later))) },
  { method: "ReservationRepo.hasLapsed", run: reservations(ReservationRepo.use((repo) => repo.hasLapsed(user, later))) },
  { method: "ReservationRepo.lapsed", run: reservations(ReservationRepo.use((repo) => repo.lapsed(later, 1))) },
  ...[undefined, 5].map((before): Probe => ({
    method: "StatementRepo.list",
    run: statements(StatementRepo.use((repo) => repo.list(user, { before, limit: 1 })))
  })),
  { method: "StatementRepo.summed", run: statements(StatementRepo.use((repo) => repo.summed(user, now, later))) },
  {
    method: "LedgerCheckRepo.disagreements",
    run: checks(LedgerCheckRepo.use((repo) => repo.disagreements({ since: now, users: [user], leasesBefore: now, limit: 1 })))
  },
  { method: "LedgerCheckRepo.totals", run: checks(LedgerCheckRepo.use((repo) => repo.totals)) },
  { method: "SubscriptionRepo.insertEvent", run: subscriptions(SubscriptionRepo.use((repo) => repo.insertEvent(event))) },
  { method: "SubscriptionRepo.findEvent", run: subscriptions(SubscriptionRepo.use((repo) => repo.findEvent("probe"))) },
  {
    method: "SubscriptionRepo.updateEvent",
    run: subscriptions(SubscriptionRepo.use((repo) => repo.updateEvent("probe", "applied")))
  },
  { method: "SubscriptionRepo.lock", run: subscriptions(SubscriptionRepo.use((repo) => repo.lock("probe", "probe", now))) },
  { method: "SubscriptionRepo.lockUser", run: subscriptions(SubscriptionRepo.use((repo) => repo.lockUser(user, "probe"))) },
  {
    method: "SubscriptionRepo.update",
    run: subscriptions(SubscriptionRepo.use((repo) => repo.update("probe", { paid_until: now }, now)))
  },
  { method: "SubscriptionRepo.assign", run: subscriptions(SubscriptionRepo.use((repo) => repo.assign("probe", user, now))) },
  { method: "SubscriptionRepo.list", run: subscriptions(SubscriptionRepo.use((repo) => repo.list(user))) },
  { method: "PlanRepo.plans", run: plans(PlanRepo.use((repo) => repo.plans)) },
  { method: "PlanRepo.prices", run: plans(PlanRepo.use((repo) => repo.prices)) }
]
