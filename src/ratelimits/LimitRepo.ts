import { type Duration, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { createHash } from "node:crypto"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { row } from "../database/Rows.ts"
import { loop } from "../observability/Loops.ts"
import { ahead, LimitStore, type Take } from "./LimitStore.ts"

export interface LimitRepoOptions {
  /** How long a request waits for the database before it is counted in this process alone. */
  readonly timeout: Duration.Input
}

/**
 * All SQL of `rate_limit_windows`: counts in PostgreSQL, for processes without a Redis. One statement a question, atomic by the row that it
 * holds: never more than the limit is given out, and as much ahead as Redis gives. A key is kept as its hash: nothing tells whose it is.
 */
export const layer = ({ timeout }: LimitRepoOptions) =>
  Layer.effect(
    LimitStore,
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const decode = row("rate_limit_windows", Schema.Struct({ units: Schema.Int, left: Schema.Int }))
      const decodeCount = row("rate_limit_windows", Schema.Struct({ count: Schema.Int }))

      // Where there is no room the row stays as it is; what is left is then what the statement saw when it began.
      const take = Effect.fn("LimitRepo.take")(({ endsIn, key, limit, needed, window }: Take) => {
        const hash = createHash("sha256").update(key).digest("base64url")
        return decode(sql`
        WITH asked (key, period, needed, most, ends_at) AS (
          VALUES (${hash}::text, ${window}::bigint, ${needed}::integer, ${limit}::integer,
            now() + ${Math.ceil(endsIn)}::double precision * interval '1 millisecond')
        ), given AS (
          INSERT INTO rate_limit_windows AS w (key, period, used, given, ends_at)
          SELECT key, period, needed + (most - needed) / ${ahead}::integer, needed + (most - needed) / ${ahead}::integer, ends_at
          FROM asked WHERE needed <= most
          ON CONFLICT (key, period) DO UPDATE SET
            used = w.used + ${needed}::integer + (${limit}::integer - w.used - ${needed}::integer) / ${ahead}::integer,
            given = ${needed}::integer + (${limit}::integer - w.used - ${needed}::integer) / ${ahead}::integer
          WHERE w.used + ${needed}::integer <= ${limit}::integer
          RETURNING given, used
        )
        SELECT coalesce(given.given, 0) AS units, greatest(0, asked.most - coalesce(given.used, before.used, 0)) AS left
        FROM asked LEFT JOIN given ON true
        LEFT JOIN rate_limit_windows AS before ON before.key = asked.key AND before.period = asked.period AND given.used IS NULL`)
      })

      const prune: Effect.Effect<void, DatabaseError> = decodeCount(sql`
      WITH gone AS (
        DELETE FROM rate_limit_windows WHERE (key, period) IN (
          SELECT key, period FROM rate_limit_windows WHERE ends_at < now() - interval '5 seconds'
          ORDER BY ends_at LIMIT ${atOnce} FOR UPDATE SKIP LOCKED
        ) RETURNING 1
      )
      SELECT count(*)::integer AS count FROM gone`).pipe(
        Effect.flatMap((found) => (found?.count ?? 0) < atOnce ? Effect.void : prune),
        Effect.withSpan("LimitRepo.prune")
      )
      yield* loop("rate limit windows", "30 seconds", prune)

      return {
        take: (asked) =>
          take(asked).pipe(
            Effect.timeoutOrElse({ duration: timeout, orElse: () => Effect.fail("unavailable" as const) }),
            Effect.flatMap((taken) => taken === undefined ? Effect.fail("unavailable" as const) : Effect.succeed(taken)),
            Effect.mapError(() => "unavailable" as const)
          )
      }
    })
  )

const atOnce = 1000
