import { Context, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import * as Column from "../database/Column.ts"
import { ReadSql } from "../database/Database.ts"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { available, row, rows } from "../database/Rows.ts"
import { UserId } from "../users/UserId.ts"
import type { VendorCallRow } from "./CallMeter.ts"
import { VendorCall } from "./VendorCall.ts"
import { Cost, type CostGroup } from "./VendorCost.ts"

/** What the calls of a day cost for one purpose and user; `unknown_micros` is what may have been charged or not. */
export const VendorCost = Schema.Struct({
  day: Column.date,
  purpose: VendorCall.fields.purpose,
  user_id: Schema.NullOr(UserId),
  calls: Column.integer,
  billed_micros: Column.bigint,
  unknown_micros: Column.bigint
})
export type VendorCost = typeof VendorCost.Type

/** All SQL of `vendor_calls`: appended to, never changed. */
export class VendorCallRepo extends Context.Service<VendorCallRepo, {
  /** The same rows again add nothing. */
  insert(calls: ReadonlyArray<VendorCallRow>): Effect.Effect<void, DatabaseError>
  /** Micro-dollars since both instants, what may have been charged included. */
  spend(today: Column.Instant, lastHour: Column.Instant): Effect.Effect<
    { readonly today: number; readonly last_hour: number },
    DatabaseError
  >
  /** By day (UTC), purpose and user, latest day first. */
  costs(since: Column.Instant): Effect.Effect<ReadonlyArray<VendorCost>, DatabaseError>
  /** Added up, the latest day or the dearest first, a hundred at most; `until` is exclusive. */
  grouped(by: CostGroup, since: Column.Instant, until: Column.Instant): Effect.Effect<ReadonlyArray<Cost>, DatabaseError>
}>()("analytics-following/thrift/VendorCallRepo") {
  static readonly layer = Layer.effect(
    VendorCallRepo,
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const read = yield* ReadSql
      const guard = available("vendor_calls")
      const decodeSpend = row("vendor_calls", Schema.Struct({ today: Column.bigint, last_hour: Column.bigint }))
      const decodeCosts = rows("vendor_calls", VendorCost)
      const decodeGrouped = rows("vendor_calls", Cost)

      const insert = Effect.fn("VendorCallRepo.insert")((calls: ReadonlyArray<VendorCallRow>) =>
        calls.length === 0
          ? Effect.void
          // A user who was deleted meanwhile is nobody: the cost stays.
          : Effect.asVoid(guard(sql`
            INSERT INTO vendor_calls
              (id, called_at, target, purpose, user_id, outcome, billed, cost_micros, duration_ms, attempt)
            SELECT given.id, called_at, target, purpose, (
                SELECT owner.id FROM auth_users AS owner WHERE owner.id = given.user_id AND owner.deleted_at IS NULL FOR KEY SHARE
              ), outcome, billed, cost_micros, duration_ms, attempt
            FROM jsonb_to_recordset(${JSON.stringify(calls)}::jsonb) AS given (
              id uuid, called_at timestamptz, target text, purpose text, user_id uuid, outcome text, billed text,
              cost_micros bigint, duration_ms integer, attempt integer
            )
            ON CONFLICT (id) DO NOTHING`))
      )

      const spend = Effect.fn("VendorCallRepo.spend")(function*(today: Column.Instant, lastHour: Column.Instant) {
        const found = yield* decodeSpend(read`
          SELECT coalesce(sum(cost_micros) FILTER (WHERE called_at >= ${today}), 0)::bigint AS today,
            coalesce(sum(cost_micros) FILTER (WHERE called_at >= ${lastHour}), 0)::bigint AS last_hour
          FROM vendor_calls
          WHERE called_at >= least(${today}::timestamptz, ${lastHour}::timestamptz)`)
        return found ?? (yield* Effect.die("a sum is one row"))
      })

      const costs = Effect.fn("VendorCallRepo.costs")((since: Column.Instant) =>
        decodeCosts(read`
          SELECT (called_at AT TIME ZONE 'UTC')::date::text AS day, purpose, user_id, count(*)::integer AS calls,
            coalesce(sum(cost_micros) FILTER (WHERE billed = 'yes'), 0)::bigint AS billed_micros,
            coalesce(sum(cost_micros) FILTER (WHERE billed = 'unknown'), 0)::bigint AS unknown_micros
          FROM vendor_calls
          WHERE called_at >= ${since}
          GROUP BY 1, 2, 3
          ORDER BY day DESC, billed_micros DESC, purpose, user_id`)
      )

      // Over the pool of writes: it may take seconds, and the reads of requests share their connections.
      const grouped = Effect.fn("VendorCallRepo.grouped")((by: CostGroup, since: Column.Instant, until: Column.Instant) =>
        decodeGrouped(sql`
          SELECT ${sql.literal(groups[by])}, count(*)::integer AS calls,
            coalesce(sum(cost_micros) FILTER (WHERE billed = 'yes'), 0)::bigint AS billed_micros,
            coalesce(sum(cost_micros) FILTER (WHERE billed = 'unknown'), 0)::bigint AS unknown_micros
          FROM vendor_calls
          WHERE called_at >= ${since} AND called_at < ${until}
          GROUP BY 1, 2, 3
          ORDER BY day DESC, sum(cost_micros) DESC, purpose, user_id
          LIMIT 100`)
      )

      return { insert, spend, costs, grouped }
    })
  )
}

const groups: Readonly<Record<CostGroup, string>> = {
  day: "(called_at AT TIME ZONE 'UTC')::date::text AS day, NULL::text AS purpose, NULL::uuid AS user_id",
  purpose: "NULL::text AS day, purpose, NULL::uuid AS user_id",
  user: "NULL::text AS day, NULL::text AS purpose, user_id"
}
