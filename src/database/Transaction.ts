import { type Cause, Context, Effect, Layer } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import type { DatabaseError } from "./DatabaseErrors.ts"
import { available } from "./Rows.ts"

/** One database transaction around whatever repos do inside `run`: all of it is stored or nothing is. Never run a vendor call inside. */
export class Transaction extends Context.Service<Transaction, {
  run<A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E | DatabaseError, R>
}>()("analytics-following/database/Transaction") {
  static readonly layer = Layer.effect(
    Transaction,
    Effect.map(SqlClient, (sql) => ({ run: (effect) => available("transaction")(transactional(sql)(effect)) }))
  )
}

/**
 * As the client's own, but what failed inside stays the failure. A connection that dies fails its `ROLLBACK` too, which the client makes
 * a defect and the failure before it with it: a restart of PostgreSQL would answer 500 and end what should be tried again.
 */
export const transactional = (sql: SqlClient) => <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.suspend(() => {
    let inside: Cause.Cause<E> | undefined
    const watched = Effect.onError(effect, (cause) =>
      Effect.sync(() => {
        inside = cause
      }))
    return Effect.catchCause(sql.withTransaction(watched), (cause) => Effect.failCause(inside ?? cause))
  })
