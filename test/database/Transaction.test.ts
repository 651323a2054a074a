import { assert, layer } from "@effect/vitest"
import { Cause, Effect, Exit, Layer } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { available } from "../../src/database/Rows.ts"
import { Transaction, transactional } from "../../src/database/Transaction.ts"
import { TestDatabase } from "../support/TestDatabase.ts"

layer(Transaction.layer.pipe(Layer.provideMerge(TestDatabase.layer)))("a transaction", (it) => {
  it.effect("whose connection dies is DatabaseUnavailable and nothing else, though its ROLLBACK fails too", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const transaction = yield* Transaction
      const lost = available("profiles")(sql`SELECT pg_terminate_backend(pg_backend_pid())`)
      for (const run of [transaction.run(lost), available("profiles")(transactional(sql)(lost))]) {
        const exit = yield* Effect.exit(run)
        assert(Exit.isFailure(exit))
        assert.lengthOf(exit.cause.reasons, 1)
        assert.strictEqual(
          Exit.findErrorOption(exit).pipe((found) => found._tag === "Some" ? found.value._tag : ""),
          "DatabaseUnavailable"
        )
      }
    }))

  it.effect("that is interrupted while its connection dies stays an interruption", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const transaction = yield* Transaction
      const exit = yield* Effect.exit(
        transaction.run(Effect.andThen(Effect.exit(sql`SELECT pg_terminate_backend(pg_backend_pid())`), Effect.interrupt))
      )
      assert(Exit.isFailure(exit))
      assert.isTrue(Cause.hasInterruptsOnly(exit.cause))
    }))
})
