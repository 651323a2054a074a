import { Effect } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { readFileSync } from "node:fs"
import { splitStatements } from "../../database/SqlScript.ts"

/**
 * Gives the connected database what one on Supabase has (see supabase.sql), so that the same migrations, policies and triggers run there.
 * Safe to run again and beside others on the same server. Needs a superuser.
 */
export const installSupabase = Effect.gen(function*() {
  const sql = yield* SqlClient
  yield* sql.withTransaction(Effect.gen(function*() {
    // Roles belong to the whole server: databases being set up at the same time would create them twice.
    yield* sql`LOCK TABLE pg_catalog.pg_authid IN SHARE ROW EXCLUSIVE MODE`
    yield* Effect.forEach(statements(), (statement) => sql.unsafe(statement), { discard: true })
  }))
}).pipe(Effect.withSpan("installSupabase"))

const statements = () => splitStatements(readFileSync(new URL("./supabase.sql", import.meta.url), "utf8"))
