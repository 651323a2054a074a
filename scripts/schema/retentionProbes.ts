import { Effect } from "effect"
import type { Probe } from "../../src/alignment/Probes.ts"
import * as Column from "../../src/database/Column.ts"
import { RetentionRepo } from "../../src/retention/RetentionRepo.ts"
import { agingTables } from "../../src/retention/RetentionRules.ts"

const now = Column.Instant.make("2025-01-01T00:00:00.000Z")
const retention = Effect.provide(RetentionRepo.layer)

/** One call of each method of retention, of each table. */
export const retentionProbes: ReadonlyArray<Probe> = agingTables.flatMap((table): ReadonlyArray<Probe> => [
  { method: "RetentionRepo.delete", run: retention(RetentionRepo.use((repo) => repo.delete(table, now, 1))) },
  { method: "RetentionRepo.count", run: retention(RetentionRepo.use((repo) => repo.count(table, now))) }
])
