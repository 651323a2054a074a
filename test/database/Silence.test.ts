import { assert, it, layer } from "@effect/vitest"
import { Duration, Effect, Exit, Layer, Redacted } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import * as Database from "../../src/database/Database.ts"
import { available } from "../../src/database/Rows.ts"
import { Transaction } from "../../src/database/Transaction.ts"
import { tcpProxy } from "../support/tcpProxy.ts"
import { TestDatabase } from "../support/TestDatabase.ts"

layer(TestDatabase.layer, { excludeTestServices: true })("a database that answers nothing and resets nothing", (it) => {
  it.effect("is unavailable, to reads and in transactions, and needs no restart once it answers", () =>
    Effect.gen(function*() {
      const url = new URL(Redacted.value((yield* TestDatabase).url))
      const line = yield* tcpProxy(Number(url.port))
      url.port = String(line.port)
      const options = { ...Database.localOptions(url.href), statementTimeout: Duration.millis(100) }
      yield* Effect.gen(function*() {
        const read = available("profiles")((yield* Database.ReadSql)`SELECT 1`)
        const transaction = Transaction.use(({ run }) =>
          Effect.flatMap(SqlClient, (sql) => run(available("profiles")(sql`SELECT 1`)))
        )
        const both = Effect.all([Effect.exit(read), Effect.exit(transaction)], { concurrency: 2 })
        assert.isTrue((yield* both).every(Exit.isSuccess))
        line.silence()
        for (const exit of yield* both) {
          const error = Exit.findErrorOption(exit)
          assert.strictEqual(error._tag === "Some" ? error.value._tag : error._tag, "DatabaseUnavailable")
        }
        line.open()
        assert.isTrue((yield* both).every(Exit.isSuccess))
      }).pipe(Effect.provide(Transaction.layer.pipe(Layer.provideMerge(Layer.fresh(Database.layer(options))))))
    }))
})

it("a database is waited for where statements may take what they take, as migrations do", () => {
  const options = Database.localOptions("postgresql://127.0.0.1/postgres")
  assert.isDefined(Database.poolOf(options).stream)
  assert.isUndefined(Database.poolOf({ ...options, statementTimeout: Duration.zero }).stream)
})
