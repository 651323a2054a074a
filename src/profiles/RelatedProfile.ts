import { Schema } from "effect"
import { Model } from "effect/schema"
import * as Column from "../database/Column.ts"
import { ProfileId } from "./Profile.ts"
import { Username } from "./Username.ts"

/** A row of `related_profiles`: an account that Instagram suggests beside a profile. */
export class RelatedProfile extends Model.Class<RelatedProfile>("RelatedProfile")({
  id: Column.withDefault(Column.uuid),
  profile_id: ProfileId,
  related_username: Username.annotate({ sqlType: "text" }),
  related_instagram_user_id: Schema.NullOr(Column.text),
  related_full_name: Schema.NullOr(Column.text),
  related_is_verified: Schema.NullOr(Column.boolean),
  related_is_private: Schema.NullOr(Column.boolean),
  related_profile_pic_url: Schema.NullOr(Column.text),
  related_followers_count: Schema.NullOr(Column.bigint),
  relationship_type: Column.withDefault(Column.oneOf(["suggested", "similar"])),
  source: Column.withDefault(Column.oneOf(["instagram", "computed", "legacy"])),
  position: Schema.NullOr(Column.integer),
  similarity_score: Schema.NullOr(Column.double),
  similarity_method: Schema.NullOr(Column.text),
  discovered_at: Column.withDefault(Column.Instant),
  updated_at: Column.withDefault(Column.Instant)
}, { table: "related_profiles" }) {}

/** A stored profile that is similar by our own method. */
export type SimilarProfile = Pick<typeof RelatedProfile.insert.Encoded, typeof similarColumns[number]>

export const similarColumns = [
  "related_username",
  "related_instagram_user_id",
  "related_full_name",
  "related_is_verified",
  "related_is_private",
  "related_profile_pic_url",
  "related_followers_count",
  "similarity_score",
  "similarity_method"
] as const

/** The columns that a vendor's answer fills. */
export const relatedColumns = [
  "related_username",
  "related_instagram_user_id",
  "related_full_name",
  "related_is_verified",
  "related_is_private",
  "related_profile_pic_url",
  "position",
  "relationship_type",
  "source",
  "discovered_at",
  "updated_at"
]
