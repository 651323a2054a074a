import { Context, Effect, Layer, Schema, Struct } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import * as Column from "../database/Column.ts"
import { ReadSql } from "../database/Database.ts"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { row, rows } from "../database/Rows.ts"
import type { ProfileId } from "../profiles/Profile.ts"
import type { UserId } from "../users/UserId.ts"
import { ProfileAccess } from "./ProfileAccess.ts"
import { UnlockedRow, type Window } from "./UnlockedProfile.ts"

/** Who may have a window, on what. */
export interface Holder {
  readonly user: UserId
  readonly profile: ProfileId
}

/** All SQL of `user_profile_access`. Instants are given, never taken from the server's clock, so that tests own time. */
export class AccessRepo extends Context.Service<AccessRepo, {
  /** Opens or extends the windows of several users on one profile in one statement. An open window never becomes shorter. */
  upsert(
    users: ReadonlyArray<UserId>,
    profile: ProfileId,
    window: Window
  ): Effect.Effect<ReadonlyArray<typeof GrantedRow.Type>, DatabaseError>
  /** Opens a window where none is open; undefined where one is, which stays as it is. */
  open(user: UserId, profile: ProfileId, window: Window): Effect.Effect<Window | undefined, DatabaseError>
  /** Moves the end of a window; undefined where it does not end at `from`, as when somebody else has moved it. */
  extend(
    user: UserId,
    profile: ProfileId,
    end: { readonly from: Column.Instant; readonly to: Column.Instant; readonly now: Column.Instant }
  ): Effect.Effect<Window | undefined, DatabaseError>
  findOpen(user: UserId, profile: ProfileId, now: Column.Instant): Effect.Effect<Window | undefined, DatabaseError>
  /** Of these, those that are open. */
  findOpenOf(
    holders: ReadonlyArray<Holder>,
    now: Column.Instant
  ): Effect.Effect<ReadonlyArray<typeof HeldRow.Type>, DatabaseError>
  delete(user: UserId, profile: ProfileId): Effect.Effect<boolean, DatabaseError>
  /** Windows latest-ending first, after `position` (opaque, from a former row). */
  list(options: {
    readonly user: UserId
    readonly now: Column.Instant
    readonly state: "active" | "expired" | "all"
    /** Windows that end by then. */
    readonly endsBy: Column.Instant | undefined
    readonly after: string | undefined
    readonly limit: number
  }): Effect.Effect<ReadonlyArray<typeof UnlockedRow.Type>, DatabaseError>
}>()("analytics-following/access/AccessRepo") {
  static readonly layer = Layer.effect(
    AccessRepo,
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const read = yield* ReadSql

      const decodeAccess = rows("user_profile_access", GrantedRow)
      const decodeWindow = row("user_profile_access", WindowRow)
      const decodeUnlocked = rows("user_profile_access", UnlockedRow)
      const decodeHeld = rows("user_profile_access", HeldRow)
      const decodeId = row("user_profile_access", Schema.Struct({ id: Column.uuid }))

      const upsert = Effect.fn("AccessRepo.upsert")((users: ReadonlyArray<UserId>, profile: ProfileId, window: Window) =>
        decodeAccess(sql`
          WITH before AS (
            SELECT user_id FROM user_profile_access
            WHERE profile_id = ${profile} AND user_id = ANY (${[...users]}::uuid[]) AND expires_at > ${window.granted_at}
          )
          INSERT INTO user_profile_access AS current (user_id, profile_id, granted_at, expires_at, created_at, updated_at)
          SELECT user_id, ${profile}::uuid, ${window.granted_at}::timestamptz, ${window.expires_at}::timestamptz,
            ${window.granted_at}::timestamptz, ${window.granted_at}::timestamptz
          FROM unnest(${[...users].sort()}::uuid[]) AS given (user_id)
          ON CONFLICT (user_id, profile_id) DO UPDATE SET
            granted_at = excluded.granted_at,
            expires_at = greatest(current.expires_at, excluded.expires_at),
            updated_at = excluded.updated_at
          RETURNING *, EXISTS (SELECT 1 FROM before WHERE before.user_id = current.user_id) AS was_open`)
      )

      const open = Effect.fn("AccessRepo.open")((user: UserId, profile: ProfileId, { expires_at, granted_at }: Window) =>
        decodeWindow(sql`
          INSERT INTO user_profile_access AS current (user_id, profile_id, granted_at, expires_at, created_at, updated_at)
          VALUES (${user}, ${profile}, ${granted_at}, ${expires_at}, ${granted_at}, ${granted_at})
          ON CONFLICT (user_id, profile_id) DO UPDATE SET
            granted_at = excluded.granted_at, expires_at = excluded.expires_at, updated_at = excluded.updated_at
          WHERE current.expires_at <= excluded.granted_at
          RETURNING granted_at, expires_at`)
      )

      const extend = Effect.fn("AccessRepo.extend")((
        ...[user, profile, { from, now, to }]: Parameters<AccessRepo["Service"]["extend"]>
      ) =>
        decodeWindow(sql`
          UPDATE user_profile_access SET expires_at = ${to}, updated_at = ${now}
          WHERE user_id = ${user} AND profile_id = ${profile}
            AND date_trunc('milliseconds', expires_at) = date_trunc('milliseconds', ${from}::timestamptz)
          RETURNING granted_at, expires_at`)
      )

      const findOpen = (user: UserId, profile: ProfileId, now: Column.Instant) =>
        decodeWindow(read`
          SELECT granted_at, expires_at FROM user_profile_access
          WHERE user_id = ${user} AND profile_id = ${profile} AND expires_at > ${now}`)

      const findOpenOf = Effect.fn("AccessRepo.findOpenOf")((holders: ReadonlyArray<Holder>, now: Column.Instant) =>
        decodeHeld(read`
          SELECT user_id, profile_id, expires_at
          FROM unnest(${holders.map(({ user }) => user)}::uuid[], ${holders.map(({ profile }) => profile)}::uuid[])
            AS asked (user_id, profile_id)
          JOIN user_profile_access USING (user_id, profile_id)
          WHERE expires_at > ${now}`)
      )

      const remove = Effect.fn("AccessRepo.delete")((user: UserId, profile: ProfileId) =>
        Effect.map(
          decodeId(sql`DELETE FROM user_profile_access WHERE user_id = ${user} AND profile_id = ${profile} RETURNING id`),
          (found) => found !== undefined
        )
      )

      const list = Effect.fn("AccessRepo.list")((options: Parameters<AccessRepo["Service"]["list"]>[0]) => {
        const [afterExpiry, afterId] = options.after?.split(" ") ?? []
        return decodeUnlocked(read`
          SELECT a.id, a.profile_id, p.username, p.full_name, p.profile_pic_url, p.followers_count, p.is_verified,
            a.granted_at, a.expires_at AS access_expires_at, (extract(epoch FROM a.expires_at) * 1000000)::bigint || ' ' || a.id AS position
          FROM user_profile_access AS a JOIN profiles AS p ON p.id = a.profile_id
          WHERE ${
          read.and([
            read`a.user_id = ${options.user}`,
            ...(options.state === "active" ? [read`a.expires_at > ${options.now}`] : []),
            ...(options.state === "expired" ? [read`a.expires_at <= ${options.now}`] : []),
            ...(options.endsBy === undefined ? [] : [read`a.expires_at <= ${options.endsBy}`]),
            ...(afterExpiry === undefined || afterId === undefined
              ? []
              : [
                read`(a.expires_at, a.id) < (timestamptz 'epoch' + ${afterExpiry}::bigint * interval '1 microsecond', ${afterId}::uuid)`
              ])
          ])
        }
          ORDER BY a.expires_at DESC, a.id DESC
          LIMIT ${options.limit}`)
      })

      return { upsert, open, extend, findOpen, findOpenOf, delete: remove, list }
    })
  )
}

const GrantedRow = Schema.Struct({ ...ProfileAccess.fields, was_open: Schema.Boolean })

const HeldRow = Schema.Struct(Struct.pick(ProfileAccess.fields, ["user_id", "profile_id", "expires_at"]))

const WindowRow = Schema.Struct({ granted_at: Column.Instant, expires_at: Column.Instant })
