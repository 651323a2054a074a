import { Context, Effect, Layer } from "effect"
import type * as Column from "../database/Column.ts"
import { ReadSql } from "../database/Database.ts"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { row } from "../database/Rows.ts"
import { countedUpTo, DashboardRow, shown } from "./Dashboard.ts"
import type { UserId } from "./UserId.ts"

/** Reads across rooms, and writes nothing: a dashboard is one statement, each part of it a short walk along an index. */
export class DashboardRepo extends Context.Service<DashboardRepo, {
  find(user: UserId, times: {
    readonly now: Column.Instant
    readonly expiringBefore: Column.Instant
    readonly searchedAfter: Column.Instant
  }): Effect.Effect<typeof DashboardRow.Type | undefined, DatabaseError>
}>()("analytics-following/users/DashboardRepo") {
  static readonly layer = Layer.effect(
    DashboardRepo,
    Effect.gen(function*() {
      const read = yield* ReadSql
      const decode = row("user_profiles", DashboardRow)
      const count = read.literal(`SELECT count(*)::integer FROM (SELECT`)
      const counted = read.literal(`LIMIT ${countedUpTo}) AS found`)
      const latest = read.literal(`LIMIT ${shown}`)
      const listed = read.literal("SELECT coalesce(jsonb_agg(to_jsonb(found)), '[]') FROM")

      const find = Effect.fn("DashboardRepo.find")((
        user: UserId,
        { expiringBefore, now, searchedAfter }: Parameters<DashboardRepo["Service"]["find"]>[1]
      ) =>
        decode(read`
          SELECT
            jsonb_build_object(
              'unlocked_profiles', (${count} FROM user_profile_access
                WHERE user_id = ${user} AND expires_at > ${now} ${counted}),
              'expiring_access', (${count} FROM user_profile_access
                WHERE user_id = ${user} AND expires_at > ${now} AND expires_at <= ${expiringBefore} ${counted}),
              'searches', (${count} FROM user_searches
                WHERE user_id = ${user} AND search_timestamp > ${searchedAfter} ${counted}),
              'favorites', (${count} FROM user_favorites WHERE user_id = ${user} ${counted}),
              'campaigns', (${count} FROM campaigns WHERE user_id = ${user} AND deleted_at IS NULL ${counted})
            ) AS counts,
            (${listed} (
              SELECT id, instagram_username, ${instant(read, "search_timestamp")}, analysis_type, data_source, success, error_code
              FROM user_searches WHERE user_id = ${user}
              ORDER BY search_timestamp DESC, id DESC ${latest}
            ) AS found) AS recent_searches,
            (${listed} (
              SELECT p.username, p.full_name, p.profile_pic_url, p.followers_count, p.is_verified,
                ${instant(read, "a.expires_at", "access_expires_at")}
              FROM user_profile_access AS a JOIN profiles AS p ON p.id = a.profile_id
              WHERE a.user_id = ${user} AND a.expires_at > ${now} AND a.expires_at <= ${expiringBefore}
              ORDER BY a.expires_at, a.id ${latest}
            ) AS found) AS expiring_access,
            (${listed} (
              SELECT p.username, p.full_name, p.profile_pic_url, p.followers_count, p.is_verified, p.availability,
                f.tags, ${instant(read, "f.added_at", "added_at")}
              FROM user_favorites AS f JOIN profiles AS p ON p.id = f.profile_id
              WHERE f.user_id = ${user}
              ORDER BY f.added_at DESC, f.id DESC ${latest}
            ) AS found) AS favorites,
            (${listed} (
              SELECT id, name, start_date, end_date, budget::text, currency, ${instant(read, "updated_at")}
              FROM campaigns WHERE user_id = ${user} AND deleted_at IS NULL AND status = 'active'
              ORDER BY created_at DESC, id DESC ${latest}
            ) AS found) AS active_campaigns`)
      )

      return { find }
    })
  )
}

/** An instant inside JSON, as rows write it elsewhere. */
const instant = (sql: ReadSql["Service"], column: string, name = column) =>
  sql.literal(`to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS ${name}`)
