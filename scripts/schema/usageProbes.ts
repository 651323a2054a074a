import { Effect } from "effect"
import type { Probe } from "../../src/alignment/Probes.ts"
import { sampleId as id } from "../../src/alignment/SampleRow.ts"
import { UsageRepo } from "../../src/observability/UsageRepo.ts"
import * as LimitRepo from "../../src/ratelimits/LimitRepo.ts"
import { LimitStore } from "../../src/ratelimits/LimitStore.ts"
import { UserId } from "../../src/users/UserId.ts"

const user = UserId.make(id)
const day = "2025-01-31"
const usage = Effect.provide(UsageRepo.layer)
const counts = { user_id: user, day, route_group: "probe", calls: 1, failed_calls: 0, vendor_calls: 0 }

const asked = { key: "probe", window: 0, limit: 1, needed: 1, endsIn: 1 }

/** One call of every repo method of the tables that count calls. */
export const usageProbes: ReadonlyArray<Probe> = [
  { method: "UsageRepo.add", run: usage(UsageRepo.use((repo) => repo.add([counts]))) },
  { method: "UsageRepo.list", run: usage(UsageRepo.use((repo) => repo.list(user, day))) },
  { method: "UsageRepo.overview", run: usage(UsageRepo.use((repo) => repo.overview(day, day))) },
  { method: "UsageRepo.prune", run: usage(UsageRepo.use((repo) => repo.prune(day))) },
  {
    method: "LimitRepo.take",
    run: Effect.provide(
      LimitStore.use(({ take }) => take === undefined ? Effect.void : take(asked)),
      LimitRepo.layer({ timeout: "5 seconds" })
    )
  }
]
