import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { execFile } from "node:child_process"
import { readdirSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { cloneDatabase, ensureTemplate } from "../support/cluster.ts"
import { migrationsDirectory, TestDatabase } from "../support/TestDatabase.ts"

const script = fileURLToPath(new URL("../../scripts/migrate.ts", import.meta.url))

const migrate = (args: ReadonlyArray<string>, environment: Readonly<Record<string, string>> = {}) =>
  Effect.callback<{ readonly code: unknown; readonly out: string; readonly err: string }>((resume) => {
    execFile(
      process.execPath,
      [script, ...args],
      { env: environment },
      (error, out, err) => resume(Effect.succeed({ code: error === null ? 0 : error.code, out, err }))
    )
  })

const files = readdirSync(migrationsDirectory).map((name) => name.slice(0, -4))

describe("npm run migrate", () => {
  it.effect("says what it would do, does it, and finds nothing more to do", () =>
    Effect.gen(function*() {
      const database = { DATABASE_URL: Redacted.value((yield* TestDatabase).url) }
      for (const args of [["--dry-run"], []]) {
        const { code, err, out } = yield* migrate(args, database)
        assert.deepStrictEqual([code, err], [0, ""])
        for (const file of files) assert.include(out, file)
      }
      for (const args of [[], ["--dry-run"]]) {
        assert.deepStrictEqual(yield* migrate(args, database), { code: 0, err: "", out: "The database is up to date.\n" })
      }
    }).pipe(Effect.provide(TestDatabase.layerUnmigrated)))

  it.effect("says what a plain PostgreSQL lacks, and gives it that when asked", () =>
    Effect.scoped(Effect.gen(function*() {
      const { url } = yield* cloneDatabase({ template: yield* ensureTemplate("empty", () => Effect.void) })
      const address = ["--database-url", Redacted.value(url)]
      const refused = yield* migrate(address)
      assert.strictEqual(refused.code, 1)
      assert.match(refused.err, /^\d{4}_\w+, statement \d+: .* does not exist\n.* run again with --with-supabase-schema\.\n/m)
      const done = yield* migrate([...address, "--with-supabase-schema"])
      assert.deepInclude(done, { code: 0, err: "" })
      assert.include(done.out, "0009_create_auth_user_trigger")
    })))

  it.effect("says what is wrong with the address, without the password", () =>
    Effect.gen(function*() {
      for (const args of [[], ["--database-url", "confidential"], ["--database-url", "https://confidential@example.com"]]) {
        const { code, err, out } = yield* migrate(args)
        assert.deepStrictEqual([code, out], [1, ""])
        assert.strictEqual(err, "DATABASE_URL or --database-url must be postgresql://user:password@host:5432/database.\n")
      }
      const closed = yield* migrate(["--database-url", "postgresql://me:confidential@127.0.0.1:1/none"])
      assert.strictEqual(closed.code, 1)
      assert.include(closed.err, "PostgreSQL at 127.0.0.1:1/none: connect ECONNREFUSED")
      assert.notInclude(closed.err + closed.out, "confidential")
    }))
})
