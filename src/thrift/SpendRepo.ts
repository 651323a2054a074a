import { Context, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import * as Column from "../database/Column.ts"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { available, row } from "../database/Rows.ts"
import type { UserId } from "../users/UserId.ts"

/** All SQL of `vendor_spend`: what a day has cost, of everybody (null) or of one user. */
export class SpendRepo extends Context.Service<SpendRepo, {
  /** Adds the price unless the sum would pass the ceiling: the new sum, or undefined. */
  reserve(day: string, owner: UserId | null, price: number, ceiling: number): Effect.Effect<number | undefined, DatabaseError>
  /** Null: nothing yet. */
  find(day: string, owner: UserId | null): Effect.Effect<number | null, DatabaseError>
  release(day: string, owner: UserId | null, price: number): Effect.Effect<void, DatabaseError>
}>()("analytics-following/thrift/SpendRepo") {
  static readonly layer = Layer.effect(
    SpendRepo,
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const decode = row("vendor_spend", Schema.Struct({ spent_micros: Column.bigint }))
      const guard = available("vendor_spend")

      const reserve = Effect.fn("SpendRepo.reserve")(
        (day: string, owner: UserId | null, price: number, ceiling: number) =>
          Effect.map(
            decode(sql`
              INSERT INTO vendor_spend AS spend (day, user_id, spent_micros)
              SELECT ${day}::date, ${owner}::uuid, ${price}::bigint WHERE ${price}::bigint <= ${ceiling}::bigint
              ON CONFLICT (day, user_id) DO UPDATE SET spent_micros = spend.spent_micros + EXCLUDED.spent_micros
              WHERE spend.spent_micros + EXCLUDED.spent_micros <= ${ceiling}::bigint
              RETURNING spent_micros`),
            (found) => found?.spent_micros
          )
      )

      const release = Effect.fn("SpendRepo.release")((day: string, owner: UserId | null, price: number) =>
        Effect.asVoid(guard(sql`
          UPDATE vendor_spend SET spent_micros = greatest(0, spent_micros - ${price}::bigint)
          WHERE day = ${day}::date AND user_id IS NOT DISTINCT FROM ${owner}::uuid`))
      )

      const find = Effect.fn("SpendRepo.find")((day: string, owner: UserId | null) =>
        Effect.map(
          decode(sql`
            SELECT spent_micros FROM vendor_spend WHERE day = ${day}::date AND user_id IS NOT DISTINCT FROM ${owner}::uuid`),
          (found) => found?.spent_micros ?? null
        )
      )

      return { reserve, find, release }
    })
  )
}
