import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Console, Effect, FileSystem, Layer, Redacted } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import * as Database from "../src/database/Database.ts"
import { Migrator } from "../src/database/Migrator.ts"
import { EmbeddedPostgres } from "../src/sandbox/postgres/EmbeddedPostgres.ts"
import { installSupabase } from "../src/sandbox/postgres/Supabase.ts"

/** `npm run schema:dump` writes to `test/migrations/schema.sql` what the migrations add up to, on a database made for it. */
export const schemaFile = fileURLToPath(new URL("../test/migrations/schema.sql", import.meta.url))

/** The schema `public` of the connected database as text, the same for the same schema. */
export const describeSchema = Effect.gen(function*() {
  const sql = yield* SqlClient
  const rows = yield* sql.withTransaction(Effect.andThen(
    sql`SET LOCAL search_path = public`,
    sql.unsafe<{ part: number; object: string; statement: string }>(query())
  ))
  const lines = rows.map(({ object, part, statement }, index) => {
    const before = rows[index - 1]
    return `${before?.part === part && (before.object === object || part === 4) ? "" : "\n"}${statement};\n`
  })
  return `-- What the migrations add up to. Written by npm run schema:dump: run it after a change of migrations/.\n${
    lines.join("")
  }`
})

const query = () => readFileSync(new URL("./dump-schema.sql", import.meta.url), "utf8")

const dump = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const server = yield* EmbeddedPostgres
  const text = yield* Effect.gen(function*() {
    yield* installSupabase
    yield* Effect.flatMap(Migrator, (migrator) => migrator.migrate)
    return yield* describeSchema
  }).pipe(Effect.provide(
    Migrator.layer(fileURLToPath(new URL("../migrations", import.meta.url))).pipe(
      Layer.provideMerge(Database.writeLayer(Database.localOptions(Redacted.value(server.url))))
    )
  ))
  yield* fs.writeFileString(schemaFile, text)
  yield* Console.log(`Wrote ${schemaFile}`)
})

if (import.meta.main) {
  Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    const dataDir = yield* fs.makeTempDirectoryScoped({ prefix: "dump-schema-" })
    yield* Effect.provide(dump, EmbeddedPostgres.layer({ dataDir, durable: false }))
  }).pipe(Effect.scoped, Effect.provide(NodeServices.layer), NodeRuntime.runMain)
}
