import { Context, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import type * as Column from "../database/Column.ts"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { row } from "../database/Rows.ts"
import { type AgingTable, retentionRule } from "./RetentionRules.ts"

/** Deletes what is too old in any room's table, by the list in `RetentionRules.ts`: an exception to one repo a table. */
export class RetentionRepo extends Context.Service<RetentionRepo, {
  /** The oldest of those that are too old, at most so many; passes over what somebody holds. Answers with how many there were. */
  delete(table: AgingTable, before: Column.Instant, limit: number): Effect.Effect<number, DatabaseError>
  count(table: AgingTable, before: Column.Instant): Effect.Effect<number, DatabaseError>
}>()("analytics-following/retention/RetentionRepo") {
  static readonly layer = Layer.effect(
    RetentionRepo,
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const decodeCount = (table: AgingTable) => row(table, Schema.Struct({ count: Schema.Int }))

      const old = (table: AgingTable, before: Column.Instant) => {
        const { at, keepsNewestOf } = retentionRule(table)
        const end = at === "day" ? sql`(${before}::timestamptz AT TIME ZONE 'UTC')::date` : sql`${before}::timestamptz`
        const newer = sql(keepsNewestOf ?? "id")
        return sql`FROM ${sql(table)} AS t WHERE t.${sql(at)} < ${end} ${
          keepsNewestOf === undefined
            ? sql``
            : sql`AND EXISTS (
              SELECT 1 FROM ${sql(table)} AS n WHERE n.${newer} = t.${newer} AND n.${sql(at)} > t.${sql(at)}
            )`
        }`
      }

      // An array, and not IN: that would be a join, for which a whole table may be read.
      const remove = Effect.fn("RetentionRepo.delete")((table: AgingTable, before: Column.Instant, limit: number) =>
        Effect.map(
          decodeCount(table)(sql`
            WITH gone AS (
              DELETE FROM ${sql(table)} WHERE id = ANY (ARRAY(
                SELECT t.id ${old(table, before)} ORDER BY t.${sql(retentionRule(table).at)} LIMIT ${limit} FOR UPDATE SKIP LOCKED
              )) RETURNING 1
            ) SELECT count(*)::integer AS count FROM gone`),
          (found) => found?.count ?? 0
        )
      )

      const count = Effect.fn("RetentionRepo.count")((table: AgingTable, before: Column.Instant) =>
        Effect.map(
          decodeCount(table)(sql`SELECT count(*)::integer AS count ${old(table, before)}`),
          (found) => found?.count ?? 0
        )
      )

      return { delete: remove, count }
    })
  )
}
