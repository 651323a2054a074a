import { Clock, Context, Duration, Effect, Layer } from "effect"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { instantOf } from "../database/Instant.ts"
import type { UserId } from "../users/UserId.ts"
import type { ApiUsage, Usage as UserUsage, UsageOfAll } from "./ApiUsage.ts"
import { UsageRepo } from "./UsageRepo.ts"

/** How much of the API users use, as it was counted; the last seconds are not in it yet. */
export class Usage extends Context.Service<Usage, {
  /** Of one user, the last 30 days, today among them. */
  ofUser(user: UserId): Effect.Effect<UserUsage, DatabaseError>
  /** Of all users together, by day and group; days as `YYYY-MM-DD`, `until` exclusive. For administrators. */
  ofAll(since: string, until: string): Effect.Effect<ReadonlyArray<UsageOfAll>, DatabaseError>
}>()("analytics-following/observability/Usage") {
  static readonly layerNoDeps = Layer.effect(
    Usage,
    Effect.map(UsageRepo, (repo) => ({
      ofUser: Effect.fn("Usage.ofUser")(function*(user) {
        const since = dayOf((yield* Clock.currentTimeMillis) - Duration.toMillis("29 days"))
        return report(since, yield* repo.list(user, since))
      }),
      ofAll: repo.overview
    }))
  )

  static readonly layer = this.layerNoDeps.pipe(Layer.provide(UsageRepo.layer))
}

/** The UTC day of an instant in milliseconds. */
export const dayOf = (at: number): string => instantOf(at).slice(0, 10)

const report = (since: string, found: ReadonlyArray<ApiUsage>): UserUsage => ({
  since,
  total: added(found),
  days: [...Map.groupBy(found, ({ day }) => day)].map(([day, groups]) => ({
    day,
    ...added(groups),
    groups: groups.map(({ calls, failed_calls, route_group, vendor_calls }) => ({
      route_group,
      calls,
      failed_calls,
      vendor_calls
    }))
  }))
})

const added = (all: ReadonlyArray<ApiUsage>) => ({
  calls: all.reduce((sum, { calls }) => sum + calls, 0),
  failed_calls: all.reduce((sum, { failed_calls }) => sum + failed_calls, 0),
  vendor_calls: all.reduce((sum, { vendor_calls }) => sum + vendor_calls, 0)
})
