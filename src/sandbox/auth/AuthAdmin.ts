import { Effect } from "effect"
import type { SqlClient } from "effect/sql/SqlClient"

/**
 * Runs a write in a transaction with the rights of Supabase's auth server, which has none in public: a trigger on auth.users that works
 * here works there.
 */
export const asAuthAdmin = <A, E, R>(sql: SqlClient, write: Effect.Effect<A, E, R>) =>
  sql.withTransaction(Effect.andThen(sql`SET LOCAL ROLE supabase_auth_admin`, write))
