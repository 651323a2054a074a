import { Clock, Context, Effect, Layer } from "effect"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { instantOf } from "../database/Instant.ts"
import { InvalidRequest } from "../http/HttpErrors.ts"
import { VendorCallRepo, type VendorCost } from "./VendorCallRepo.ts"
import type { Cost, CostGroup } from "./VendorCost.ts"

/** What the vendor's calls have cost. */
export class VendorCosts extends Context.Service<VendorCosts, {
  /** Of today and the days before it (UTC), `days` in all: by day, purpose and user, latest day first. */
  latest(days: number): Effect.Effect<ReadonlyArray<VendorCost>, DatabaseError>
  /** Of today (UTC), by purpose. */
  readonly today: Effect.Effect<ReadonlyArray<Cost>, DatabaseError>
  /** From one day to another (`YYYY-MM-DD`, exclusive), at most 31 of them. */
  between(asked: { readonly since: string; readonly until: string; readonly by: CostGroup }): Effect.Effect<
    ReadonlyArray<Cost>,
    InvalidRequest | DatabaseError
  >
}>()("analytics-following/thrift/VendorCosts") {
  static readonly layerNoDeps = Layer.effect(
    VendorCosts,
    Effect.map(VendorCallRepo, (repo) => ({
      latest: Effect.fn("VendorCosts.latest")(function*(days: number) {
        const now = yield* Clock.currentTimeMillis
        return yield* repo.costs(instantOf(now - now % millisOfDay - (days - 1) * millisOfDay))
      }),
      today: Effect.flatMap(Clock.currentTimeMillis, (now) => {
        const midnight = now - now % millisOfDay
        return repo.grouped("purpose", instantOf(midnight), instantOf(midnight + millisOfDay))
      }),
      between: Effect.fn("VendorCosts.between")(function*({ by, since, until }) {
        const [from, to] = [Date.parse(since), Date.parse(until)]
        if (to <= from || to - from > mostDays * millisOfDay) {
          return yield* InvalidRequest.of([{ path: ["until"], message: `Expected 1 to ${mostDays} days after \`since\`` }])
        }
        return yield* repo.grouped(by, instantOf(from), instantOf(to))
      })
    }))
  )

  static readonly layer = this.layerNoDeps.pipe(Layer.provide(VendorCallRepo.layer))
}

const millisOfDay = 86_400_000
const mostDays = 31
