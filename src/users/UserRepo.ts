import { Context, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import type * as Column from "../database/Column.ts"
import { ReadSql } from "../database/Database.ts"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { available, row } from "../database/Rows.ts"
import { AuthUser } from "./AuthUser.ts"
import type { UserId } from "./UserId.ts"
import { UserProfile } from "./UserProfile.ts"

export const AccountRow = Schema.Struct({
  id: AuthUser.fields.id,
  role: UserProfile.fields.role,
  status: UserProfile.fields.status,
  banned_until: AuthUser.fields.banned_until,
  deleted_at: AuthUser.fields.deleted_at
})
export type AccountRow = typeof AccountRow.Type

/** All SQL of `auth_users` and `user_profiles`. */
export class UserRepo extends Context.Service<UserRepo, {
  findAccount(id: UserId): Effect.Effect<AccountRow | undefined, DatabaseError>
  /** Creates what is missing of a user; what is there stays. */
  insertMissing(user: typeof AuthUser.insert.Encoded, at: Column.Instant): Effect.Effect<void, DatabaseError>
  /** Whether Supabase still has the session; undefined where the database keeps no sessions. */
  sessionOpen(id: string): Effect.Effect<boolean | undefined, DatabaseError>
}>()("analytics-following/users/UserRepo") {
  static readonly layer = Layer.effect(
    UserRepo,
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const read = yield* ReadSql
      const decodeAccount = row("user_profiles", AccountRow)
      const decodeFlag = row("auth.sessions", Schema.Struct({ found: Schema.Boolean }))
      const keepsSessions = yield* Effect.cached(decodeFlag(read`
        SELECT coalesce(has_table_privilege(to_regclass('auth.sessions'), 'SELECT'), false) AS found`))

      const findAccount = (id: UserId) =>
        decodeAccount(read`
          SELECT u.id, p.role, p.status, u.banned_until, u.deleted_at
          FROM auth_users AS u JOIN user_profiles AS p ON p.user_id = u.id
          WHERE u.id = ${id}`)

      const insertMissing = Effect.fn("UserRepo.insertMissing")((user: typeof AuthUser.insert.Encoded, at: Column.Instant) =>
        available("auth_users")(sql.withTransaction(Effect.gen(function*() {
          // The address may stand with an account that the auth service has since given up.
          yield* sql`UPDATE auth_users SET email = NULL, updated_at = ${at} WHERE email = ${user.email} AND id <> ${user.id}`
          yield* sql`
            INSERT INTO auth_users (id, email, phone, app_metadata, user_metadata, created_at, updated_at)
            VALUES (${user.id}, ${user.email}, ${user.phone}, ${JSON.stringify(user.app_metadata)}, ${
            JSON.stringify(user.user_metadata)
          }, ${at}, ${at})
            ON CONFLICT (id) DO NOTHING`
          yield* sql`INSERT INTO user_profiles (user_id, created_at, updated_at) VALUES (${user.id}, ${at}, ${at}) ON CONFLICT (user_id) DO NOTHING`
        })))
      )

      const sessionOpen = Effect.fn("UserRepo.sessionOpen")(function*(id: string) {
        if (!(yield* keepsSessions)?.found) return undefined
        const session = yield* decodeFlag(read`
          SELECT EXISTS (SELECT 1 FROM auth.sessions WHERE id = ${id}::uuid AND (not_after IS NULL OR not_after > now())) AS found`)
        return session?.found ?? false
      })

      return { findAccount, insertMissing, sessionOpen }
    })
  )
}
