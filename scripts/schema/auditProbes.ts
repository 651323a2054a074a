import { Effect } from "effect"
import type { Probe } from "../../src/alignment/Probes.ts"
import { sampleId as id, sampleInsert } from "../../src/alignment/SampleRow.ts"
import { AuditEntry, AuditOrigin } from "../../src/audit/AuditEntry.ts"
import { AuditRepo } from "../../src/audit/AuditRepo.ts"
import * as Column from "../../src/database/Column.ts"
import { StandingRepo } from "../../src/users/StandingRepo.ts"
import { UserId } from "../../src/users/UserId.ts"
import { UserRepo } from "../../src/users/UserRepo.ts"

const now = Column.Instant.make("2025-01-01T00:00:00.000Z")
const user = UserId.make(id)
const audit = Effect.provide(AuditRepo.layer)
const standings = Effect.provide(StandingRepo.layer)
const nothing = {
  action: undefined,
  actor: undefined,
  subject: undefined,
  subject_type: undefined,
  subject_id: undefined,
  since: undefined,
  until: undefined
}
const filters = [
  nothing,
  { action: "probe.made", actor: user, subject: user, subject_type: "user", subject_id: id, since: now, until: now }
]

/** One call of every repo method of the audit log and of administration. */
export const auditProbes: ReadonlyArray<Probe> = [
  { method: "AuditRepo.insert", run: audit(AuditRepo.use((repo) => repo.insert(sampleInsert(AuditEntry)))) },
  { method: "AuditRepo.insertOrigin", run: audit(AuditRepo.use((repo) => repo.insertOrigin(sampleInsert(AuditOrigin)))) },
  { method: "AuditRepo.pseudonymOf", run: audit(AuditRepo.use((repo) => repo.pseudonymOf(user))) },
  ...filters.flatMap((filter) =>
    [undefined, `0 ${id}`].map((after): Probe => ({
      method: "AuditRepo.list",
      run: audit(AuditRepo.use((repo) => repo.list(filter, { after, limit: 1 })))
    }))
  ),
  { method: "AuditRepo.links", run: audit(AuditRepo.use((repo) => repo.links(0, 1))) },
  { method: "AuditRepo.countUnlinked", run: audit(AuditRepo.use((repo) => repo.countUnlinked)) },
  { method: "AuditRepo.pruneOrigins", run: audit(AuditRepo.use((repo) => repo.pruneOrigins(now, 1))) },
  { method: "StandingRepo.hold", run: standings(StandingRepo.use((repo) => repo.hold([user]))) },
  { method: "StandingRepo.find", run: standings(StandingRepo.use((repo) => repo.find(user))) },
  ...[{ email: undefined, role: undefined, status: undefined }, { email: "p", role: "user", status: "active" } as const].map((
    filter
  ): Probe => ({
    method: "StandingRepo.list",
    run: standings(StandingRepo.use((repo) => repo.list(filter, { after: `0 ${id}`, limit: 1 })))
  })),
  {
    method: "UserRepo.updateStanding",
    run: Effect.provide(
      UserRepo.use((repo) => repo.updateStanding(user, { role: "user", status: "active" }, now)),
      UserRepo.layer
    )
  }
]
