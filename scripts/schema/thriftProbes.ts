import { Effect } from "effect"
import type { Probe } from "../../src/alignment/Probes.ts"
import { sampleId as id } from "../../src/alignment/SampleRow.ts"
import * as Column from "../../src/database/Column.ts"
import { AbsenceRepo } from "../../src/thrift/AbsenceRepo.ts"
import { FleetStore } from "../../src/thrift/FleetStore.ts"
import * as PlaceRepo from "../../src/thrift/PlaceRepo.ts"
import { SpendRepo } from "../../src/thrift/SpendRepo.ts"
import { VendorCallRepo } from "../../src/thrift/VendorCallRepo.ts"
import { VendorTaskRepo } from "../../src/thrift/VendorTaskRepo.ts"
import { UserId } from "../../src/users/UserId.ts"

const now = Column.Instant.make("2025-01-01T00:00:00.000Z")
const later = Column.Instant.make("2025-01-31T00:00:00.000Z")
const rules = { concurrency: 1, spacing: 100, lease: 1000 }
const call = {
  id,
  called_at: now,
  target: "probe",
  purpose: "lookup",
  user_id: null,
  outcome: "success",
  billed: "yes",
  cost_micros: 1,
  duration_ms: 1,
  attempt: 1
} as const

const task = {
  id,
  target: "probe",
  query: "probe",
  submitted_at: now,
  task_id: "1",
  answered_at: null,
  ended_at: null
} as const

const since = { submitted: now, announced: now }
const tasks = Effect.provide(VendorTaskRepo.layer)
const calls = Effect.provide(VendorCallRepo.layer)
const spend = Effect.provide(SpendRepo.layer)
const absences = Effect.provide(AbsenceRepo.layer)
const places = Effect.provide(PlaceRepo.layer)
const owners = [null, UserId.make(id)]

/** One call of every repo method of what the vendor costs. */
export const thriftProbes: ReadonlyArray<Probe> = [
  { method: "VendorCallRepo.insert", run: calls(VendorCallRepo.use((repo) => repo.insert([call]))) },
  { method: "VendorCallRepo.spend", run: calls(VendorCallRepo.use((repo) => repo.spend(now, later))) },
  { method: "VendorCallRepo.costs", run: calls(VendorCallRepo.use((repo) => repo.costs(now))) },
  ...(["day", "purpose", "user"] as const).map((by): Probe => ({
    method: "VendorCallRepo.grouped",
    run: calls(VendorCallRepo.use((repo) => repo.grouped(by, now, later)))
  })),
  ...owners.flatMap((owner): ReadonlyArray<Probe> => [
    { method: "SpendRepo.reserve", run: spend(SpendRepo.use((repo) => repo.reserve("2025-01-01", owner, 1, 1))) },
    { method: "SpendRepo.find", run: spend(SpendRepo.use((repo) => repo.find("2025-01-01", owner))) },
    { method: "SpendRepo.release", run: spend(SpendRepo.use((repo) => repo.release("2025-01-01", owner, 1))) }
  ]),
  { method: "AbsenceRepo.find", run: absences(AbsenceRepo.use((repo) => repo.find("profile", "probe", now))) },
  {
    method: "AbsenceRepo.upsert",
    run: absences(
      AbsenceRepo.use((repo) =>
        repo.upsert({ target: "profile", query: "probe", evidence: "user_null", seen_at: now, expires_at: later })
      )
    )
  },
  { method: "AbsenceRepo.delete", run: absences(AbsenceRepo.use((repo) => repo.delete("profile", "probe"))) },
  { method: "VendorTaskRepo.insert", run: tasks(VendorTaskRepo.use((repo) => repo.insert([task], now))) },
  { method: "VendorTaskRepo.announce", run: tasks(VendorTaskRepo.use((repo) => repo.announce([task], since))) },
  { method: "VendorTaskRepo.setTaskIds", run: tasks(VendorTaskRepo.use((repo) => repo.setTaskIds([task]))) },
  { method: "VendorTaskRepo.withdraw", run: tasks(VendorTaskRepo.use((repo) => repo.withdraw([id]))) },
  { method: "VendorTaskRepo.findOpen", run: tasks(VendorTaskRepo.use((repo) => repo.findOpen("probe", "probe", since))) },
  {
    method: "VendorTaskRepo.findUnanswered",
    run: tasks(VendorTaskRepo.use((repo) => repo.findUnanswered("probe", { after: now, before: later }, 1)))
  },
  { method: "VendorTaskRepo.setAnswered", run: tasks(VendorTaskRepo.use((repo) => repo.setAnswered(id, now))) },
  { method: "VendorTaskRepo.setEnded", run: tasks(VendorTaskRepo.use((repo) => repo.setEnded(id, now))) },
  { method: "PlaceRepo.enter", run: places(FleetStore.use((store) => store.enter(id, rules))) },
  { method: "PlaceRepo.renew", run: places(FleetStore.use((store) => store.renew([id], rules))) },
  { method: "PlaceRepo.count", run: places(FleetStore.use((store) => store.count)) },
  { method: "PlaceRepo.leave", run: places(FleetStore.use((store) => store.leave(id))) }
]
