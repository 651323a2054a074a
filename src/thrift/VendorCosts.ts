import { Clock, Context, Effect, Layer } from "effect"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { instantOf } from "../database/Instant.ts"
import { VendorCallRepo, type VendorCost } from "./VendorCallRepo.ts"

/** What the vendor's calls have cost. */
export class VendorCosts extends Context.Service<VendorCosts, {
  /** Of today and the days before it (UTC), `days` in all: by day, purpose and user, latest day first. */
  latest(days: number): Effect.Effect<ReadonlyArray<VendorCost>, DatabaseError>
}>()("analytics-following/thrift/VendorCosts") {
  static readonly layerNoDeps = Layer.effect(
    VendorCosts,
    Effect.map(VendorCallRepo, (repo) => ({
      latest: Effect.fn("VendorCosts.latest")(function*(days: number) {
        const now = yield* Clock.currentTimeMillis
        return yield* repo.costs(instantOf(now - now % millisOfDay - (days - 1) * millisOfDay))
      })
    }))
  )

  static readonly layer = this.layerNoDeps.pipe(Layer.provide(VendorCallRepo.layer))
}

const millisOfDay = 86_400_000
