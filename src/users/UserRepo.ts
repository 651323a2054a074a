import { Context, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import type { Fragment } from "effect/sql/Statement"
import type * as Column from "../database/Column.ts"
import { ReadSql } from "../database/Database.ts"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { available, row } from "../database/Rows.ts"
import { transactional } from "../database/Transaction.ts"
import { AuthUser } from "./AuthUser.ts"
import { Me, type MeChange } from "./Me.ts"
import type { UserId } from "./UserId.ts"
import { type SubscriptionTier, UserProfile } from "./UserProfile.ts"
import { defaults, Notifications, Preferences, Privacy } from "./UserSettings.ts"

export const AccountRow = Schema.Struct({
  id: AuthUser.fields.id,
  role: UserProfile.fields.role,
  status: UserProfile.fields.status,
  tier: UserProfile.fields.subscription_tier,
  banned_until: AuthUser.fields.banned_until,
  deleted_at: AuthUser.fields.deleted_at
})
export type AccountRow = typeof AccountRow.Type

export interface SubscriptionChange {
  readonly tier: typeof SubscriptionTier.Type
  /** Null: without an end. */
  readonly expiresAt: Column.Instant | null
}

/** What is set and what goes back to its default. */
export interface JsonChange {
  readonly set: Readonly<Record<string, unknown>>
  readonly cleared: ReadonlyArray<string>
}

/** All SQL of `auth_users` and `user_profiles`. */
export class UserRepo extends Context.Service<UserRepo, {
  findAccount(id: UserId): Effect.Effect<AccountRow | undefined, DatabaseError>
  /** Creates what is missing of a user; what is there stays. */
  insertMissing(user: typeof AuthUser.insert.Encoded, at: Column.Instant): Effect.Effect<void, DatabaseError>
  /** Whether Supabase still has the session; undefined where the database keeps no sessions. */
  sessionOpen(id: string): Effect.Effect<boolean | undefined, DatabaseError>
  recordSignIn(user: UserId, at: Column.Instant): Effect.Effect<void, DatabaseError>
  findMe(user: UserId): Effect.Effect<Me | undefined, DatabaseError>
  /** What is given is written, what is absent stays. */
  updateMe(user: UserId, change: MeChange, at: Column.Instant): Effect.Effect<Me | undefined, DatabaseError>
  findPreferences: FindSettings<typeof Preferences.Type>
  updatePreferences: UpdateSettings<typeof Preferences.Type>
  findNotifications: FindSettings<typeof Notifications.Type>
  updateNotifications: UpdateSettings<typeof Notifications.Type>
  findPrivacy: FindSettings<typeof Privacy.Type>
  updatePrivacy(user: UserId, change: Partial<typeof Privacy.Type>, at: Column.Instant): Effect.Effect<
    typeof Privacy.Type | undefined,
    DatabaseError
  >
  /** The plan, and until when it is paid for. */
  updateSubscription(user: UserId, subscription: SubscriptionChange, at: Column.Instant): Effect.Effect<void, DatabaseError>
  updateStanding(user: UserId, change: Partial<Pick<AccountRow, "role" | "status">>, at: Column.Instant): Effect.Effect<
    void,
    DatabaseError
  >
  /** Keeps whoever writes rows of the user waiting until the transaction ends: call it before `erase` and all that goes with it. */
  lock(user: UserId): Effect.Effect<void, DatabaseError>
  /** Leaves of a user that there was one: no address, no metadata, settings as at the start. */
  erase(user: UserId, at: Column.Instant): Effect.Effect<void, DatabaseError>
}>()("analytics-following/users/UserRepo") {
  static readonly layer = Layer.effect(
    UserRepo,
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const inTransaction = transactional(sql)
      const read = yield* ReadSql
      const decodeAccount = row("user_profiles", AccountRow)
      const decodeFlag = row("auth.sessions", Schema.Struct({ found: Schema.Boolean }))
      const decodeMe = row("user_profiles", Me)
      const decodePrivacy = row("user_profiles", Privacy)
      const keepsSessions = yield* Effect.cached(decodeFlag(read`
        SELECT coalesce(has_table_privilege(to_regclass('auth.sessions'), 'SELECT'), false) AS found`))

      const findAccount = (id: UserId) =>
        decodeAccount(read`
          SELECT u.id, p.role, p.status, p.subscription_tier AS tier, u.banned_until, u.deleted_at
          FROM auth_users AS u JOIN user_profiles AS p ON p.user_id = u.id
          WHERE u.id = ${id}`)

      const insertMissing = Effect.fn("UserRepo.insertMissing")((user: typeof AuthUser.insert.Encoded, at: Column.Instant) =>
        available("auth_users")(inTransaction(Effect.gen(function*() {
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

      const recordSignIn = Effect.fn("UserRepo.recordSignIn")((user: UserId, at: Column.Instant) =>
        Effect.asVoid(
          available("user_profiles")(sql`
          UPDATE user_profiles SET last_login_at = ${at}, last_activity_at = ${at}, login_count = login_count + 1
          WHERE user_id = ${user}`)
        )
      )

      const meColumns = sql.literal(
        Object.keys(Me.fields).map((name) => name in UserProfile.fields && name !== "id" ? `p.${name}` : `u.${name}`).join(", ")
      )

      const selectMe = (profiles: Fragment, user: UserId) =>
        sql`SELECT ${meColumns} FROM ${profiles} AS p JOIN auth_users AS u ON u.id = p.user_id WHERE u.id = ${user}`

      const findMe = Effect.fn("UserRepo.findMe")((user: UserId) => decodeMe(read`${selectMe(read`user_profiles`, user)}`))

      const updateMe = Effect.fn("UserRepo.updateMe")((user: UserId, change: MeChange, at: Column.Instant) =>
        decodeMe(sql`
          WITH changed AS (
            UPDATE user_profiles SET ${sql.update({ ...change, updated_at: at })} WHERE user_id = ${user} RETURNING *
          ) ${selectMe(sql`changed`, user)}`)
      )

      /** A `jsonb` column that keeps what differs from the defaults. */
      const jsonSettings = <A>(column: string, schema: Schema.Decoder<A>, fallback: object) => {
        const decode = row("user_profiles", Schema.Struct({ [column]: schema }))
        const name = sql.literal(column)
        const settings = sql`${JSON.stringify(fallback)}::jsonb || ${name} AS ${name}`
        const taken = Effect.map((found: Readonly<Record<string, A>> | undefined) => found?.[column])
        return {
          find: (user: UserId) => taken(decode(read`SELECT ${settings} FROM user_profiles WHERE user_id = ${user}`)),
          update: (user: UserId, { cleared, set }: JsonChange, at: Column.Instant) =>
            taken(decode(sql`
              UPDATE user_profiles SET ${name} = (${name} - ${cleared}::text[]) || ${
              JSON.stringify(set)
            }::jsonb, updated_at = ${at}
              WHERE user_id = ${user} RETURNING ${settings}`))
        }
      }
      const preferences = jsonSettings("preferences", Preferences, defaults.preferences)
      const findPreferences = preferences.find
      const updatePreferences = preferences.update
      const notifications = jsonSettings("notification_preferences", Notifications, defaults.notifications)
      const findNotifications = notifications.find
      const updateNotifications = notifications.update

      const privacyColumns = sql.literal(Object.keys(Privacy.fields).join(", "))

      const findPrivacy = (user: UserId) =>
        decodePrivacy(read`SELECT ${privacyColumns} FROM user_profiles WHERE user_id = ${user}`)

      const updatePrivacy = (user: UserId, change: Partial<typeof Privacy.Type>, at: Column.Instant) =>
        decodePrivacy(sql`
          UPDATE user_profiles SET ${
          sql.update({ ...change, updated_at: at })
        } WHERE user_id = ${user} RETURNING ${privacyColumns}`)

      const updateSubscription = Effect.fn("UserRepo.updateSubscription")((
        user: UserId,
        { expiresAt, tier }: SubscriptionChange,
        at: Column.Instant
      ) =>
        Effect.asVoid(
          available("user_profiles")(sql`
          UPDATE user_profiles SET subscription_tier = ${tier}, subscription_expires_at = ${expiresAt}, updated_at = ${at}
          WHERE user_id = ${user}`)
        )
      )

      const updateStanding = Effect.fn("UserRepo.updateStanding")((
        user: UserId,
        change: Partial<Pick<AccountRow, "role" | "status">>,
        at: Column.Instant
      ) =>
        Effect.asVoid(
          available("user_profiles")(sql`
          UPDATE user_profiles SET ${sql.update({ ...change, updated_at: at })} WHERE user_id = ${user}`)
        )
      )

      const lock = Effect.fn("UserRepo.lock")((user: UserId) =>
        Effect.asVoid(available("auth_users")(sql`SELECT id FROM auth_users WHERE id = ${user} FOR UPDATE`))
      )

      const erase = Effect.fn("UserRepo.erase")((user: UserId, at: Column.Instant) =>
        available("auth_users")(inTransaction(Effect.gen(function*() {
          yield* sql`
            UPDATE auth_users SET email = NULL, email_confirmed_at = NULL, phone = NULL, app_metadata = '{"erased": true}', user_metadata = '{}',
              last_sign_in_at = NULL, deleted_at = ${at}, updated_at = ${at}
            WHERE id = ${user}`
          yield* sql`DELETE FROM user_profiles WHERE user_id = ${user}`
          yield* sql`INSERT INTO user_profiles (user_id, created_at, updated_at) VALUES (${user}, ${at}, ${at})`
        })))
      )

      return {
        findAccount,
        insertMissing,
        sessionOpen,
        recordSignIn,
        findMe,
        updateMe,
        findPreferences,
        updatePreferences,
        findNotifications,
        updateNotifications,
        findPrivacy,
        updatePrivacy,
        updateStanding,
        updateSubscription,
        lock,
        erase
      }
    })
  )
}

type FindSettings<A> = (user: UserId) => Effect.Effect<A | undefined, DatabaseError>
type UpdateSettings<A> = (user: UserId, change: JsonChange, at: Column.Instant) => Effect.Effect<A | undefined, DatabaseError>
