import { Effect, Schema } from "effect"
import type { SqlClient } from "effect/sql/SqlClient"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { rows } from "../database/Rows.ts"
import { Mention } from "./Mention.ts"
import type { ProfileId } from "./Profile.ts"
import { RelatedProfile } from "./RelatedProfile.ts"

/** The part of `ProfileRepo` that reads pages of `related_profiles` and `mentions`. */
export interface ProfileRelations {
  related(profile: ProfileId, page: Page): Effect.Effect<ReadonlyArray<typeof RelatedRow.Type>, DatabaseError>
  mentions(profile: ProfileId, page: Page): Effect.Effect<ReadonlyArray<typeof MentionRow.Type>, DatabaseError>
}

export interface Page {
  /** The `cursor` of the last row of the former page. */
  readonly after: string | undefined
  readonly limit: number
}

export const RelatedRow = Schema.Struct({ ...RelatedProfile.fields, cursor: Schema.String })
export const MentionRow = Schema.Struct({ ...Mention.fields, shortcode: Schema.NullOr(Schema.String), cursor: Schema.String })

export const profileRelations = (read: SqlClient): ProfileRelations => {
  const decodeRelated = rows("related_profiles", RelatedRow)
  const decodeMentions = rows("mentions", MentionRow)

  const related = Effect.fn("ProfileRepo.related")((profile: ProfileId, page: Page) =>
    decodeRelated(read`
      SELECT ${read.literal(Object.keys(RelatedProfile.fields).join(", "))}, coalesce(position, 1000000) || ' ' || id AS cursor
      FROM related_profiles
      WHERE profile_id = ${profile} AND ${
      page.after === undefined
        ? read`true`
        : read`(coalesce(position, 1000000), id) > (split_part(${page.after}, ' ', 1)::integer, split_part(${page.after}, ' ', 2)::uuid)`
    }
      ORDER BY coalesce(position, 1000000), id
      LIMIT ${page.limit}`)
  )

  const mentions = Effect.fn("ProfileRepo.mentions")((profile: ProfileId, page: Page) =>
    decodeMentions(read`
      SELECT ${read.literal(Object.keys(Mention.fields).map((name) => `m.${name}`).join(", "))}, posts.shortcode,
        (extract(epoch FROM m.mentioned_at) * 1000000)::bigint || ' ' || m.id AS cursor
      FROM mentions AS m LEFT JOIN posts ON posts.id = m.post_id
      WHERE m.profile_id = ${profile} AND ${
      page.after === undefined
        ? read`true`
        : read`(m.mentioned_at, m.id) < (timestamptz 'epoch' + split_part(${page.after}, ' ', 1)::bigint * interval '1 microsecond', split_part(${page.after}, ' ', 2)::uuid)`
    }
      ORDER BY m.mentioned_at DESC, m.id DESC
      LIMIT ${page.limit}`)
  )

  return { related, mentions }
}
