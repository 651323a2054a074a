import { Effect } from "effect"
import type { Probe } from "../../src/alignment/Probes.ts"
import { sampleId as id } from "../../src/alignment/SampleRow.ts"
import { LedgerRepo } from "../../src/credits/LedgerRepo.ts"
import { PlanRepo } from "../../src/credits/PlanRepo.ts"
import { ReservationRepo } from "../../src/credits/ReservationRepo.ts"
import * as Column from "../../src/database/Column.ts"
import { UserId } from "../../src/users/UserId.ts"

const user = UserId.make(id)
const now = Column.Instant.make("2025-01-01T00:00:00.000Z")
const later = Column.Instant.make("2025-01-31T00:00:00.000Z")

const ledger = Effect.provide(LedgerRepo.layer)
const reservations = Effect.provide(ReservationRepo.layer)
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

const settlement = { status: "released", amount: 1, free_reason: null, entry_id: null } as const

/** One call of every repo method of the tables of credits. */
export const creditProbes: ReadonlyArray<Probe> = [
  { method: "LedgerRepo.find", run: ledger(LedgerRepo.use((repo) => repo.find(user))) },
  { method: "LedgerRepo.lock", run: ledger(LedgerRepo.use((repo) => repo.lock(user))) },
  { method: "LedgerRepo.findHolder", run: ledger(LedgerRepo.use((repo) => repo.findHolder(user))) },
  { method: "LedgerRepo.insert", run: ledger(LedgerRepo.use((repo) => repo.insert(user, period, now))) },
  { method: "LedgerRepo.post", run: rowless(ledger(LedgerRepo.use((repo) => repo.post(user, posting, now)))) },
  { method: "LedgerRepo.findByKey", run: ledger(LedgerRepo.use((repo) => repo.findByKey("probe"))) },
  { method: "LedgerRepo.updatePeriod", run: ledger(LedgerRepo.use((repo) => repo.updatePeriod(user, period, now))) },
  { method: "LedgerRepo.updateReserved", run: ledger(LedgerRepo.use((repo) => repo.updateReserved(user, 0, now))) },
  { method: "ReservationRepo.insert", run: reservations(ReservationRepo.use((repo) => repo.insert(reservation, "open"))) },
  { method: "ReservationRepo.find", run: reservations(ReservationRepo.use((repo) => repo.find(id, user))) },
  { method: "ReservationRepo.findOpen", run: reservations(ReservationRepo.use((repo) => repo.findOpen(reservation))) },
  { method: "ReservationRepo.findPaid", run: reservations(ReservationRepo.use((repo) => repo.findPaid(reservation, now))) },
  {
    method: "ReservationRepo.countFree",
    run: reservations(ReservationRepo.use((repo) => repo.countFree(user, "data_export", now)))
  },
  { method: "ReservationRepo.extend", run: reservations(ReservationRepo.use((repo) => repo.extend(id, later))) },
  { method: "ReservationRepo.settle", run: reservations(ReservationRepo.use((repo) => repo.settle(id, settlement, now))) },
  { method: "ReservationRepo.expire", run: reservations(ReservationRepo.use((repo) => repo.expire(user, later))) },
  { method: "ReservationRepo.hasLapsed", run: reservations(ReservationRepo.use((repo) => repo.hasLapsed(user, later))) },
  { method: "ReservationRepo.lapsed", run: reservations(ReservationRepo.use((repo) => repo.lapsed(later, 1))) },
  { method: "PlanRepo.plans", run: plans(PlanRepo.use((repo) => repo.plans)) },
  { method: "PlanRepo.prices", run: plans(PlanRepo.use((repo) => repo.prices)) }
]

/** An entry holds that its account is there, which a made-up one is not: its statement has run by then. */
function rowless<A, E, R>(run: Effect.Effect<A, E, R>) {
  return Effect.catchDefect(run, () => Effect.void)
}
