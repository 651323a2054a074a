import { Schema } from "effect"
import * as Column from "../database/Column.ts"
import { Post } from "../posts/Post.ts"
import { Profile, ProfileId } from "../profiles/Profile.ts"
import type { UserId } from "../users/UserId.ts"
import { PostInCampaign, ProfileInCampaign } from "./CampaignView.ts"

/** Who looks at a campaign, and when: what is unlocked depends on both. */
export interface Viewer {
  readonly user: UserId
  readonly now: Column.Instant
}

/** Which part of a list: after the `position` of a former row. */
export interface Page {
  readonly after: string | undefined
  readonly limit: number
}

/** An attached profile with what its report needs; `position` is where a next page continues. */
export const ProfileRow = Schema.Struct({
  ...ProfileInCampaign.fields,
  last_refreshed: Profile.fields.last_refreshed,
  position: Schema.String
})
export type ProfileRow = typeof ProfileRow.Type

/** An attached post with what its report needs; the counts are null where it is not unlocked. */
export const PostRow = Schema.Struct({
  ...PostInCampaign.fields,
  /** When the counts were read. */
  counted_at: Column.Instant,
  listed_by: Schema.Array(ProfileId),
  likes_count: Post.fields.likes_count,
  likes_hidden: Schema.Boolean,
  comments_count: Post.fields.comments_count,
  plays_count: Schema.NullOr(Schema.Int),
  engagement_rate: Post.fields.engagement_rate,
  caption: Post.fields.caption,
  position: Schema.String
})
export type PostRow = typeof PostRow.Type
