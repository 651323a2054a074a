import { assert, layer } from "@effect/vitest"
import { Effect, Layer, Logger, Redacted, Schema } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import * as Database from "../../src/database/Database.ts"
import { available, row, rows } from "../../src/database/Rows.ts"
import { TestDatabase } from "../support/TestDatabase.ts"

const secret = "confidential_value"

layer(TestDatabase.layer)("rows", (it) => {
  const One = Schema.Struct({ one: Schema.Int })
  const one = rows("numbers", One)

  it.effect("are decoded by the schema of their relation", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      assert.deepStrictEqual(yield* one(sql`SELECT generate_series(1, 2) AS one`), [{ one: 1 }, { one: 2 }])
      assert.deepStrictEqual(yield* row("numbers", One)(sql`SELECT 1 AS one`), { one: 1 })
      assert.isUndefined(yield* row("numbers", One)(sql`SELECT 1 AS one WHERE false`))
    }))

  it.effect.each(
    [
      ["a column", "SELECT absent_column FROM profiles", "absent_column"],
      ["a column of an alias", "SELECT p.absent_column FROM profiles AS p", "p.absent_column"],
      ["a column to write", "UPDATE profiles SET absent_column = 1", "absent_column"],
      ["a table", "SELECT 1 AS one FROM absent_table", "*"],
      ["a function", "SELECT absent_function() AS one", "*"],
      [
        "the key of an upsert",
        "INSERT INTO profiles (username, raw_data) VALUES ('a', '{}') ON CONFLICT (full_name) DO NOTHING",
        "*"
      ]
    ] as const
  )("are a mismatch where the database lacks %s", ([, statement, column]) =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const failed = yield* Effect.flip(one(sql.unsafe(statement)))
      assert(failed._tag === "RowMismatch")
      assert.deepInclude({ ...failed }, { relation: "numbers", column, found: "absent" })
    }))

  it.effect.each(
    [
      [
        "a check",
        `INSERT INTO profiles (username, raw_data) VALUES ('${secret.toUpperCase()}', '{}')`,
        "profiles_username_format"
      ],
      [
        "a key",
        `INSERT INTO profiles (username, raw_data) VALUES ('${secret}', '{}'), ('${secret}', '{}')`,
        "profiles_username_key"
      ],
      ["a reference", "INSERT INTO user_profiles (user_id) VALUES (gen_random_uuid())", "user_profiles_user_id_fkey"],
      ["NOT NULL", `INSERT INTO profiles (username) VALUES ('${secret}')`, "raw_data"],
      ["a type", `SELECT '${secret}'::uuid`, "22P02"],
      ["a number's range", "SELECT 2147483647::integer + 1", "22003"]
    ] as const
  )(
    "are refused by name, and the log has no value, where %s forbids them",
    ([, statement, constraint]) =>
      Effect.gen(function*() {
        const sql = yield* SqlClient
        const { failed, logged } = yield* withLog(one(sql.unsafe(statement)))
        assert(failed._tag === "RowRefused")
        assert.deepInclude({ ...failed }, { relation: "numbers", constraint })
        assert.include(logged, "statement failed")
        assert.notInclude(`${logged}${JSON.stringify({ ...failed })}`.toLowerCase(), secret)
      })
  )

  it.effect.each(
    [
      ["that is no uuid", "SELECT 1 AS one FROM profiles WHERE id = ", secret],
      ["with a zero character", "SELECT 1 AS one FROM profiles WHERE username = ", `${secret}\u0000`]
    ] as const
  )("are refused, not a crash, for a parameter %s", ([, statement, parameter]) =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const { failed, logged } = yield* withLog(one(sql`${sql.literal(statement)} ${parameter}`))
      assert.strictEqual(failed._tag, "RowRefused")
      assert.notInclude(`${logged}${JSON.stringify({ ...failed })}`, secret)
    }))

  it.effect("are unavailable for a statement that takes too long, or may not be run", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const slow = sql.withTransaction(Effect.andThen(sql`SET LOCAL statement_timeout = '50ms'`, sql`SELECT pg_sleep(30)`))
      assert.strictEqual((yield* Effect.flip(one(slow)))._tag, "DatabaseUnavailable")
      const forbidden = sql.withTransaction(Effect.andThen(sql`SET LOCAL ROLE anon`, sql`SELECT username FROM profiles`))
      assert.strictEqual((yield* Effect.flip(one(forbidden)))._tag, "DatabaseUnavailable")
    }))

  const clients = [["writes", SqlClient, Database.ReadSql], ["reads", Database.ReadSql, SqlClient]] as const
  for (const [kind, client, other] of clients) {
    it.effect(`recover when their connection was ended: ${kind}`, () =>
      Effect.gen(function*() {
        const sql = yield* client
        const admin = yield* other
        const backend = rows("pg_stat_activity", Schema.Struct({ pid: Schema.Int }))(sql`SELECT pg_backend_pid() AS pid`)
        const [before] = yield* backend
        yield* admin`SELECT pg_terminate_backend(${before?.pid}, 5000)`
        const outcomes = yield* Effect.forEach([1, 2, 3], () => Effect.result(backend))
        for (const outcome of outcomes) {
          if (outcome._tag === "Failure") assert.strictEqual(outcome.failure._tag, "DatabaseUnavailable")
        }
        const last = outcomes.at(-1)
        assert(last?._tag === "Success")
        assert.notStrictEqual(last.success[0]?.pid, before?.pid)
      }).pipe(Effect.provide(onePool)))

    it.effect(`are unavailable when their connection is ended under way: ${kind}`, () =>
      Effect.gen(function*() {
        const sql = yield* client
        const admin = yield* other
        // Not a bare SELECT, which would be read again on another connection.
        const marker = `WITH late AS (SELECT pg_sleep(30)) SELECT 1 AS one FROM late /* ${kind} */`
        const end = admin`
          SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE query = ${marker} AND state = 'active' AND datname = current_database()`
        const ended = Effect.repeat(Effect.andThen(admin`SELECT pg_sleep(0.02)`, end), { until: (found) => found.length > 0 })
        const [failed] = yield* Effect.all([Effect.flip(one(sql.unsafe(marker))), ended], { concurrency: 2 })
        assert.strictEqual(failed._tag, "DatabaseUnavailable")
        assert.deepStrictEqual(yield* Effect.retry(one(sql`SELECT 1 AS one`), { times: 2 }), [{ one: 1 }])
      }))
  }

  it.effect("are unavailable where no server listens", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      assert.strictEqual((yield* Effect.flip(available("numbers")(sql`SELECT 1`)))._tag, "DatabaseUnavailable")
    }).pipe(Effect.provide(Database.writeLayer(Database.localOptions("postgresql://nobody@127.0.0.1:1/none", 1)))))

  it.effect("survive a column that is added beneath a running service", () =>
    Effect.gen(function*() {
      const admin = yield* SqlClient
      yield* admin`CREATE TABLE growing AS SELECT 1 AS one`
      for (const sql of [yield* SqlClient, yield* Database.ReadSql]) {
        const read = Effect.retry(one(sql`SELECT * FROM growing`), { times: 1 })
        yield* read
        yield* admin`ALTER TABLE growing ADD COLUMN two text`
        assert.deepStrictEqual(yield* read, [{ one: 1 }])
        yield* admin`ALTER TABLE growing DROP COLUMN two`
      }
    }).pipe(Effect.provide(onePool)))
})

/** One connection for writes and one for reads, so that a test knows which it gets. */
const onePool = Layer.unwrap(
  Effect.map(TestDatabase, ({ url }) => Database.layer({ ...Database.localOptions(Redacted.value(url), 1), readConnections: 1 }))
)

const withLog = <A, E, R>(effect: Effect.Effect<A, E, R>) => {
  const lines: Array<string> = []
  return effect.pipe(
    Effect.flip,
    Effect.provide(Logger.layer([Logger.map(Logger.formatJson, (line) => void lines.push(line))])),
    Effect.map((failed) => ({ failed, logged: lines.join("\n") }))
  )
}
