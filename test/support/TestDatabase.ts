import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import { Context, Effect, Layer, Redacted } from "effect"
import { createHash } from "node:crypto"
import { readdirSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import * as Database from "../../src/database/Database.ts"
import { Migrator } from "../../src/database/Migrator.ts"
import { installSupabase } from "../../src/sandbox/postgres/Supabase.ts"
import { cloneDatabase, ensureTemplate } from "./cluster.ts"

/**
 * A database of its own for a test file: `layer(TestDatabase.layer)((it) => { ... })`. Provides `SqlClient` and `ReadSql` on it, as the
 * superuser, and its address. Tests of one file share it.
 */
export class TestDatabase extends Context.Service<TestDatabase, {
  readonly name: string
  readonly url: Redacted.Redacted<string>
}>()("analytics-following/test/TestDatabase") {
  /** As on Supabase, with every migration applied. */
  static readonly layer = Layer.suspend(() => cloneOf(migratedTemplate()))
  /** As on Supabase, with no migration applied. */
  static readonly layerUnmigrated = Layer.suspend(() => cloneOf(unmigratedTemplate()))
}

export const migrationsDirectory = fileURLToPath(new URL("../../migrations", import.meta.url))

/** The migrator on a folder of migrations, for a test that provides a `SqlClient`. */
export const migratorLayer = (directory = migrationsDirectory) =>
  Migrator.layer(directory).pipe(Layer.provide([NodeFileSystem.layer, NodePath.layer]))

const cloneOf = <E, R>(template: Effect.Effect<string, E, R>) =>
  Layer.unwrap(Effect.gen(function*() {
    const database = yield* cloneDatabase({ template: yield* template })
    return Layer.merge(
      Layer.succeed(TestDatabase, database),
      Database.layer(Database.localOptions(Redacted.value(database.url)))
    )
  }))

const unmigratedTemplate = () =>
  ensureTemplate(
    `supabase_${hashOf([supabaseSql])}`,
    (url) => Effect.provide(installSupabase, Database.writeLayer(Database.localOptions(Redacted.value(url), 2)))
  )

/** Named by what it is built of, so that a migration edited between two runs of watch mode makes another one. */
const migratedTemplate = () =>
  ensureTemplate(
    `migrated_${
      hashOf([supabaseSql, ...readdirSync(migrationsDirectory).sort().map((name) => `${migrationsDirectory}/${name}`)])
    }`,
    (url) =>
      installSupabase.pipe(
        Effect.andThen(Effect.flatMap(Migrator, (migrator) => migrator.migrate)),
        Effect.provide(
          migratorLayer().pipe(
            Layer.provideMerge(Database.writeLayer(Database.localOptions(Redacted.value(url), 2)))
          )
        )
      )
  )

const supabaseSql = fileURLToPath(new URL("../../src/sandbox/postgres/supabase.sql", import.meta.url))

const hashOf = (files: ReadonlyArray<string>) => {
  const hash = createHash("sha256")
  for (const file of files) hash.update(file).update(readFileSync(file))
  return hash.digest("hex").slice(0, 12)
}
