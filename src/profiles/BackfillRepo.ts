import { Context, Effect, Layer, Schema, Struct } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import * as Column from "../database/Column.ts"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { row, rows } from "../database/Rows.ts"
import { Profile } from "./Profile.ts"

/** Reads what backfills go over, in order of ids, and counts it. Joins profiles with their posts, snapshots and kept answers. */
export class BackfillRepo extends Context.Service<BackfillRepo, {
  /** Whole tables are counted: for scripts. `now` says which pictures have ended. */
  counts(now: Column.Instant): Effect.Effect<BackfillCounts, DatabaseError>
  /** How many kept answers that count as stored there are behind an id. */
  countAnswers(after: string): Effect.Effect<number, DatabaseError>
  /** How many profiles there are behind an id. */
  countProfiles(after: string): Effect.Effect<number, DatabaseError>
  /** The profile of an account: by its id at Instagram, by its name where that is not known of the row. */
  findAccount(account: Pick<Profile, "username" | "instagram_user_id">): Effect.Effect<Account | undefined, DatabaseError>
  /** Public profiles that count posts and list none, and were last fetched before `before`. */
  withoutPosts(options: { readonly after: string; readonly limit: number; readonly before: Column.Instant }): Effect.Effect<
    ReadonlyArray<Account>,
    DatabaseError
  >
  pictures(after: string, limit: number): Effect.Effect<ReadonlyArray<Picture>, DatabaseError>
}>()("analytics-following/profiles/BackfillRepo") {
  static readonly layer = Layer.effect(
    BackfillRepo,
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const decodeCounts = row("profiles", BackfillCounts)
      const decodeCount = row("profiles", Schema.Struct({ count: Column.bigint }))
      const decodeAccount = row("profiles", Account)
      const decodeAccounts = rows("profiles", Account)
      const decodePictures = rows("profiles", Picture)

      const counts = Effect.fn("BackfillRepo.counts")(function*(now: Column.Instant) {
        const found = yield* decodeCounts(sql`
          SELECT count(*) AS profiles,
            (SELECT count(*) FROM vendor_answers WHERE stored_at IS NOT NULL) AS answers,
            (SELECT count(*) FROM posts) AS posts,
            (SELECT count(*) FROM post_profiles) AS listed,
            (SELECT count(*) FROM profile_snapshots) AS snapshots,
            count(profile_pic_url) AS pictures,
            count(*) FILTER (WHERE profile_pic_url IS NOT NULL AND profile_pic_expires_at > ${now}) AS pictures_valid,
            count(*) FILTER (WHERE profile_pic_url IS NOT NULL AND profile_pic_expires_at <= ${now}) AS pictures_expired
          FROM profiles`)
        return found ?? (yield* Effect.die("a count is one row"))
      })

      const countAnswers = Effect.fn("BackfillRepo.countAnswers")((after: string) =>
        Effect.map(
          decodeCount(sql`
            SELECT count(*) AS count FROM vendor_answers WHERE id > ${after}::uuid AND stored_at IS NOT NULL`),
          (found) => found?.count ?? 0
        )
      )

      const countProfiles = Effect.fn("BackfillRepo.countProfiles")((after: string) =>
        Effect.map(
          decodeCount(sql`SELECT count(*) AS count FROM profiles WHERE id > ${after}::uuid`),
          (found) => found?.count ?? 0
        )
      )

      const findAccount = Effect.fn("BackfillRepo.findAccount")((
        { instagram_user_id, username }: Pick<Profile, "username" | "instagram_user_id">
      ) =>
        decodeAccount(sql`
          SELECT id, username FROM profiles
          WHERE instagram_user_id = ${instagram_user_id} OR (username = ${username} AND instagram_user_id IS NULL)
          ORDER BY instagram_user_id IS NULL
          LIMIT 1`)
      )

      const withoutPosts = Effect.fn("BackfillRepo.withoutPosts")((
        { after, before, limit }: Parameters<BackfillRepo["Service"]["withoutPosts"]>[0]
      ) =>
        decodeAccounts(sql`
          SELECT id, username FROM profiles
          WHERE id > ${after}::uuid AND availability = 'available' AND posts_count > 0 AND last_refreshed < ${before}
            AND NOT EXISTS (SELECT 1 FROM post_profiles WHERE profile_id = profiles.id)
          ORDER BY id
          LIMIT ${limit}`)
      )

      const pictures = Effect.fn("BackfillRepo.pictures")((after: string, limit: number) =>
        decodePictures(sql`
          SELECT id, username, profile_pic_url, profile_pic_url_hd, profile_pic_expires_at FROM profiles
          WHERE id > ${after}::uuid
          ORDER BY id
          LIMIT ${limit}`)
      )

      return { counts, countAnswers, countProfiles, findAccount, withoutPosts, pictures }
    })
  )
}

export const BackfillCounts = Schema.Struct({
  profiles: Column.bigint,
  /** Kept answers that count as stored. */
  answers: Column.bigint,
  posts: Column.bigint,
  /** Posts that profiles list, each once a profile. */
  listed: Column.bigint,
  snapshots: Column.bigint,
  /** Profiles with the address of a picture; of some that does not say when it ends. */
  pictures: Column.bigint,
  pictures_valid: Column.bigint,
  pictures_expired: Column.bigint
})
export type BackfillCounts = typeof BackfillCounts.Type

const Account = Schema.Struct(Struct.pick(Profile.fields, ["id", "username"]))
export type Account = typeof Account.Type

const Picture = Schema.Struct(
  Struct.pick(Profile.fields, ["id", "username", "profile_pic_url", "profile_pic_url_hd", "profile_pic_expires_at"])
)
export type Picture = typeof Picture.Type
