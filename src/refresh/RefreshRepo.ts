import { Context, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import * as Column from "../database/Column.ts"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { available, row, rows } from "../database/Rows.ts"
import { Profile, ProfileId } from "../profiles/Profile.ts"
import { RefreshRound } from "./RefreshRound.ts"

/** All SQL of `refresh_rounds`, and the read of what is watched, which joins favourites, campaigns, profiles and their fetches. */
export class RefreshRepo extends Context.Service<RefreshRepo, {
  /** Takes the round that is due, until the transaction ends; undefined where none is, or another process has it. */
  take(now: Column.Instant): Effect.Effect<RefreshRound | undefined, DatabaseError>
  update(
    round: Pick<RefreshRound, "next_at" | "after" | "day" | "begun">,
    now: Column.Instant
  ): Effect.Effect<void, DatabaseError>
  /**
   * The next profiles behind an id that somebody has saved or that an active campaign holds, in order of their ids. `due`: stored before
   * `staleAt` and not fetched, or tried in vain, since `triedSince`. `weight` grows with who watches: up to 11.
   */
  watched(options: {
    readonly after: string | null
    readonly limit: number
    readonly staleAt: Column.Instant
    readonly triedSince: Column.Instant
  }): Effect.Effect<ReadonlyArray<Watched>, DatabaseError>
}>()("analytics-following/refresh/RefreshRepo") {
  static readonly layer = Layer.effect(
    RefreshRepo,
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const decodeRound = row("refresh_rounds", RefreshRound)
      const decodeWatched = rows("user_favorites", Watched)
      const guard = available("refresh_rounds")

      const take = Effect.fn("RefreshRepo.take")(function*(now: Column.Instant) {
        yield* guard(sql`
          INSERT INTO refresh_rounds (name, next_at, day) VALUES ('watched', ${now}, (${now}::timestamptz AT TIME ZONE 'UTC')::date)
          ON CONFLICT (name) DO NOTHING`)
        return yield* decodeRound(sql`
          SELECT * FROM refresh_rounds WHERE name = 'watched' AND next_at <= ${now} FOR UPDATE SKIP LOCKED`)
      })

      const update = Effect.fn("RefreshRepo.update")((...[round, now]: Parameters<RefreshRepo["Service"]["update"]>) =>
        Effect.asVoid(guard(sql`
          UPDATE refresh_rounds SET next_at = ${round.next_at}, after = ${round.after}, day = ${round.day}, begun = ${round.begun},
            updated_at = ${now}
          WHERE name = 'watched'`))
      )

      // From one id to the next along each index, so that a profile which thousands have saved costs what any other does.
      const watched = Effect.fn("RefreshRepo.watched")((options: Parameters<RefreshRepo["Service"]["watched"]>[0]) =>
        decodeWatched(sql`
          WITH RECURSIVE saved (id) AS (
            (SELECT profile_id FROM user_favorites WHERE profile_id > coalesce(${options.after}::uuid, ${lowest}) ORDER BY 1 LIMIT 1)
            UNION ALL
            SELECT (SELECT profile_id FROM user_favorites WHERE profile_id > saved.id ORDER BY 1 LIMIT 1)
            FROM saved WHERE saved.id IS NOT NULL
          ), held (id) AS (
            (SELECT profile_id FROM campaign_profiles WHERE profile_id > coalesce(${options.after}::uuid, ${lowest}) ORDER BY 1 LIMIT 1)
            UNION ALL
            SELECT (SELECT profile_id FROM campaign_profiles WHERE profile_id > held.id ORDER BY 1 LIMIT 1)
            FROM held WHERE held.id IS NOT NULL
          ), next AS (
            SELECT id FROM (
              (SELECT id FROM saved WHERE id IS NOT NULL LIMIT ${options.limit})
              UNION
              (SELECT id FROM held WHERE id IS NOT NULL LIMIT ${options.limit})
            ) AS either
            ORDER BY id
            LIMIT ${options.limit}
          )
          SELECT p.id, p.username, p.last_refreshed, watchers.found + 6 * active.found AS weight,
            watchers.found + active.found > 0 AND p.availability <> 'gone' AND p.last_refreshed < ${options.staleAt}
              AND NOT EXISTS (
                SELECT 1 FROM profile_fetches AS f
                WHERE f.username = p.username AND (f.finished_at IS NULL OR f.finished_at >= ${options.triedSince})
              ) AS due
          FROM next
          JOIN profiles AS p ON p.id = next.id
          CROSS JOIN LATERAL (
            SELECT count(*)::integer AS found FROM (SELECT 1 FROM user_favorites WHERE profile_id = next.id LIMIT 5) AS capped
          ) AS watchers
          CROSS JOIN LATERAL (
            SELECT count(*)::integer AS found FROM (
              SELECT 1 FROM campaign_profiles AS held JOIN campaigns ON campaigns.id = held.campaign_id
              WHERE held.profile_id = next.id AND campaigns.status = 'active' AND campaigns.deleted_at IS NULL LIMIT 1
            ) AS capped
          ) AS active
          ORDER BY next.id`)
      )

      return { take, update, watched }
    })
  )
}

const lowest = "00000000-0000-0000-0000-000000000000"

const Watched = Schema.Struct({
  id: ProfileId,
  username: Profile.fields.username,
  last_refreshed: Column.Instant,
  weight: Schema.Int,
  due: Schema.Boolean
})
export type Watched = typeof Watched.Type
