import { Context, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import * as Column from "../database/Column.ts"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { row, rows } from "../database/Rows.ts"
import { AuthUser } from "../users/AuthUser.ts"
import type { UserId } from "../users/UserId.ts"
import { UserProfile } from "../users/UserProfile.ts"
import { ApiKey } from "./ApiKey.ts"

export type NewApiKey = Pick<ApiKey, "user_id" | "name" | "secret_hash" | "scopes" | "expires_at">

/** A key and the account behind it: the one read of a call with a key, so that it joins the users' tables. */
export const HeldKey = Schema.Struct({
  ...ApiKey.fields,
  email: AuthUser.fields.email,
  banned_until: AuthUser.fields.banned_until,
  deleted_at: AuthUser.fields.deleted_at,
  status: UserProfile.fields.status,
  tier: UserProfile.fields.subscription_tier
})
export type HeldKey = typeof HeldKey.Type

/** All SQL of `api_keys`. */
export class ApiKeyRepo extends Context.Service<ApiKeyRepo, {
  insert(key: NewApiKey, now: Column.Instant): Effect.Effect<ApiKey, DatabaseError>
  /** All of a user's, latest first. */
  list(user: UserId): Effect.Effect<ReadonlyArray<ApiKey>, DatabaseError>
  /** A user's key, held against other changes to the end of the transaction. */
  lock(user: UserId, id: string): Effect.Effect<ApiKey | undefined, DatabaseError>
  /** Holds the user's keys against another `insert` to the end of the transaction; gives how many can be used. */
  countUsable(user: UserId, now: Column.Instant): Effect.Effect<number, DatabaseError>
  update(
    id: string,
    change: Partial<Pick<ApiKey, "name" | "scopes" | "expires_at" | "revoked_at">>,
    now: Column.Instant
  ): Effect.Effect<ApiKey, DatabaseError>
  /** By id alone, with the account behind it. */
  findHeld(id: string): Effect.Effect<HeldKey | undefined, DatabaseError>
  /** Notes a use, unless one was noted since `before`. */
  touch(id: string, now: Column.Instant, before: Column.Instant): Effect.Effect<void, DatabaseError>
}>()("analytics-following/apikeys/ApiKeyRepo") {
  static readonly layer = Layer.effect(
    ApiKeyRepo,
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const decode = row("api_keys", ApiKey)
      const decodeList = rows("api_keys", ApiKey)
      const decodeHeld = row("api_keys", HeldKey)
      const decodeId = row("api_keys", Schema.Struct({ id: Column.uuid }))
      const decodeCount = row("api_keys", Schema.Struct({ count: Schema.Int }))
      const there = (found: ApiKey | undefined) =>
        found === undefined ? Effect.die("a write returns its row") : Effect.succeed(found)

      const insert = Effect.fn("ApiKeyRepo.insert")((key: NewApiKey, now: Column.Instant) =>
        Effect.flatMap(
          decode(sql`
            INSERT INTO api_keys ${
            sql.insert({ ...key, scopes: [...key.scopes], created_at: now, updated_at: now })
          } RETURNING *`),
          there
        )
      )

      const list = Effect.fn("ApiKeyRepo.list")((user: UserId) =>
        decodeList(sql`SELECT * FROM api_keys WHERE user_id = ${user} ORDER BY created_at DESC, id DESC`)
      )

      const lock = Effect.fn("ApiKeyRepo.lock")((user: UserId, id: string) =>
        decode(sql`SELECT * FROM api_keys WHERE id = ${id} AND user_id = ${user} FOR UPDATE`)
      )

      const countUsable = Effect.fn("ApiKeyRepo.countUsable")(function*(user: UserId, now: Column.Instant) {
        yield* decodeId(sql`SELECT id FROM auth_users WHERE id = ${user} FOR NO KEY UPDATE`)
        const counted = yield* decodeCount(sql`
          SELECT count(*)::integer AS count FROM api_keys
          WHERE user_id = ${user} AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ${now})`)
        return counted?.count ?? 0
      })

      const update = Effect.fn("ApiKeyRepo.update")((
        id: string,
        { scopes, ...change }: Parameters<ApiKeyRepo["Service"]["update"]>[1],
        now: Column.Instant
      ) =>
        Effect.flatMap(
          decode(sql`
            UPDATE api_keys
            SET ${sql.update({ ...change, ...(scopes === undefined ? {} : { scopes: [...scopes] }), updated_at: now })}
            WHERE id = ${id} RETURNING *`),
          there
        )
      )

      const findHeld = Effect.fn("ApiKeyRepo.findHeld")((id: string) =>
        decodeHeld(sql`
          SELECT k.*, u.email, u.banned_until, u.deleted_at, p.status, p.subscription_tier AS tier
          FROM api_keys AS k JOIN auth_users AS u ON u.id = k.user_id JOIN user_profiles AS p ON p.user_id = k.user_id
          WHERE k.id = ${id}`)
      )

      const touch = Effect.fn("ApiKeyRepo.touch")((id: string, now: Column.Instant, before: Column.Instant) =>
        Effect.asVoid(decodeId(sql`
          UPDATE api_keys SET last_used_at = ${now}
          WHERE id = ${id} AND (last_used_at IS NULL OR last_used_at < ${before}) RETURNING id`))
      )

      return { insert, list, lock, countUsable, update, findHeld, touch }
    })
  )
}
