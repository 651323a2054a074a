import { Effect } from "effect"
import type { Probe } from "../../src/alignment/Probes.ts"
import { sampleId as id } from "../../src/alignment/SampleRow.ts"
import * as Column from "../../src/database/Column.ts"
import { RefreshRepo } from "../../src/refresh/RefreshRepo.ts"

const now = Column.Instant.make("2025-01-01T00:00:00.000Z")
const refresh = Effect.provide(RefreshRepo.layer)

/** One call of each method of the scheduled refresh's repo. */
export const refreshProbes: ReadonlyArray<Probe> = [
  { method: "RefreshRepo.take", run: refresh(RefreshRepo.use((repo) => repo.take(now))) },
  {
    method: "RefreshRepo.update",
    run: refresh(RefreshRepo.use((repo) => repo.update({ next_at: now, after: id, day: "2025-01-01", begun: 0 }, now)))
  },
  {
    method: "RefreshRepo.watched",
    run: refresh(RefreshRepo.use((repo) => repo.watched({ after: null, limit: 1, staleAt: now, triedSince: now })))
  }
]
