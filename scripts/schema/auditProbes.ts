import { Effect } from "effect"
import type { Probe } from "../../src/alignment/Probes.ts"
import { sampleId as id, sampleInsert } from "../../src/alignment/SampleRow.ts"
import { AuditEntry, AuditOrigin } from "../../src/audit/AuditEntry.ts"
import { AuditRepo } from "../../src/audit/AuditRepo.ts"
import * as Column from "../../src/database/Column.ts"
import { UserId } from "../../src/users/UserId.ts"

const now = Column.Instant.make("2025-01-01T00:00:00.000Z")
const user = UserId.make(id)
const audit = Effect.provide(AuditRepo.layer)
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

/** One call of every repo method of the audit log. */
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
  { method: "AuditRepo.pruneOrigins", run: audit(AuditRepo.use((repo) => repo.pruneOrigins(now, 1))) }
]
