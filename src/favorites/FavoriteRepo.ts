import { Context, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import type { Fragment } from "effect/sql/Statement"
import * as Column from "../database/Column.ts"
import { ReadSql } from "../database/Database.ts"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { newestFirst } from "../database/Keyset.ts"
import { row, rows } from "../database/Rows.ts"
import type { ProfileId } from "../profiles/Profile.ts"
import { ProfileSummary } from "../profiles/ProfileSummary.ts"
import type { Username } from "../profiles/Username.ts"
import type { UserId } from "../users/UserId.ts"
import type { Favorite } from "./Favorite.ts"
import { SavedProfileRow } from "./SavedProfile.ts"

/** All SQL of `user_favorites`. What it answers joins the profile's summary and the user's window. */
export class FavoriteRepo extends Context.Service<FavoriteRepo, {
  /** Adds the favourite or changes what is given of it: one statement, so that any number at once make one row. */
  upsert(user: UserId, profile: ProfileId, given: Given, now: Column.Instant): Effect.Effect<SavedProfileRow, DatabaseError>
  /** Changes what is given of a favourite; undefined when there is none. */
  update(user: UserId, profile: Username, given: Given, now: Column.Instant): Effect.Effect<
    SavedProfileRow | undefined,
    DatabaseError
  >
  /** False when there was none. */
  delete(user: UserId, profile: Username): Effect.Effect<boolean, DatabaseError>
  /** Favourites newest first, after the `position` of a former row. */
  list(options: {
    readonly user: UserId
    readonly tag: string | undefined
    readonly now: Column.Instant
    readonly after: string | undefined
    readonly limit: number
  }): Effect.Effect<ReadonlyArray<SavedProfileRow>, DatabaseError>
}>()("analytics-following/favorites/FavoriteRepo") {
  static readonly layer = Layer.effect(
    FavoriteRepo,
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const read = yield* ReadSql
      const decodeId = row("user_favorites", Schema.Struct({ id: Column.uuid }))
      const decodeSaved = row("user_favorites", SavedProfileRow)
      const decodeList = rows("user_favorites", SavedProfileRow)
      const page = newestFirst(sql, "f.added_at", "f.id")
      const columns = sql.literal([
        ...Object.keys(ProfileSummary.fields).map((name) => `p.${name}`),
        ...["profile_id", "notes", "tags", "added_at", "updated_at"].map((name) => `f.${name}`),
        "access.expires_at AS access_expires_at"
      ].join(", "))

      const selected = (favorites: Fragment, now: Column.Instant) =>
        sql`
          SELECT ${columns}, ${page.position}
          FROM ${favorites} AS f JOIN profiles AS p ON p.id = f.profile_id
          LEFT JOIN user_profile_access AS access
            ON access.user_id = f.user_id AND access.profile_id = f.profile_id AND access.expires_at > ${now}`

      const upsert = Effect.fn("FavoriteRepo.upsert")(function*(
        user: UserId,
        profile: ProfileId,
        given: Given,
        now: Column.Instant
      ) {
        const changes = sql.literal([...Object.keys(given), "updated_at"].map((name) => `${name} = excluded.${name}`).join(", "))
        const saved = yield* decodeSaved(sql`
          WITH saved AS (
            INSERT INTO user_favorites (user_id, profile_id, notes, tags, added_at, updated_at)
            VALUES (${user}, ${profile}, ${given.notes ?? null}, ${given.tags ?? []}::text[], ${now}, ${now})
            ON CONFLICT (user_id, profile_id) DO UPDATE SET ${changes}
            RETURNING *
          ) ${selected(sql`saved`, now)}`)
        return saved ?? (yield* Effect.die("an upsert returns its row"))
      })

      const update = Effect.fn("FavoriteRepo.update")((user: UserId, profile: Username, given: Given, now: Column.Instant) =>
        decodeSaved(sql`
          WITH saved AS (
            UPDATE user_favorites AS f SET ${sql.update({ ...given, updated_at: now })}
            FROM profiles WHERE profiles.username = ${profile} AND f.profile_id = profiles.id AND f.user_id = ${user}
            RETURNING f.*
          ) ${selected(sql`saved`, now)}`)
      )

      const remove = Effect.fn("FavoriteRepo.delete")((user: UserId, profile: Username) =>
        Effect.map(
          decodeId(sql`
            DELETE FROM user_favorites AS f USING profiles
            WHERE profiles.username = ${profile} AND f.profile_id = profiles.id AND f.user_id = ${user}
            RETURNING f.id`),
          (found) => found !== undefined
        )
      )

      const list = Effect.fn("FavoriteRepo.list")((options: Parameters<FavoriteRepo["Service"]["list"]>[0]) =>
        decodeList(read`
          ${selected(read`user_favorites`, options.now)}
          WHERE f.user_id = ${options.user}
            AND ${options.tag === undefined ? read`true` : read`f.tags @> ${[options.tag]}::text[]`}
            AND ${page.after(options.after)}
          ORDER BY ${page.order}
          LIMIT ${options.limit}`)
      )

      return { upsert, update, delete: remove, list }
    })
  )
}

/** What is given is written, what is absent stays. */
export interface Given {
  readonly notes?: Favorite["notes"]
  readonly tags?: Favorite["tags"]
}
