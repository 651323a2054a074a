import { Cause, Clock, Context, Effect, Layer } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { isSqlError, type SqlError } from "effect/sql/SqlError"
import { gauge, histogram, secondsBuckets } from "../observability/Metrics.ts"
import { ReadSql } from "./Database.ts"
import type { DatabaseError } from "./DatabaseErrors.ts"
import { available } from "./Rows.ts"

/**
 * One database transaction around whatever repos do inside `run`: all of it is stored or nothing is, and reads by either client see what
 * was written so far. Never run a vendor call inside.
 */
export class Transaction extends Context.Service<Transaction, {
  run<A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E | DatabaseError, R>
  /** Once the outermost transaction that it is called in is stored, and only then; whoever hangs up meanwhile does not cut it off. */
  afterCommit<R>(effect: Effect.Effect<void, never, R>): Effect.Effect<void, never, R>
}>()("analytics-following/database/Transaction") {
  static readonly layer = Layer.effect(
    Transaction,
    Effect.gen(function*() {
      const watched = yield* watchedTransactions
      const sql = yield* SqlClient
      const read = yield* ReadSql
      const run = transactional(sql)
      return {
        run: (effect) => available("transaction")(watched(run, joined(sql, read)(effect))),
        afterCommit: sql.afterCommit
      }
    })
  )
}

/**
 * As the client's own, but what failed inside stays the failure. A connection that dies fails its `ROLLBACK` too, or the `RELEASE` of a
 * transaction inside another, which the client makes a defect and the failure before it with it: a restart of PostgreSQL would answer 500
 * and end what should be tried again.
 */
export const transactional = (sql: SqlClient) => <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.suspend(() => {
    let inside: Cause.Cause<E> | undefined
    const watched = Effect.onError(effect, (cause) =>
      Effect.sync(() => {
        inside = cause
      }))
    return Effect.catchCause(sql.withTransaction(watched), (cause) => Effect.failCause(inside ?? asFailure(cause)))
  })

/** The driver's own failure, where the client has made a defect of it. */
const asFailure = <E>(cause: Cause.Cause<E | SqlError>): Cause.Cause<E | SqlError> => {
  const [reason] = cause.reasons
  return reason !== undefined && Cause.isDieReason(reason) && isSqlError(reason.defect) ? Cause.fail(reason.defect) : cause
}

/** The clients have a pool each: without this, a read inside would look at the database from outside the transaction. */
const joined = (sql: SqlClient, read: SqlClient) => <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.flatMap(
    Effect.serviceOption(sql.transactionService),
    (connection) => connection._tag === "Some" ? Effect.provideService(effect, read.transactionService, connection.value) : effect
  )

type Transactional = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E | SqlError, R>

/** How many wait for a connection and how many have one, and how long each took: a pool that is too small shows here first. */
const watchedTransactions = Effect.gen(function*() {
  let waiting = 0
  let running = 0
  yield* gauge({
    name: "database_transactions",
    help: "Transactions at the moment: those that wait for a connection of the pool, and those that have one",
    labels: ["state"],
    read: Effect.sync(() => [{ labels: ["waiting"], value: waiting }, { labels: ["running"], value: running }])
  })
  const seconds = yield* histogram({
    name: "database_transaction_seconds",
    help: "What transactions took: to get a connection, and from then to the end",
    labels: ["part"]
  }, secondsBuckets)
  const waits = seconds.cell(["waiting"])
  const runs = seconds.cell(["running"])

  return <A, E, R>(run: Transactional, effect: Effect.Effect<A, E, R>) =>
    Effect.flatMap(Clock.Clock, (clock) => {
      const askedAt = clock.currentTimeMillisUnsafe()
      let begunAt: number | undefined
      waiting++
      const begun = Effect.sync(() => {
        begunAt = clock.currentTimeMillisUnsafe()
        waiting--
        running++
        waits.observe((begunAt - askedAt) / 1000)
      })
      return Effect.ensuring(
        run(Effect.andThen(begun, effect)),
        Effect.sync(() => {
          if (begunAt === undefined) waiting--
          else {
            running--
            runs.observe((clock.currentTimeMillisUnsafe() - begunAt) / 1000)
          }
        })
      )
    })
})
