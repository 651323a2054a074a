import { Context, Effect, Layer, Schema } from "effect"
import * as Column from "../database/Column.ts"
import { ReadSql } from "../database/Database.ts"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { rows } from "../database/Rows.ts"
import { Mention } from "./Mention.ts"
import { Profile, type ProfileId } from "./Profile.ts"
import type { Page } from "./ProfileRelationRepo.ts"
import type { Username } from "./Username.ts"

/** Reads across stored profiles: those like one, and those that mention it. */
export class PeerRepo extends Context.Service<PeerRepo, {
  /**
   * Figures of up to `limit` profiles nearest in followers within `from`–`to`, of the same kind, on each side. From an index alone, whatever
   * the size of the table.
   */
  nearest(peers: {
    readonly profile: ProfileId
    readonly isBusiness: boolean
    readonly followers: number
    readonly from: number
    readonly to: number | null
    readonly limit: number
  }): Effect.Effect<ReadonlyArray<typeof PeerRow.Type>, DatabaseError>
  /** Who mentions the account, newest first. */
  mentionedBy(username: Username, page: Page): Effect.Effect<ReadonlyArray<typeof MentionedByRow.Type>, DatabaseError>
  /** Stored profiles near one in the graph: those it is suggested beside, and those that mention whom it mentions, comments of others apart; at most 200. */
  neighbours(profile: ProfileId): Effect.Effect<ReadonlyArray<typeof NeighbourRow.Type>, DatabaseError>
  /** Whom profiles mention themselves, each account once; at most 200 a profile. */
  mentioned(profiles: ReadonlyArray<ProfileId>): Effect.Effect<ReadonlyArray<typeof MentionedRow.Type>, DatabaseError>
}>()("analytics-following/profiles/PeerRepo") {
  static readonly layer = Layer.effect(
    PeerRepo,
    Effect.gen(function*() {
      const read = yield* ReadSql
      const decodePeers = rows("profiles", PeerRow)
      const decodeMentions = rows("mentions", MentionedByRow)
      const decodeNeighbours = rows("profiles", NeighbourRow)
      const decodeMentioned = rows("mentions", MentionedRow)

      const nearest = Effect.fn("PeerRepo.nearest")((
        { followers, from, isBusiness, limit, profile, to }: Parameters<PeerRepo["Service"]["nearest"]>[0]
      ) => {
        const among =
          read`is_business_account = ${isBusiness} AND engagement_rate IS NOT NULL AND availability = 'available' AND id <> ${profile}`
        return decodePeers(read`
          SELECT engagement_rate, posts_per_week, influence_score FROM ((
            SELECT engagement_rate, posts_per_week, influence_score FROM profiles
            WHERE ${among} AND followers_count >= ${followers} AND followers_count < ${to ?? Number.MAX_SAFE_INTEGER}
            ORDER BY followers_count, id
            LIMIT ${limit}
          ) UNION ALL (
            SELECT engagement_rate, posts_per_week, influence_score FROM profiles
            WHERE ${among} AND followers_count < ${followers} AND followers_count >= ${from}
            ORDER BY followers_count DESC, id DESC
            LIMIT ${limit}
          )) AS peers`)
      })

      const mentionedBy = Effect.fn("PeerRepo.mentionedBy")((username: Username, page: Page) =>
        decodeMentions(read`
          SELECT profiles.username, m.mention_type, m.mention_context, m.mentioned_at, posts.shortcode,
            (extract(epoch FROM m.mentioned_at) * 1000000)::bigint || ' ' || m.id AS cursor
          FROM mentions AS m
          JOIN profiles ON profiles.id = m.profile_id
          LEFT JOIN posts ON posts.id = m.post_id
          WHERE m.mentioned_username = ${username} AND ${
          page.after === undefined
            ? read`true`
            : read`(m.mentioned_at, m.id) < (timestamptz 'epoch' + split_part(${page.after}, ' ', 1)::bigint * interval '1 microsecond', split_part(${page.after}, ' ', 2)::uuid)`
        }
          ORDER BY m.mentioned_at DESC, m.id DESC
          LIMIT ${page.limit}`)
      )

      const neighbours = Effect.fn("PeerRepo.neighbours")((profile: ProfileId) =>
        decodeNeighbours(read`
          SELECT DISTINCT ON (id) id, username, full_name, instagram_user_id, is_verified, is_private, profile_pic_url, followers_count
          FROM ((
            SELECT profiles.* FROM related_profiles AS related
            JOIN profiles ON profiles.username = related.related_username
            WHERE related.profile_id = ${profile} AND related.source <> 'computed'
            LIMIT 100
          ) UNION ALL (
            SELECT profiles.* FROM (
              SELECT DISTINCT other.profile_id FROM (
                SELECT DISTINCT mentioned_username FROM mentions
                WHERE profile_id = ${profile} AND mention_type <> 'comment' LIMIT 50
              ) AS own
              CROSS JOIN LATERAL (
                SELECT profile_id FROM mentions
                WHERE mentions.mentioned_username = own.mentioned_username AND profile_id <> ${profile} AND mention_type <> 'comment'
                ORDER BY mentioned_at DESC, id DESC
                LIMIT 50
              ) AS other
              LIMIT 100
            ) AS mentioning
            JOIN profiles ON profiles.id = mentioning.profile_id
          )) AS near
          WHERE availability <> 'gone'
          ORDER BY id
          LIMIT 200`)
      )

      const mentioned = Effect.fn("PeerRepo.mentioned")((profiles: ReadonlyArray<ProfileId>) =>
        decodeMentioned(read`
          SELECT given.profile_id, named.mentioned_username
          FROM unnest(${profiles}::uuid[]) AS given (profile_id)
          CROSS JOIN LATERAL (
            SELECT DISTINCT mentioned_username FROM mentions
            WHERE mentions.profile_id = given.profile_id AND mention_type <> 'comment' LIMIT 200
          ) AS named`)
      )

      return { nearest, mentionedBy, neighbours, mentioned }
    })
  )
}

export const PeerRow = Schema.Struct({
  engagement_rate: Profile.fields.engagement_rate,
  posts_per_week: Profile.fields.posts_per_week,
  influence_score: Profile.fields.influence_score
})

export const MentionedByRow = Schema.Struct({
  username: Profile.fields.username,
  mention_type: Mention.fields.mention_type,
  mention_context: Mention.fields.mention_context,
  mentioned_at: Column.Instant,
  shortcode: Schema.NullOr(Schema.String),
  cursor: Schema.String
})

export const NeighbourRow = Schema.Struct({
  id: Profile.fields.id,
  username: Profile.fields.username,
  full_name: Profile.fields.full_name,
  instagram_user_id: Profile.fields.instagram_user_id,
  is_verified: Profile.fields.is_verified,
  is_private: Profile.fields.is_private,
  profile_pic_url: Profile.fields.profile_pic_url,
  followers_count: Profile.fields.followers_count
})

export const MentionedRow = Schema.Struct({
  profile_id: Profile.fields.id,
  mentioned_username: Schema.String
})
