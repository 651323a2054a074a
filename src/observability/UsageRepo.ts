import { Context, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import * as Column from "../database/Column.ts"
import { ReadSql } from "../database/Database.ts"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { available, row, rows } from "../database/Rows.ts"
import type { UserId } from "../users/UserId.ts"
import { ApiUsage, UsageOfAll } from "./ApiUsage.ts"

export type UsageCounts = Pick<ApiUsage, "user_id" | "day" | "route_group" | "calls" | "failed_calls" | "vendor_calls">

/** All SQL of `api_usage`. */
export class UsageRepo extends Context.Service<UsageRepo, {
  /** Adds to what is counted already. Users who are not there, or are deleted, are passed over. */
  add(counts: ReadonlyArray<UsageCounts>): Effect.Effect<void, DatabaseError>
  /** Latest day first. */
  list(user: UserId, since: string): Effect.Effect<ReadonlyArray<ApiUsage>, DatabaseError>
  /** Of all users, latest day first; `until` is exclusive. */
  overview(since: string, until: string): Effect.Effect<ReadonlyArray<UsageOfAll>, DatabaseError>
  /** Deletes days before this one; answers with how many rows there were. */
  prune(before: string): Effect.Effect<number, DatabaseError>
}>()("analytics-following/observability/UsageRepo") {
  static readonly layer = Layer.effect(
    UsageRepo,
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const read = yield* ReadSql
      const decodeList = rows("api_usage", ApiUsage)
      const decodeOverview = rows("api_usage", UsageOfAll)
      const decodeCount = row("api_usage", Schema.Struct({ count: Column.bigint }))

      // In one order, so that two processes never wait for each other; one whose account is being erased is waited for, and passed over.
      const add = Effect.fn("UsageRepo.add")((counts: ReadonlyArray<UsageCounts>) =>
        Effect.asVoid(
          available("api_usage")(sql`
          INSERT INTO api_usage AS stored (user_id, day, route_group, calls, failed_calls, vendor_calls)
          SELECT given.user_id, given.day, given.route_group, given.calls, given.failed_calls, given.vendor_calls
          FROM jsonb_to_recordset(${JSON.stringify(counts)}::jsonb) AS given
            (user_id uuid, day date, route_group text, calls bigint, failed_calls bigint, vendor_calls bigint)
          JOIN auth_users ON auth_users.id = given.user_id AND auth_users.deleted_at IS NULL
          ORDER BY given.user_id, given.day, given.route_group
          FOR KEY SHARE OF auth_users
          ON CONFLICT (user_id, day, route_group) DO UPDATE SET
            calls = stored.calls + excluded.calls,
            failed_calls = stored.failed_calls + excluded.failed_calls,
            vendor_calls = stored.vendor_calls + excluded.vendor_calls,
            updated_at = now()`)
        )
      )

      const list = Effect.fn("UsageRepo.list")((user: UserId, since: string) =>
        decodeList(read`
          SELECT * FROM api_usage
          WHERE user_id = ${user} AND day >= ${since}::date
          ORDER BY day DESC, route_group`)
      )

      const overview = Effect.fn("UsageRepo.overview")((since: string, until: string) =>
        decodeOverview(read`
          SELECT day, route_group, count(*)::integer AS users, sum(calls)::bigint AS calls,
            sum(failed_calls)::bigint AS failed_calls, sum(vendor_calls)::bigint AS vendor_calls
          FROM api_usage
          WHERE day >= ${since}::date AND day < ${until}::date
          GROUP BY day, route_group
          ORDER BY day DESC, route_group`)
      )

      const prune = Effect.fn("UsageRepo.prune")((before: string) =>
        Effect.map(
          decodeCount(sql`
            WITH gone AS (DELETE FROM api_usage WHERE day < ${before}::date RETURNING 1)
            SELECT count(*) AS count FROM gone`),
          (found) => found?.count ?? 0
        )
      )

      return { add, list, overview, prune }
    })
  )
}
