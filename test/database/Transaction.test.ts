import { assert, layer } from "@effect/vitest"
import { Cause, Effect, Exit, Layer } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { ReadSql } from "../../src/database/Database.ts"
import { available } from "../../src/database/Rows.ts"
import { Transaction, transactional } from "../../src/database/Transaction.ts"
import { TestDatabase } from "../support/TestDatabase.ts"

layer(Transaction.layer.pipe(Layer.provideMerge(TestDatabase.layer)))("a transaction", (it) => {
  it.effect("whose connection dies is DatabaseUnavailable and nothing else, though its ROLLBACK or RELEASE fails too", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const transaction = yield* Transaction
      const lost = available("profiles")(sql`SELECT pg_terminate_backend(pg_backend_pid())`)
      const lostUnnoticed = Effect.asVoid(Effect.exit(lost))
      for (
        const run of [
          transaction.run(Effect.asVoid(lost)),
          available("profiles")(transactional(sql)(Effect.asVoid(lost))),
          transaction.run(lostUnnoticed),
          transaction.run(transaction.run(lostUnnoticed))
        ]
      ) {
        const exit = yield* Effect.exit(run)
        assert(Exit.isFailure(exit))
        assert.lengthOf(exit.cause.reasons, 1)
        assert.strictEqual(
          Exit.findErrorOption(exit).pipe((found) => found._tag === "Some" ? found.value._tag : ""),
          "DatabaseUnavailable"
        )
      }
    }))

  it.effect("is seen from inside by both clients, at any depth, and by neither after it failed", () =>
    Effect.gen(function*() {
      const [sql, read] = [yield* SqlClient, yield* ReadSql]
      const transaction = yield* Transaction
      const seen = read`SELECT id FROM auth_users`
      const insert = sql`INSERT INTO auth_users (id) VALUES (gen_random_uuid())`
      const exit = yield* Effect.exit(transaction.run(Effect.gen(function*() {
        yield* insert
        assert.lengthOf(yield* seen, 1)
        yield* transaction.run(insert)
        assert.lengthOf(yield* seen, 2)
        yield* Effect.exit(transaction.run(Effect.andThen(insert, Effect.fail("inner"))))
        assert.lengthOf(yield* Effect.all([seen, seen], { concurrency: 2 }).pipe(Effect.map(([one]) => one)), 2)
        return yield* Effect.fail("outer")
      })))
      assert.isTrue(Exit.isFailure(exit))
      assert.lengthOf(yield* seen, 0)
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
