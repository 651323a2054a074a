import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Layer, Redacted } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Database from "../../src/database/Database.ts"
import { Migrator } from "../../src/database/Migrator.ts"
import { cloneDatabase, ensureTemplate } from "../support/cluster.ts"
import { migrationsDirectory, migratorLayer, TestDatabase } from "../support/TestDatabase.ts"

const first = { "0001_create_a.sql": "CREATE TABLE a (id int);\n" }
const two = { ...first, "0002_create_b.sql": "CREATE TABLE b (id int);\nINSERT INTO b VALUES (1), (2);\n" }

describe("the migrator", () => {
  it.effect("applies the files of this project once", () =>
    Effect.gen(function*() {
      const files = readdirSync(migrationsDirectory).sort().map((name) => name.slice(0, -4))
      const migrator = yield* Migrator
      assert.deepStrictEqual(names(yield* migrator.pending), files)
      assert.deepStrictEqual(names(yield* migrator.migrate), files)
      assert.deepStrictEqual(names(yield* migrator.pending), [])
      assert.deepStrictEqual(names(yield* migrator.migrate), [])
    }).pipe(Effect.provide(Layer.provideMerge(migratorLayer(), TestDatabase.layerUnmigrated))))

  it.effect("applies what is new and leaves the rest", () =>
    withDatabase((on) =>
      Effect.gen(function*() {
        assert.deepStrictEqual(names(yield* on(first).migrate), ["0001_create_a"])
        assert.deepStrictEqual(names(yield* on(two).pending), ["0002_create_b"])
        assert.deepStrictEqual(names(yield* on(two).migrate), ["0002_create_b"])
        assert.strictEqual(yield* on.count("b"), 2)
      })
    ))

  it.effect("applies each file once when several start together", () =>
    withDatabase((on) =>
      Effect.gen(function*() {
        const applied = yield* Effect.all([on(two).migrate, on(two).migrate, on(two).migrate], { concurrency: 3 })
        assert.sameMembers(applied.flatMap(names), ["0001_create_a", "0002_create_b"])
        assert.strictEqual(yield* on.count("b"), 2)
      })
    ))

  it.effect("refuses a file that was changed after it was applied, and runs nothing", () =>
    withDatabase((on) =>
      Effect.gen(function*() {
        yield* on(first).migrate
        const changed = { ...two, "0001_create_a.sql": `${first["0001_create_a.sql"]}-- a word more\n` }
        const refused = yield* Effect.flip(on(changed).migrate)
        assert.deepInclude({ ...refused }, { _tag: "HistoryMismatch", id: 1, reason: "changed_after_applying" })
        assert.include(refused.message, "0001_create_a")
        assert.isUndefined(yield* on.count("b"))
      })
    ))

  it.effect("refuses a database that is ahead of the files", () =>
    withDatabase((on) =>
      Effect.gen(function*() {
        yield* on(two).migrate
        for (const refused of [yield* Effect.flip(on(first).pending), yield* Effect.flip(on(first).migrate)]) {
          assert.deepInclude({ ...refused }, { _tag: "HistoryMismatch", id: 2, reason: "applied_but_no_file" })
        }
      })
    ))

  it.effect("refuses a history with a hole", () =>
    withDatabase((on) =>
      Effect.gen(function*() {
        yield* on(two).migrate
        yield* on.run("DELETE FROM schema_migrations WHERE id = 1")
        const refused = yield* Effect.flip(on(two).migrate)
        assert.deepInclude({ ...refused }, { _tag: "HistoryMismatch", id: 2, reason: "out_of_order" })
      })
    ))

  it.effect.each([
    ["with a gap", { ...first, "0003_create_c.sql": "" }],
    ["that share a number", { ...first, "0001_create_b.sql": "" }],
    ["whose name says nothing", { "0001.sql": "" }]
  ])("refuses files %s", ([, files]) =>
    withDatabase((on) =>
      Effect.gen(function*() {
        const refused = yield* Effect.flip(on(files as Record<string, string>).pending)
        assert.strictEqual(refused._tag, "MigrationFilesInvalid")
      })
    ))

  it.effect("leaves no trace of a file that fails, keeps those before it, and goes on once it is mended", () =>
    withDatabase((on) =>
      Effect.gen(function*() {
        const third = "0003_create_c.sql"
        const failing = { ...two, [third]: "CREATE TABLE c (id int);\nINSERT INTO b VALUES (3);\nSELECT 1 / 0;\n" }
        const failed = yield* Effect.flip(on(failing).migrate)
        assert.deepInclude({ ...failed }, { _tag: "MigrationFailed", name: "0003_create_c", statement: 3, code: "22012" })
        assert.include(failed.message, "division by zero")
        assert.strictEqual(yield* on.count("b"), 2)
        assert.isUndefined(yield* on.count("c"))
        assert.deepStrictEqual(names(yield* on(failing).pending), ["0003_create_c"])
        assert.deepStrictEqual(names(yield* on({ ...two, [third]: "CREATE TABLE c (id int);" }).migrate), ["0003_create_c"])
      })
    ))

  it.effect("runs a file outside a transaction when its first line says so", () =>
    withDatabase((on) =>
      Effect.gen(function*() {
        const index = "CREATE INDEX CONCURRENTLY b_id_idx ON b (id);\n"
        const failed = yield* Effect.flip(on({ ...two, "0003_index_b.sql": index }).migrate)
        assert.deepInclude({ ...failed }, { _tag: "MigrationFailed", code: "25001" })
        const marked = { ...two, "0003_index_b.sql": `-- migrate: no transaction\n${index}` }
        assert.deepStrictEqual(names(yield* on(marked).migrate), ["0003_index_b"])
        assert.deepStrictEqual(names(yield* on(marked).migrate), [])
      })
    ))

  it.effect("runs a file outside a transaction once when several start together", () =>
    withDatabase((on) =>
      Effect.gen(function*() {
        const marked = {
          ...two,
          "0003_index_b.sql": "-- migrate: no transaction\nCREATE INDEX CONCURRENTLY b_id_idx ON b (id);\n"
        }
        const applied = yield* Effect.all([on(marked).migrate, on(marked).migrate, on(marked).migrate], { concurrency: 3 })
        assert.sameMembers(applied.flatMap(names), ["0001_create_a", "0002_create_b", "0003_index_b"])
      })
    ))

  it.effect("lets a file take longer than the pool lets a statement", () =>
    withDatabase((on) =>
      Effect.gen(function*() {
        const slow = "SELECT set_config('analytics_following.timeout', current_setting('statement_timeout'), false);\n"
        yield* on({ "0001_read_timeout.sql": `CREATE TABLE timeout AS ${slow}` }).migrate
        assert.strictEqual(yield* on.value("SELECT set_config AS value FROM timeout"), "0")
        yield* on({
          "0001_read_timeout.sql": `CREATE TABLE timeout AS ${slow}`,
          "0002_read_again.sql": `-- migrate: no transaction\nCREATE TABLE timeout_outside AS ${slow}`
        }).migrate
        assert.strictEqual(yield* on.value("SELECT set_config AS value FROM timeout_outside"), "0")
      })
    ))

  it.effect("records every file as applied, without running it, as a baseline", () =>
    withDatabase((on) =>
      Effect.gen(function*() {
        assert.deepStrictEqual(names(yield* on(two).baseline), ["0001_create_a", "0002_create_b"])
        assert.isUndefined(yield* on.count("a"))
        assert.deepStrictEqual(names(yield* on(two).migrate), [])
      })
    ))

  it.effect("keeps its history from the roles of the API", () =>
    Effect.gen(function*() {
      yield* Effect.flatMap(Migrator, (migrator) => migrator.migrate)
      const sql = yield* SqlClient
      for (const role of ["anon", "authenticated"]) {
        const seen = yield* Effect.exit(sql.withTransaction(
          Effect.andThen(sql`SELECT set_config('role', ${role}, true)`, sql`SELECT * FROM schema_migrations`)
        ))
        assert.isTrue(Exit.isFailure(seen) || seen.value.length === 0)
      }
    }).pipe(Effect.provide(Layer.provideMerge(migratorLayer(), TestDatabase.layerUnmigrated))))
})

