import { Context, Effect, Layer } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import type { DatabaseError } from "./DatabaseErrors.ts"
import { available } from "./Rows.ts"

/** One database transaction around whatever repos do inside `run`: all of it is stored or nothing is. Never run a vendor call inside. */
export class Transaction extends Context.Service<Transaction, {
  run<A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E | DatabaseError, R>
}>()("analytics-following/database/Transaction") {
  static readonly layer = Layer.effect(
    Transaction,
    Effect.map(SqlClient, (sql) => ({ run: (effect) => available("transaction")(sql.withTransaction(effect)) }))
  )
}
