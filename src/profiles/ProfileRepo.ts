import { Context, Effect, Layer, Schema, Struct } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import * as Column from "../database/Column.ts"
import { ReadSql } from "../database/Database.ts"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { available, row, rows } from "../database/Rows.ts"
import type { Mention } from "./Mention.ts"
import { type PictureExpiry, Profile, ProfileId } from "./Profile.ts"
import { assignmentsKeepingFigures, assignmentsTakingFigures, coalesced, profileColumns } from "./ProfileAssignments.ts"
import { type ProfileRelations, profileRelations } from "./ProfileRelationRepo.ts"
import { type FigureColumns, figureColumns, StoredProfile } from "./ProfileView.ts"
import { relatedColumns, type RelatedProfile, similarColumns, type SimilarProfile } from "./RelatedProfile.ts"
import type { Username } from "./Username.ts"
import type { VendorAnswerId } from "./VendorAnswer.ts"

/** All SQL of `profiles`, `related_profiles` and `mentions`. */
export class ProfileRepo extends Context.Service<ProfileRepo, {
  findByUsername(username: Username): Effect.Effect<StoredProfile | undefined, DatabaseError>
  /**
   * Inserts a profile or refreshes it in place: a value that the answer left out does not erase a known one, and figures that the
   * answer does not support (`keepFigures`) stay with their own date. A renamed account keeps its row, and with it access,
   * favourites and campaigns. Serialises with any other ingest of the same account until the transaction ends. `raw_data` becomes the payload of the kept
   * `answer`, which PostgreSQL has already: the largest value by far need not be sent, parsed and compressed twice.
   */
  upsert(
    profile: Omit<typeof Profile.insert.Encoded, "raw_data">,
    options: { readonly keepFigures: boolean; readonly answer: VendorAnswerId }
  ): Effect.Effect<
    {
      readonly id: ProfileId
      readonly username: Username
      readonly data_version: number
      /** The name under which the account was stored until now, where that was another one. */
      readonly formerName: Username | null
    },
    DatabaseError
  >
  /** Takes the suggestions as they are now; those no longer suggested stay known, without a position. */
  upsertRelated(
    profile: ProfileId,
    related: ReadonlyArray<Omit<typeof RelatedProfile.insert.Encoded, "profile_id">>
  ): Effect.Effect<void, DatabaseError>
  /** Takes what was computed to be similar: scores of known suggestions, and rows of its own for the others. Former ones go. */
  upsertSimilar(profile: ProfileId, similar: ReadonlyArray<SimilarProfile>, at: string): Effect.Effect<void, DatabaseError>
  /** Adds edges that are not known yet. `shortcode` names the post, null is the biography. */
  insertMentions(profile: ProfileId, mentions: ReadonlyArray<MentionEdge>, at: Column.Instant): Effect.Effect<void, DatabaseError>
  /**
   * Locks the account's row and those of the profiles that list one of these posts, in one order, so that ingests which share posts
   * wait for each other and cannot deadlock. Call it before anything else is written.
   */
  lockWithListers(
    account: Pick<typeof Profile.insert.Encoded, "username" | "instagram_user_id">,
    shortcodes: ReadonlyArray<string>
  ): Effect.Effect<void, DatabaseError>
  /** What is stored of the profile has changed beside its own row: whoever holds a copy asks anew. */
  raiseVersion(profile: ProfileId): Effect.Effect<void, DatabaseError>
  /** As `raiseVersion`, of every other profile that lists one of these posts. Gives their names. */
  raiseListers(except: ProfileId, shortcodes: ReadonlyArray<string>): Effect.Effect<ReadonlyArray<Username>, DatabaseError>
  /** Replaces the figures of a stored profile by those of another version of the formulas; the answer becomes another one. */
  updateFigures(profile: ProfileId, figures: FigureColumns): Effect.Effect<void, DatabaseError>
  /** Replaces when pictures end, of those whose address is still the given one; answers with their names. */
  setPictureExpiries(pictures: ReadonlyArray<PictureExpiry>): Effect.Effect<ReadonlyArray<Username>, DatabaseError>
  /** Remembers that Instagram no longer has the account. */
  markGone(username: Username, at: Column.Instant): Effect.Effect<void, DatabaseError>
  related: ProfileRelations["related"]
  mentions: ProfileRelations["mentions"]
}>()("analytics-following/profiles/ProfileRepo") {
  static readonly layer = Layer.effect(
    ProfileRepo,
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const read = yield* ReadSql
      const decodeStored = row("profiles", StoredProfile)
      const decodeUpserted = row(
        "profiles",
        Schema.Struct({ id: ProfileId, username: Profile.fields.username, data_version: Column.bigint })
      )
      const { mentions, related } = profileRelations(read)
      const decodeRaised = rows("profiles", Schema.Struct({ username: Profile.fields.username }))
      const decodeNames = rows("profiles", Schema.Struct(Struct.pick(Profile.fields, ["username", "instagram_user_id"])))
      const guard = available("profiles")
      const columns = sql.literal(profileColumns.join(", "))
      const given = sql.literal(profileColumns.map((name) => name === "raw_data" ? "answer.payload" : `given.${name}`).join(", "))
      const stored = read.literal(Object.keys(StoredProfile.fields).join(", "))

      const findByUsername = (username: Username) =>
        decodeStored(read`SELECT ${stored} FROM profiles WHERE username = ${username}`)

      const upsert = Effect.fn("ProfileRepo.upsert")(function*(
        ...[profile, options]: Parameters<ProfileRepo["Service"]["upsert"]>
      ) {
        yield* available("profiles")(
          sql`SELECT pg_advisory_xact_lock(hashtextextended(coalesce(${profile.instagram_user_id}, ${profile.username}), 0))`
        )
        const formerName = profile.instagram_user_id === null
          ? null
          : yield* followRename(profile.instagram_user_id, profile.username)
        const assignments = sql.literal(options.keepFigures ? assignmentsKeepingFigures : assignmentsTakingFigures)
        const found = yield* decodeUpserted(sql`
          INSERT INTO profiles AS current (${columns})
          SELECT ${given}
          FROM jsonb_populate_record(NULL::profiles, ${JSON.stringify(profile)}::jsonb) AS given
          JOIN vendor_answers AS answer ON answer.id = ${options.answer}
          ON CONFLICT (username) DO UPDATE SET
            ${assignments},
            data_version = current.data_version + 1,
            refresh_count = current.refresh_count + 1
          RETURNING id, username, data_version`)
        return found === undefined ? yield* Effect.die("an upsert returns its row") : { ...found, formerName }
      })

      /**
       * The account had another name: its row takes the new one, and whoever held that name before is gone from it. Answers with the
       * former name, null where nothing had to be moved.
       */
      const followRename = Effect.fnUntraced(function*(instagramUserId: string, username: string) {
        const involved = yield* decodeNames(sql`
          SELECT username, instagram_user_id FROM profiles
          WHERE username = ${username} OR instagram_user_id = ${instagramUserId}
          ORDER BY id FOR UPDATE`)
        const holder = involved.find((row) => row.username === username)
        const former = involved.find((row) => row.username !== username)
        if (holder !== undefined && holder.instagram_user_id !== null && holder.instagram_user_id !== instagramUserId) {
          yield* guard(sql`
            UPDATE profiles SET availability = 'gone', updated_at = now(),
              username = left(username, 21) || '.' || left(md5(id::text), 8)
            WHERE username = ${username}`)
        }
        if (former === undefined) return null
        yield* guard(
          holder?.instagram_user_id === null
            // The row under the new name was stored before ids were: it becomes the account's, and the other one is history.
            ? sql`
              UPDATE profiles SET instagram_user_id = NULL, availability = 'gone', updated_at = now()
              WHERE instagram_user_id = ${instagramUserId}`
            : sql`UPDATE profiles SET username = ${username} WHERE instagram_user_id = ${instagramUserId}`
        )
        return former.username
      })

      const upsertRelated = Effect.fn("ProfileRepo.upsertRelated")(function*(
        profile: ProfileId,
        related: ReadonlyArray<Omit<typeof RelatedProfile.insert.Encoded, "profile_id">>
      ) {
        if (related.length === 0) return
        yield* available("related_profiles")(sql`
          UPDATE related_profiles SET position = NULL WHERE profile_id = ${profile} AND position IS NOT NULL AND source = 'instagram'`)
        yield* available("related_profiles")(sql`
          INSERT INTO related_profiles AS current (profile_id, ${sql.literal(relatedColumns.join(", "))})
          SELECT ${profile}::uuid, ${sql.literal(relatedColumns.join(", "))}
          FROM jsonb_populate_recordset(NULL::related_profiles, ${JSON.stringify(related)}::jsonb)
          ON CONFLICT (profile_id, related_username) DO UPDATE SET
            ${
          sql.literal(coalesced(
            relatedColumns.filter((name) => name !== "related_username" && name !== "discovered_at"),
            new Set(["position", "updated_at"])
          ))
        }`)
      })

      const upsertSimilar = Effect.fn("ProfileRepo.upsertSimilar")(function*(
        profile: ProfileId,
        similar: ReadonlyArray<SimilarProfile>,
        at: string
      ) {
        const names = similar.map(({ related_username }) => related_username)
        yield* available("related_profiles")(sql`
          DELETE FROM related_profiles
          WHERE profile_id = ${profile} AND source = 'computed' AND related_username <> ALL (${names}::text[])`)
        yield* available("related_profiles")(sql`
          UPDATE related_profiles SET similarity_score = NULL, similarity_method = NULL, updated_at = ${at}
          WHERE profile_id = ${profile} AND similarity_score IS NOT NULL AND related_username <> ALL (${names}::text[])`)
        yield* available("related_profiles")(sql`
          INSERT INTO related_profiles AS current (profile_id, relationship_type, source, discovered_at, updated_at,
            ${sql.literal(similarColumns.join(", "))})
          SELECT ${profile}::uuid, 'similar', 'computed', ${at}::timestamptz, ${at}::timestamptz, ${
          sql.literal(similarColumns.join(", "))
        }
          FROM jsonb_populate_recordset(NULL::related_profiles, ${JSON.stringify(similar)}::jsonb)
          ON CONFLICT (profile_id, related_username) DO UPDATE SET similarity_score = excluded.similarity_score,
            similarity_method = excluded.similarity_method, related_followers_count = excluded.related_followers_count,
            updated_at = excluded.updated_at`)
      })

      const insertMentions = Effect.fn("ProfileRepo.insertMentions")(function*(
        profile: ProfileId,
        mentions: ReadonlyArray<MentionEdge>,
        at: Column.Instant
      ) {
        if (mentions.length === 0) return
        yield* available("mentions")(sql`
          INSERT INTO mentions (profile_id, post_id, mentioned_username, mention_type, mention_context, mentioned_at, created_at)
          SELECT ${profile}::uuid, posts.id, edge.mentioned_username, edge.mention_type, edge.mention_context,
            coalesce(posts.posted_at, ${at}::timestamptz), ${at}::timestamptz
          FROM jsonb_to_recordset(${JSON.stringify(mentions)}::jsonb)
            AS edge (shortcode text, mentioned_username text, mention_type text, mention_context text)
          LEFT JOIN posts ON posts.shortcode = edge.shortcode
          WHERE edge.shortcode IS NULL OR posts.id IS NOT NULL
          ON CONFLICT ON CONSTRAINT mentions_edge_key DO NOTHING`)
      })

      const listers = (shortcodes: ReadonlyArray<string>) =>
        sql`SELECT link.profile_id FROM post_profiles AS link JOIN posts ON posts.id = link.post_id
          WHERE posts.shortcode = ANY (${shortcodes}::text[])`

      const lockWithListers = Effect.fn("ProfileRepo.lockWithListers")((
        ...[{ instagram_user_id, username }, shortcodes]: Parameters<ProfileRepo["Service"]["lockWithListers"]>
      ) =>
        Effect.asVoid(guard(sql`
          SELECT id FROM profiles
          WHERE id IN (
            SELECT id FROM profiles WHERE username = ${username}
            UNION SELECT id FROM profiles WHERE instagram_user_id = ${instagram_user_id}
            UNION ${listers(shortcodes)}
          )
          ORDER BY id FOR NO KEY UPDATE`))
      )

      const raiseVersion = Effect.fn("ProfileRepo.raiseVersion")((profile: ProfileId) =>
        Effect.asVoid(guard(sql`UPDATE profiles SET data_version = data_version + 1 WHERE id = ${profile}`))
      )

      const raiseListers = Effect.fn("ProfileRepo.raiseListers")((except: ProfileId, shortcodes: ReadonlyArray<string>) =>
        Effect.map(
          decodeRaised(sql`
            UPDATE profiles SET data_version = data_version + 1 WHERE id <> ${except} AND id IN (${listers(shortcodes)})
            RETURNING username`),
          (found) => found.map(({ username }) => username)
        )
      )

      const updateFigures = Effect.fn("ProfileRepo.updateFigures")((profile: ProfileId, given: FigureColumns) =>
        Effect.asVoid(guard(sql`
          UPDATE profiles SET (${sql.literal(figureColumns.join(", "))}) = (
            SELECT ${sql.literal(figureColumns.join(", "))} FROM jsonb_populate_record(NULL::profiles, ${
          JSON.stringify(given)
        }::jsonb)
          ), data_version = data_version + 1
          WHERE id = ${profile}`))
      )

      const setPictureExpiries = Effect.fn("ProfileRepo.setPictureExpiries")((pictures: ReadonlyArray<PictureExpiry>) =>
        Effect.map(
          decodeRaised(sql`
            UPDATE profiles SET profile_pic_expires_at = given.profile_pic_expires_at, data_version = profiles.data_version + 1
            FROM jsonb_populate_recordset(NULL::profiles, ${JSON.stringify(pictures)}::jsonb) AS given
            WHERE profiles.id = given.id AND profiles.profile_pic_url IS NOT DISTINCT FROM given.profile_pic_url
              AND profiles.profile_pic_expires_at IS DISTINCT FROM given.profile_pic_expires_at
            RETURNING profiles.username`),
          (found) => found.map(({ username }) => username)
        )
      )

      const markGone = Effect.fn("ProfileRepo.markGone")((username: Username, at: Column.Instant) =>
        Effect.asVoid(guard(sql`
          UPDATE profiles SET availability = 'gone', last_refreshed = ${at}, updated_at = ${at}, data_version = data_version + 1
          WHERE username = ${username} AND availability <> 'gone'`))
      )

      return {
        findByUsername,
        upsert,
        upsertRelated,
        upsertSimilar,
        updateFigures,
        insertMentions,
        lockWithListers,
        raiseVersion,
        raiseListers,
        setPictureExpiries,
        markGone,
        related,
        mentions
      }
    })
  )
}

export interface MentionEdge {
  readonly shortcode: string | null
  readonly mentioned_username: string
  readonly mention_type: typeof Mention.fields.mention_type.Type
  readonly mention_context: string | null
}
