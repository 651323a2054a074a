import { Context, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import type { Fragment } from "effect/sql/Statement"
import { Reservation } from "../credits/CreditReservation.ts"
import * as Column from "../database/Column.ts"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { available, row, rows } from "../database/Rows.ts"
import { Profile, ProfileId } from "../profiles/Profile.ts"
import { Username } from "../profiles/Username.ts"
import { creatorRule, type CreatorTable } from "./CreatorData.ts"

/** A creator by all that is known of them, each of it once. */
export interface Creator {
  readonly usernames: ReadonlyArray<string>
  readonly ids: ReadonlyArray<string>
}

/** Erases a creator in any room's table, by the list in `CreatorData.ts`: as `PersonalDataRepo`, an exception to one repo a table. */
export class ErasureRepo extends Context.Service<ErasureRepo, {
  /** The stored profiles of a creator. */
  findProfiles(creator: Creator): Effect.Effect<ReadonlyArray<typeof ProfileRow.Type>, DatabaseError>
  /** Stored profiles that name the creator: beside which they are suggested, that mention them or list a post of theirs. */
  findNaming(creator: Creator): Effect.Effect<ReadonlyArray<ProfileId>, DatabaseError>
  /** Ends what is under way under these names, telling whoever waits, and forgets what has ended. Gives what those who waited had reserved. */
  endFetches(creator: Creator, now: Column.Instant): Effect.Effect<
    { readonly ended: number; readonly reservations: ReadonlyArray<Reservation> },
    DatabaseError
  >
  /**
   * Deletes the posts that are the creator's, whoever lists them, and gives those listed with another owner to another profile that lists
   * them. Answers with the shortcodes of those that went.
   */
  deletePosts(creator: Creator, profiles: ReadonlyArray<ProfileId>): Effect.Effect<ReadonlyArray<string>, DatabaseError>
  /** Rows that go with these profiles. */
  count(table: CreatorTable, profiles: ReadonlyArray<ProfileId>): Effect.Effect<number, DatabaseError>
  deleteProfiles(profiles: ReadonlyArray<ProfileId>): Effect.Effect<number, DatabaseError>
  /** Deletes the rows under the name or the id. */
  deleteNamed(table: CreatorTable, creator: Creator): Effect.Effect<number, DatabaseError>
  /** What of posts was kept or is sought under their shortcodes. */
  deleteOfPosts(table: "post_answers" | "vendor_absences" | "vendor_tasks", shortcodes: ReadonlyArray<string>): Effect.Effect<
    number,
    DatabaseError
  >
  /** Takes the name from the rows, and ends those that wait: they are skipped. */
  renameItems(creator: Creator, now: Column.Instant): Effect.Effect<number, DatabaseError>
  /** Takes the words from what was paid or reserved for, the creator or one of their posts; figures stay. */
  blankSubjects(
    table: "credit_entries" | "credit_reservations",
    creator: Creator,
    shortcodes: ReadonlyArray<string>
  ): Effect.Effect<number, DatabaseError>
  /** Deletes what webhooks were told or are to be told. */
  deleteDeliveries(creator: Creator, profiles: ReadonlyArray<ProfileId>, shortcodes: ReadonlyArray<string>): Effect.Effect<
    number,
    DatabaseError
  >
  /** Whoever holds a copy of these profiles asks anew. Gives their names. */
  renew(profiles: ReadonlyArray<ProfileId>): Effect.Effect<ReadonlyArray<Username>, DatabaseError>
  /** Whoever listens on `creator_erasures` hears the names when the transaction commits. */
  announce(usernames: ReadonlyArray<string>): Effect.Effect<void, DatabaseError>
}>()("analytics-following/suppressions/ErasureRepo") {
  static readonly layer = Layer.effect(
    ErasureRepo,
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const decodeProfiles = rows("profiles", ProfileRow)
      const decodeIds = rows("profiles", Schema.Struct({ id: ProfileId }))
      const decodeNames = rows("profiles", Schema.Struct({ username: Profile.fields.username }))
      const decodeReservations = rows(
        "profile_fetch_callers",
        Schema.Struct({ reservation: Schema.NullOr(Column.json(Reservation)) })
      )
      const decodeShortcodes = rows("posts", Schema.Struct({ shortcode: Column.text }))
      const texts = (values: ReadonlyArray<string>) => sql`${[...values]}::text[]`
      const uuids = (values: ReadonlyArray<string>) => sql`${[...values]}::uuid[]`
      const idsOf = (found: ReadonlyArray<{ readonly id: ProfileId }>) => found.map(({ id }) => id)

      const counted = (table: CreatorTable, statement: Fragment) =>
        Effect.map(
          row(table, Schema.Struct({ count: Schema.Int }))(sql`
            WITH done AS (${statement} RETURNING 1) SELECT count(*)::integer AS count FROM done`),
          (found) => found?.count ?? 0
        )

      const findProfiles = Effect.fn("ErasureRepo.findProfiles")(({ ids, usernames }: Creator) =>
        decodeProfiles(sql`
          SELECT id, username, instagram_user_id FROM profiles
          WHERE username = ANY (${texts(usernames)}) OR instagram_user_id = ANY (${texts(ids)})
          ORDER BY id`)
      )

      const findNaming = Effect.fn("ErasureRepo.findNaming")(({ usernames }: Creator) =>
        Effect.map(
          decodeIds(sql`
            SELECT profile_id AS id FROM mentions WHERE mentioned_username = ANY (${texts(usernames)})
            UNION SELECT profile_id FROM related_profiles WHERE related_username = ANY (${texts(usernames)})`),
          idsOf
        )
      )

      const endFetches = Effect.fn("ErasureRepo.endFetches")(function*({ usernames }: Creator, now: Column.Instant) {
        const waiting = yield* decodeReservations(sql`
          SELECT c.reservation FROM profile_fetches AS f JOIN profile_fetch_callers AS c ON c.fetch_id = f.id
          WHERE f.username = ANY (${texts(usernames)}) AND f.finished_at IS NULL AND c.left_at IS NULL AND NOT c.recorded
          ORDER BY f.id FOR UPDATE OF f`)
        const forgotten = yield* counted(
          "profile_fetches",
          sql`DELETE FROM ${sql("profile_fetches")} WHERE username = ANY (${texts(usernames)}) AND finished_at IS NOT NULL`
        )
        yield* available("profile_fetch_callers")(sql`
          UPDATE ${sql("profile_fetch_callers")} SET reservation = NULL
          WHERE fetch_id IN (SELECT id FROM profile_fetches WHERE username = ANY (${texts(usernames)}))`)
        const ended = yield* decodeIds(sql`
          WITH ended AS (
            UPDATE ${sql("profile_fetches")} SET state = 'failed', finished_at = ${now}, problem = '{"kind": "suppressed"}',
              username = 'erased.' || left(md5(id::text), 8)
            WHERE username = ANY (${texts(usernames)}) AND finished_at IS NULL
            RETURNING id
          ) SELECT id, pg_notify('profile_fetches', id::text)::text FROM ended`)
        return {
          ended: forgotten + ended.length,
          reservations: waiting.flatMap(({ reservation }) => reservation === null ? [] : [reservation])
        }
      })

      const deletePosts = Effect.fn("ErasureRepo.deletePosts")(function*(
        { ids, usernames }: Creator,
        profiles: ReadonlyArray<ProfileId>
      ) {
        const near = sql`SELECT post_id FROM post_profiles WHERE profile_id = ANY (${uuids(profiles)})
          UNION SELECT post_id FROM mentions WHERE mentioned_username = ANY (${texts(usernames)})`
        const own = sql`(owner_username = ANY (${texts(usernames)}) OR owner_instagram_user_id = ANY (${texts(ids)})
          OR owner_username IS NULL AND owner_instagram_user_id IS NULL AND profile_id = ANY (${uuids(profiles)}))`
        const gone = yield* decodeShortcodes(sql`
          DELETE FROM ${sql("posts")} WHERE id IN (${near}) AND ${own} RETURNING shortcode`)
        yield* available("posts")(sql`
          UPDATE ${sql("posts")} SET profile_id = other.profile_id
          FROM (
            SELECT DISTINCT ON (post_id) post_id, profile_id FROM post_profiles
            WHERE profile_id <> ALL (${uuids(profiles)}) ORDER BY post_id, relation DESC, profile_id
          ) AS other
          WHERE posts.profile_id = ANY (${uuids(profiles)}) AND other.post_id = posts.id`)
        return gone.map(({ shortcode }) => shortcode)
      })

      const count = Effect.fn("ErasureRepo.count")((table: CreatorTable, profiles: ReadonlyArray<ProfileId>) => {
        const byPost = sql`post_id IN (SELECT id FROM posts WHERE profile_id = ANY (${uuids(profiles)}))`
        return Effect.map(
          row(table, Schema.Struct({ count: Schema.Int }))(sql`
            SELECT count(*)::integer AS count FROM ${sql(table)} WHERE ${
            table === "comment_sentiment" || table === "campaign_posts"
              ? byPost
              : sql`profile_id = ANY (${uuids(profiles)})`
          }`),
          (found) => found?.count ?? 0
        )
      })

      const deleteProfiles = Effect.fn("ErasureRepo.deleteProfiles")((profiles: ReadonlyArray<ProfileId>) =>
        counted("profiles", sql`DELETE FROM ${sql("profiles")} WHERE id = ANY (${uuids(profiles)})`)
      )

      const deleteNamed = Effect.fn("ErasureRepo.deleteNamed")((table: CreatorTable, { ids, usernames }: Creator) => {
        const { instagramId, name = "" } = creatorRule(table)
        return counted(
          table,
          sql`DELETE FROM ${sql(table)} WHERE ${
            sql.or([
              sql`${sql(name)} = ANY (${texts(usernames)})`,
              ...(instagramId === undefined ? [] : [sql`${sql(instagramId)} = ANY (${texts(ids)})`])
            ])
          }`
        )
      })

      const deleteOfPosts = Effect.fn("ErasureRepo.deleteOfPosts")((
        table: "post_answers" | "vendor_absences" | "vendor_tasks",
        shortcodes: ReadonlyArray<string>
      ) =>
        counted(
          table,
          sql`DELETE FROM ${sql(table)} WHERE ${sql(table === "post_answers" ? "shortcode" : "query")} = ANY (${
            texts(shortcodes)
          })`
        )
      )

      const renameItems = Effect.fn("ErasureRepo.renameItems")(({ usernames }: Creator, now: Column.Instant) =>
        Effect.map(
          row("job_items", Schema.Struct({ count: Schema.Int }))(sql`
            WITH old AS (
              SELECT id, job_id, credits, finished_at IS NULL AS waits FROM job_items
              WHERE username = ANY (${texts(usernames)}) ORDER BY id FOR UPDATE
            ), renamed AS (
              UPDATE ${
            sql("job_items")
          } AS i SET username = 'erased.' || left(md5(i.id::text), 8), profile_id = NULL, fetch_id = NULL,
                state = CASE WHEN old.waits THEN 'skipped' ELSE i.state END,
                reason = CASE WHEN old.waits THEN 'profile_suppressed' ELSE i.reason END,
                credits = CASE WHEN old.waits THEN 0 ELSE i.credits END,
                finished_at = coalesce(i.finished_at, ${now}::timestamptz)
              FROM old WHERE i.id = old.id
              RETURNING i.id
            ), returned AS (
              UPDATE ${sql("jobs")} AS j SET credits = j.credits - waiting.credits
              FROM (SELECT job_id, sum(credits)::integer AS credits FROM old WHERE waits GROUP BY job_id) AS waiting
              WHERE j.id = waiting.job_id
            )
            SELECT count(*)::integer AS count FROM renamed`),
          (found) => found?.count ?? 0
        )
      )

      const blankSubjects = Effect.fn("ErasureRepo.blankSubjects")((
        table: "credit_entries" | "credit_reservations",
        { usernames }: Creator,
        shortcodes: ReadonlyArray<string>
      ) =>
        counted(
          table,
          sql`UPDATE ${sql(table)} SET subject = NULL${table === "credit_entries" ? sql`, note = NULL` : sql``}
            WHERE action = 'profile_unlock' AND split_part(subject, ',', 1) = ANY (${texts(usernames)})
              OR action = 'post_analytics' AND subject = ANY (${texts(shortcodes)})`
        )
      )

      const deleteDeliveries = Effect.fn("ErasureRepo.deleteDeliveries")((
        { usernames }: Creator,
        profiles: ReadonlyArray<ProfileId>,
        shortcodes: ReadonlyArray<string>
      ) =>
        counted(
          "webhook_deliveries",
          sql`DELETE FROM ${sql("webhook_deliveries")}
            WHERE payload #>> '{data,username}' = ANY (${texts(usernames)}) OR payload #>> '{data,profile_id}' = ANY (${
            texts(profiles)
          }) OR payload #>> '{data,shortcode}' = ANY (${texts(shortcodes)})`
        )
      )

      const renew = Effect.fn("ErasureRepo.renew")(function*(profiles: ReadonlyArray<ProfileId>) {
        if (profiles.length === 0) return []
        yield* available("encoded_answers")(sql`
          DELETE FROM ${sql("encoded_answers")} WHERE profile_id = ANY (${uuids(profiles)})`)
        const renewed = yield* decodeNames(sql`
          UPDATE ${sql("profiles")} SET data_version = data_version + 1 WHERE id = ANY (${uuids(profiles)}) RETURNING username`)
        return renewed.map(({ username }) => username)
      })

      const announce = Effect.fn("ErasureRepo.announce")((usernames: ReadonlyArray<string>) =>
        Effect.asVoid(
          available("profiles")(sql`
          SELECT pg_notify('creator_erasures', name)::text FROM unnest(${texts(usernames)}) AS given (name)`)
        )
      )

      return {
        findProfiles,
        findNaming,
        endFetches,
        deletePosts,
        count,
        deleteProfiles,
        deleteNamed,
        deleteOfPosts,
        renameItems,
        blankSubjects,
        deleteDeliveries,
        renew,
        announce
      }
    })
  )
}

const ProfileRow = Schema.Struct({
  id: ProfileId,
  username: Username,
  instagram_user_id: Profile.fields.instagram_user_id
})
