import { Effect } from "effect"
import type { Probe } from "../../src/alignment/Probes.ts"
import { sampleId as id } from "../../src/alignment/SampleRow.ts"
import { UsageRepo } from "../../src/observability/UsageRepo.ts"
import { UserId } from "../../src/users/UserId.ts"

const user = UserId.make(id)
const day = "2025-01-31"
const usage = Effect.provide(UsageRepo.layer)
const counts = { user_id: user, day, route_group: "probe", calls: 1, failed_calls: 0, vendor_calls: 0 }

/** One call of every repo method of the usage's table. */
export const usageProbes: ReadonlyArray<Probe> = [
  { method: "UsageRepo.add", run: usage(UsageRepo.use((repo) => repo.add([counts]))) },
  { method: "UsageRepo.list", run: usage(UsageRepo.use((repo) => repo.list(user, day))) },
  { method: "UsageRepo.overview", run: usage(UsageRepo.use((repo) => repo.overview(day, day))) },
  { method: "UsageRepo.prune", run: usage(UsageRepo.use((repo) => repo.prune(day))) }
]
