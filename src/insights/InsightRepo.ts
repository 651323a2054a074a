import { Context, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { ReadSql } from "../database/Database.ts"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { available, row, rows } from "../database/Rows.ts"
import { Post } from "../posts/Post.ts"
import { Profile, type ProfileId } from "../profiles/Profile.ts"
import { AudienceDemographics } from "./AudienceDemographics.ts"
import { CommentSentiment } from "./CommentSentiment.ts"
import { CreatorMetadata } from "./CreatorMetadata.ts"

/** All SQL of `creator_metadata`, `audience_demographics` and `comment_sentiment`. */
export class InsightRepo extends Context.Service<InsightRepo, {
  /** Replaces what is known of a creator, unless it was computed of a later answer. */
  upsertCreator(creator: typeof CreatorMetadata.insert.Encoded): Effect.Effect<void, DatabaseError>
  findCreator(profile: ProfileId): Effect.Effect<CreatorMetadata | undefined, DatabaseError>
  findCreators(profiles: ReadonlyArray<ProfileId>): Effect.Effect<ReadonlyArray<CreatorMetadata>, DatabaseError>
  /** Profiles whose creator is missing, of an older version or of an older answer than their figures, in order of id, behind `after`. Joins `profiles`. */
  withoutCreator(after: string, version: number, limit: number): Effect.Effect<
    ReadonlyArray<typeof Behind.Type>,
    DatabaseError
  >
  /** How many of them there are. Joins `profiles`. */
  countWithoutCreator(after: string, version: number): Effect.Effect<number, DatabaseError>
  /** The tone of the captions, which is read with the comments; a creator that is not derived yet gets it with the next collection. */
  setContentSentiment(profile: ProfileId, sentiment: CreatorMetadata["content_sentiment"]): Effect.Effect<void, DatabaseError>
  upsertAudience(audience: typeof AudienceDemographics.insert.Encoded): Effect.Effect<void, DatabaseError>
  findAudience(profile: ProfileId): Effect.Effect<AudienceDemographics | undefined, DatabaseError>
  upsertSentiment(sentiments: ReadonlyArray<typeof CommentSentiment.insert.Encoded>): Effect.Effect<void, DatabaseError>
  /** Sentiment of the profile's latest posts that have one by this version, newest first. Joins `posts` and who lists them. */
  sentimentOf(
    profile: ProfileId,
    options: { readonly method: string; readonly version: number; readonly limit: number }
  ): Effect.Effect<ReadonlyArray<typeof PostSentiment.Type>, DatabaseError>
}>()("analytics-following/insights/InsightRepo") {
  static readonly layer = Layer.effect(
    InsightRepo,
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const read = yield* ReadSql
      const decodeCreator = row("creator_metadata", CreatorMetadata)
      const decodeCreators = rows("creator_metadata", CreatorMetadata)
      const decodeCount = row("profiles", Schema.Struct({ count: Schema.Int }))
      const decodeBehind = rows("profiles", Behind)
      const decodeAudience = row("audience_demographics", AudienceDemographics)
      const decodeSentiment = rows("comment_sentiment", PostSentiment)

      const upsertCreator = Effect.fn("InsightRepo.upsertCreator")((creator: typeof CreatorMetadata.insert.Encoded) =>
        Effect.asVoid(
          available("creator_metadata")(sql`
          INSERT INTO creator_metadata AS current (${sql.literal(creatorColumns.join(", "))})
          SELECT ${sql.literal(creatorColumns.join(", "))}
          FROM jsonb_populate_record(NULL::creator_metadata, ${JSON.stringify(creator)}::jsonb)
          ON CONFLICT (profile_id) DO UPDATE SET ${sql.literal(taken(creatorColumns))}
          WHERE current.last_updated <= excluded.last_updated OR current.analysis_version < excluded.analysis_version`)
        )
      )

      const findCreator = Effect.fn("InsightRepo.findCreator")((profile: ProfileId) =>
        decodeCreator(read`SELECT * FROM creator_metadata WHERE profile_id = ${profile}`)
      )

      const findCreators = Effect.fn("InsightRepo.findCreators")((profiles: ReadonlyArray<ProfileId>) =>
        decodeCreators(read`SELECT * FROM creator_metadata WHERE profile_id = ANY (${profiles}::uuid[])`)
      )

      const isMissing = (version: number) =>
        sql`(
          creator_metadata.analysis_version IS NULL OR creator_metadata.analysis_version < ${version} OR creator_metadata.details IS NULL
          OR creator_metadata.last_updated < (profiles.analytics ->> 'as_of')::timestamptz
        )`

      const withoutCreator = Effect.fn("InsightRepo.withoutCreator")((after: string, version: number, limit: number) =>
        decodeBehind(sql`
          SELECT profiles.id, profiles.username, profiles.last_refreshed, profiles.analytics FROM profiles
          LEFT JOIN creator_metadata ON creator_metadata.profile_id = profiles.id
          WHERE profiles.id > ${after}::uuid AND ${isMissing(version)}
          ORDER BY profiles.id
          LIMIT ${limit}`)
      )

      const countWithoutCreator = Effect.fn("InsightRepo.countWithoutCreator")((after: string, version: number) =>
        Effect.map(
          decodeCount(sql`
            SELECT count(*) AS count FROM profiles
            LEFT JOIN creator_metadata ON creator_metadata.profile_id = profiles.id
            WHERE profiles.id > ${after}::uuid AND ${isMissing(version)}`),
          (found) => found?.count ?? 0
        )
      )

      const setContentSentiment = Effect.fn("InsightRepo.setContentSentiment")((
        ...[profile, sentiment]: Parameters<InsightRepo["Service"]["setContentSentiment"]>
      ) =>
        Effect.asVoid(
          available("creator_metadata")(sql`
          UPDATE creator_metadata SET content_sentiment = ${sentiment}
          WHERE profile_id = ${profile} AND content_sentiment IS DISTINCT FROM ${sentiment}`)
        )
      )

      const upsertAudience = Effect.fn("InsightRepo.upsertAudience")((audience: typeof AudienceDemographics.insert.Encoded) =>
        Effect.asVoid(
          available("audience_demographics")(sql`
          INSERT INTO audience_demographics (${sql.literal(audienceColumns.join(", "))})
          SELECT ${sql.literal(audienceColumns.join(", "))}
          FROM jsonb_populate_record(NULL::audience_demographics, ${JSON.stringify(audience)}::jsonb)
          ON CONFLICT (profile_id) DO UPDATE SET ${sql.literal(taken(audienceColumns))}`)
        )
      )

      const findAudience = Effect.fn("InsightRepo.findAudience")((profile: ProfileId) =>
        decodeAudience(read`SELECT * FROM audience_demographics WHERE profile_id = ${profile}`)
      )

      const upsertSentiment = Effect.fn("InsightRepo.upsertSentiment")(function*(
        sentiments: ReadonlyArray<typeof CommentSentiment.insert.Encoded>
      ) {
        if (sentiments.length === 0) return
        yield* available("comment_sentiment")(sql`
          INSERT INTO comment_sentiment (${sql.literal(sentimentColumns.join(", "))})
          SELECT ${sql.literal(sentimentColumns.join(", "))}
          FROM jsonb_populate_recordset(NULL::comment_sentiment, ${JSON.stringify(sentiments)}::jsonb)
          ORDER BY post_id
          ON CONFLICT (post_id, method, method_version) DO UPDATE SET ${sql.literal(taken(sentimentColumns))}`)
      })

      const sentimentOf = Effect.fn("InsightRepo.sentimentOf")((
        profile: ProfileId,
        { limit, method, version }: { readonly method: string; readonly version: number; readonly limit: number }
      ) =>
        decodeSentiment(read`
          SELECT comment_sentiment.*, posts.shortcode, posts.posted_at
          FROM post_profiles AS link
          JOIN posts ON posts.id = link.post_id
          JOIN comment_sentiment ON comment_sentiment.post_id = posts.id
            AND comment_sentiment.method = ${method} AND comment_sentiment.method_version = ${version}
          WHERE link.profile_id = ${profile}
          ORDER BY link.posted_at DESC NULLS LAST, link.post_id DESC
          LIMIT ${limit}`)
      )

      return {
        upsertCreator,
        findCreator,
        findCreators,
        withoutCreator,
        countWithoutCreator,
        setContentSentiment,
        upsertAudience,
        findAudience,
        upsertSentiment,
        sentimentOf
      }
    })
  )
}

const Behind = Schema.Struct({
  id: Profile.fields.id,
  username: Profile.fields.username,
  last_refreshed: Profile.fields.last_refreshed,
  analytics: Profile.fields.analytics
})

/** A post's sentiment, and which post. */
export const PostSentiment = Schema.Struct({
  ...CommentSentiment.fields,
  shortcode: Post.fields.shortcode,
  posted_at: Post.fields.posted_at
})

const ours = new Set(["id", "created_at"])
const columnsOf = (fields: object): ReadonlyArray<string> => Object.keys(fields).filter((name) => !ours.has(name))
const creatorColumns = columnsOf(CreatorMetadata.fields)
const audienceColumns = columnsOf(AudienceDemographics.fields)
const sentimentColumns = columnsOf(CommentSentiment.fields)

/** What a row is found by, and the tone of the captions, which comes by another way. */
const keys = new Set(["profile_id", "post_id", "method", "method_version", "content_sentiment"])
const taken = (columns: ReadonlyArray<string>): string =>
  columns.filter((name) => !keys.has(name)).map((name) => `${name} = excluded.${name}`).join(", ")
