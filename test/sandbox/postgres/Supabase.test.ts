import * as PgClient from "@effect/sql-pg/PgClient"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { readFileSync } from "node:fs"
import { installSupabase } from "../../../src/sandbox/postgres/Supabase.ts"
import { cloneDatabase, ensureTemplate } from "../../support/cluster.ts"

const withDatabase = <A, E, R>(use: (sql: SqlClient) => Effect.Effect<A, E, R>) =>
  Effect.scoped(Effect.gen(function*() {
    const template = yield* ensureTemplate("supabase", (url) => Effect.provide(installSupabase, PgClient.layer({ url })))
    const { url } = yield* cloneDatabase({ template })
    return yield* Effect.flatMap(SqlClient, use).pipe(Effect.provide(PgClient.layer({ url })))
  }))

describe("installSupabase", () => {
  it.effect("can be run again", () =>
    withDatabase(Effect.fnUntraced(function*() {
      yield* installSupabase
    })))

  it.effect("can be run on several databases of a server at once", () =>
    Effect.scoped(Effect.gen(function*() {
      const template = yield* ensureTemplate("empty", () => Effect.void)
      yield* Effect.forEach([1, 2, 3], () =>
        Effect.flatMap(cloneDatabase({ template }), ({ url }) => Effect.provide(installSupabase, PgClient.layer({ url }))), {
        concurrency: 3,
        discard: true
      })
    })))

  it.effect("lets a request see its own rows alone, and the service role all of them", () =>
    withDatabase(Effect.fnUntraced(function*(sql) {
      const [mine, other] = ["6f1c0b0e-0000-4000-8000-000000000001", "6f1c0b0e-0000-4000-8000-000000000002"]
      yield* sql`CREATE TABLE notes (user_id uuid)`
      yield* sql`ALTER TABLE notes ENABLE ROW LEVEL SECURITY`
      yield* sql`CREATE POLICY own ON notes TO authenticated USING (user_id = (SELECT auth.uid()))`
      yield* sql`INSERT INTO notes VALUES (${mine}), (${other})`
      const seenBy = (role: string, claims: string) =>
        sql.withTransaction(Effect.gen(function*() {
          yield* sql`SELECT set_config('request.jwt.claims', ${claims}, true), set_config('role', ${role}, true)`
          return (yield* sql`SELECT user_id FROM notes`).map((row) => row["user_id"])
        }))
      assert.deepStrictEqual(yield* seenBy("authenticated", JSON.stringify({ sub: mine })), [mine])
      assert.deepStrictEqual(yield* seenBy("authenticated", ""), [])
      assert.deepStrictEqual(yield* seenBy("anon", JSON.stringify({ sub: mine })), [])
      assert.lengthOf(yield* seenBy("service_role", ""), 2)
    })))

  it.effect("reads the caller's id, role and e-mail from either form of the claims", () =>
    withDatabase(Effect.fnUntraced(function*(sql) {
      const id = "6f1c0b0e-0000-4000-8000-000000000001"
      const read = Effect.map(
        sql`SELECT auth.uid() AS id, auth.role() AS role, auth.email() AS email, auth.jwt() ->> 'sub' AS sub`,
        (rows) => rows[0]
      )
      assert.deepStrictEqual(yield* read, { id: null, role: null, email: null, sub: null })
      const claims = JSON.stringify({ sub: id, role: "authenticated", email: "a@example.com" })
      const asClaims = sql.withTransaction(Effect.andThen(sql`SELECT set_config('request.jwt.claims', ${claims}, true)`, read))
      assert.deepStrictEqual(yield* asClaims, { id, role: "authenticated", email: "a@example.com", sub: id })
      const asSingle = sql.withTransaction(Effect.andThen(sql`SELECT set_config('request.jwt.claim.sub', ${id}, true)`, read))
      assert.deepStrictEqual(yield* asSingle, { id, role: null, email: null, sub: null })
    })))

  it.effect("keeps auth.users away from the API's roles", () =>
    withDatabase(Effect.fnUntraced(function*(sql) {
      for (const role of ["anon", "authenticated"]) {
        const refused = yield* Effect.flip(
          sql.withTransaction(Effect.andThen(sql`SELECT set_config('role', ${role}, true)`, sql`SELECT * FROM auth.users`))
        )
        assert.strictEqual(refused.reason._tag, "AuthorizationError")
      }
    })))

  it.effect("has pgcrypto and pg_trgm in the schema extensions", () =>
    withDatabase(Effect.fnUntraced(function*(sql) {
      const rows = yield* sql`
        SELECT extensions.similarity('instagram', 'instagrm') > 0.5 AS alike, extensions.crypt('a', 'xx') IS NOT NULL AS hashed`
      assert.deepStrictEqual(rows, [{ alike: true, hashed: true }])
    })))

  const legacySchema = new URL("../../../../shared/legacy/legacy-schema.json", import.meta.url)
  const recorded = (() => {
    try {
      return JSON.parse(readFileSync(legacySchema, "utf8")) as {
        readonly auth: {
          readonly users: ReadonlyArray<{ readonly name: string; readonly type: string; readonly nullable: boolean }>
        }
      }
    } catch {
      return undefined
    }
  })()

  it.effect.skipIf(recorded === undefined)(
    "declares auth.users with the columns, types and order of a live Supabase (skipped where ../shared/legacy is absent)",
    () =>
      withDatabase(Effect.fnUntraced(function*(sql) {
        const columns = yield* sql`
          SELECT attname AS name, format_type(atttypid, atttypmod) AS type, NOT attnotnull AS nullable
          FROM pg_attribute WHERE attrelid = 'auth.users'::regclass AND attnum > 0 ORDER BY attnum`
        assert.deepStrictEqual(columns, recorded?.auth.users.map(({ name, nullable, type }) => ({ name, type, nullable })))
      }))
  )
})
