import { Context, Effect, Layer } from "effect"
import { ReadSql } from "../database/Database.ts"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { rows } from "../database/Rows.ts"
import { Plan, Price } from "./Plan.ts"

/** All SQL of `plans` and `prices`: a handful of rows, read whole. */
export class PlanRepo extends Context.Service<PlanRepo, {
  readonly plans: Effect.Effect<ReadonlyArray<Plan>, DatabaseError>
  readonly prices: Effect.Effect<ReadonlyArray<Price>, DatabaseError>
}>()("analytics-following/credits/PlanRepo") {
  static readonly layer = Layer.effect(
    PlanRepo,
    Effect.gen(function*() {
      const read = yield* ReadSql
      const decodePlans = rows("plans", Plan)
      const decodePrices = rows("prices", Price)

      const plans = Effect.suspend(() => decodePlans(read`SELECT * FROM plans`))

      const prices = Effect.suspend(() => decodePrices(read`SELECT * FROM prices`))

      return { plans, prices }
    })
  )
}
