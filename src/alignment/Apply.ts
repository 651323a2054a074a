import { Effect, Schema } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { splitStatements } from "../database/SqlScript.ts"
import type { Preflight, Step } from "./Finding.ts"

/**
 * Runs the steps of a repair one after the other, each in its own transaction or outside any, giving up on a lock after five seconds so
 * that a waiting repair does not stop the traffic behind it. A step that fails ends the run: those before it stay.
 */
export const applySteps = Effect.fn("applySteps")(function*(steps: ReadonlyArray<Pick<Step, "sql" | "in_transaction">>) {
  const sql = yield* SqlClient
  for (const step of steps) {
    if (step.in_transaction) {
      yield* sql.withTransaction(Effect.gen(function*() {
        yield* sql.unsafe("SET LOCAL lock_timeout = '5s'")
        yield* Effect.forEach(splitStatements(step.sql), (statement) => sql.unsafe(statement), { discard: true })
      }))
    } else yield* sql.unsafe(step.sql)
  }
})

export const PreflightResult = Schema.Struct({ rows: Schema.Int, keys: Schema.Array(Schema.NullOr(Schema.String)) })

/** How many rows stand in the way of a repair, with the primary keys of up to five of them. */
export const runPreflight = (preflight: Preflight): Effect.Effect<typeof PreflightResult.Type, SqlError, SqlClient> =>
  Effect.flatMap(SqlClient, (sql) => Effect.flatMap(sql.unsafe(preflight.sql), (found) => Effect.orDie(decode(found)))).pipe(
    Effect.map(([result]) => result)
  )

const decode = Schema.decodeUnknownEffect(Schema.Tuple([PreflightResult]))
