import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, it } from "@effect/vitest"
import { Effect, FileSystem, Layer, Redacted, References } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { execFile } from "node:child_process"
import { existsSync } from "node:fs"
import * as Database from "../../src/database/Database.ts"
import { Migrator } from "../../src/database/Migrator.ts"
import { installSupabase } from "../../src/sandbox/postgres/Supabase.ts"
import { findings } from "../alignment/support.ts"
import { insertExamples } from "../database/exampleRows.ts"
import { InstalledPostgres, installedPostgres, programs } from "../support/InstalledPostgres.ts"
import { migrationsDirectory } from "../support/TestDatabase.ts"

const version = [18, 17, 16, 15].find((each) =>
  existsSync(`${programs(each)}/pg_restore`) && existsSync(`${programs(each)}/postgres`)
)
if (version === undefined) console.log("No PostgreSQL with pg_dump is installed: back-up and restore are not tried.")

const run = (program: string, ...flags: ReadonlyArray<string>) =>
  Effect.promise(() =>
    new Promise<void>((resolve, reject) => {
      execFile(`${programs(version ?? 0)}/${program}`, flags, (error) => {
        if (error === null) resolve()
        else reject(error)
      })
    })
  )

const migrator = Migrator.layer(migrationsDirectory)

/** Every row of every table of ours, and the history of migrations. */
const everything = Effect.gen(function*() {
  const sql = yield* SqlClient
  const tables = yield* sql<{ name: string }>`
    SELECT schemaname || '.' || tablename AS name FROM pg_tables
    WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1`
  return yield* Effect.forEach(tables, ({ name }) =>
    Effect.map(
      sql<{ row: string }>`SELECT t::text AS row FROM ${sql.literal(name)} AS t ORDER BY 1`,
      (rows) => [name, rows.map(({ row }) => row)] as const
    ))
})

it.live.skipIf(version === undefined)(
  "a dump, restored as docs/backup.md says, is the same database: rows, history, schema and policies",
  () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const url = Redacted.value((yield* InstalledPostgres).url)
      const restored = url.replace(/postgres$/, "analytics_restored")
      const dump = `${yield* fs.makeTempDirectoryScoped({ prefix: "backup-" })}/analytics.dump`
      yield* installSupabase
      yield* Effect.flatMap(Migrator, ({ migrate }) => migrate).pipe(Effect.provide(migrator))
      yield* insertExamples
      const before = yield* everything
      assert.isAbove(before.filter(([, rows]) => rows.length > 0).length, 20)

      yield* run("pg_dump", "--format=custom", "--no-owner", `--file=${dump}`, url)
      yield* run("createdb", `--maintenance-db=${url}`, "analytics_restored")
      yield* run("pg_restore", "--exit-on-error", "--no-owner", `--dbname=${restored}`, dump)

      yield* Effect.gen(function*() {
        assert.deepStrictEqual(yield* everything, before)
        assert.deepStrictEqual(yield* findings, [])
        assert.isEmpty(yield* Effect.flatMap(Migrator, ({ pending }) => pending).pipe(Effect.provide(migrator)))
      }).pipe(Effect.provide(Database.layer(Database.localOptions(restored))))
    }).pipe(
      Effect.scoped,
      Effect.provideService(References.MinimumLogLevel, "Error"),
      Effect.provide(installedPostgres(version ?? 0).pipe(Layer.provideMerge(NodeServices.layer)))
    ),
  120_000
)