const names = (files: ReadonlyArray<{ readonly name: string }>) => files.map(({ name }) => name)

/** An empty database, and the migrator on it for any set of files: each time with a pool of its own, as a process has. */
const withDatabase = <A, E, R>(use: (on: OnDatabase) => Effect.Effect<A, E, R>) =>
  Effect.scoped(Effect.gen(function*() {
    const template = yield* ensureTemplate("empty", () => Effect.void)
    const { url } = yield* cloneDatabase({ template })
    const options = Database.localOptions(Redacted.value(url), 2)
    const database = Database.writeLayer(options)
    const run = (statement: string) =>
      Effect.flatMap(SqlClient, (sql) => sql.unsafe<{ value: unknown }>(statement)).pipe(Effect.provide(database))
    const value = (statement: string) => Effect.map(run(statement), ([row]) => row?.value)
    return yield* use(Object.assign(migratorOn(database), {
      run,
      value,
      count: Effect.fnUntraced(function*(table: string) {
        const present = yield* value(`SELECT to_regclass('${table}') IS NOT NULL AS value`)
        return present === true ? yield* value(`SELECT count(*) AS value FROM ${table}`) : undefined
      })
    }))
  }))

type OnDatabase = ReturnType<typeof migratorOn> & {
  run(statement: string): Effect.Effect<unknown, unknown>
  /** The column `value` of the first row. */
  value(statement: string): Effect.Effect<unknown, unknown>
  /** Undefined where there is no such table. */
  count(table: string): Effect.Effect<unknown, unknown>
}

const migratorOn = (database: ReturnType<typeof Database.writeLayer>) => (files: Readonly<Record<string, string>>) => {
  const withMigrator = <A, E>(use: (migrator: Migrator["Service"]) => Effect.Effect<A, E>) =>
    Effect.acquireUseRelease(
      Effect.sync(() => {
        const directory = mkdtempSync(join(tmpdir(), "migrations-"))
        for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text)
        return directory
      }),
      (directory) =>
        Effect.flatMap(Migrator, use).pipe(Effect.provide(migratorLayer(directory).pipe(Layer.provide(Layer.fresh(database))))),
      (directory) => Effect.sync(() => rmSync(directory, { recursive: true }))
    )
  return {
    pending: withMigrator((migrator) => migrator.pending),
    migrate: withMigrator((migrator) => migrator.migrate),
    baseline: withMigrator((migrator) => migrator.baseline)
  }
}
