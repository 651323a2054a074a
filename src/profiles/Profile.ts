import { Schema } from "effect"
import { Model } from "effect/schema"
import * as Column from "../database/Column.ts"
import { Username } from "./Username.ts"

export const ProfileId = Schema.String.pipe(Schema.brand("ProfileId")).annotate({ sqlType: "uuid", format: "uuid" })
export type ProfileId = typeof ProfileId.Type

export const BioLink = Schema.Struct({
  title: Schema.NullOr(Schema.String),
  url: Schema.NullOr(Schema.String),
  link_type: Schema.NullOr(Schema.String)
})

export const Availability = Column.oneOf(["available", "private", "gone"])

/** A row of `profiles`. NULL is unknown, zero is zero; rates are percent. */
export class Profile extends Model.Class<Profile>("Profile")({
  id: Column.withDefault(ProfileId),
  username: Username.annotate({ sqlType: "text" }),
  instagram_user_id: Schema.NullOr(Column.text),
  full_name: Schema.NullOr(Column.text),
  biography: Schema.NullOr(Column.text),
  followers_count: Schema.NullOr(Column.bigint),
  following_count: Schema.NullOr(Column.bigint),
  posts_count: Schema.NullOr(Column.bigint),
  video_count: Schema.NullOr(Column.bigint),
  highlight_reel_count: Schema.NullOr(Column.bigint),
  profile_pic_url: Schema.NullOr(Column.text),
  profile_pic_url_hd: Schema.NullOr(Column.text),
  profile_pic_expires_at: Schema.NullOr(Column.Instant),
  external_url: Schema.NullOr(Column.text),
  bio_links: Column.withDefault(Column.json(Schema.Array(BioLink))),
  pronouns: Column.withDefault(Column.textArray),
  category: Schema.NullOr(Column.text),
  category_enum: Schema.NullOr(Column.text),
  business_category_name: Schema.NullOr(Column.text),
  overall_category_name: Schema.NullOr(Column.text),
  business_email: Schema.NullOr(Column.text),
  business_phone_number: Schema.NullOr(Column.text),
  business_contact_method: Schema.NullOr(Column.text),
  business_address: Schema.NullOr(Column.jsonObject),
  fbid: Schema.NullOr(Column.text),
  is_verified: Schema.NullOr(Column.boolean),
  is_private: Schema.NullOr(Column.boolean),
  is_business_account: Schema.NullOr(Column.boolean),
  is_professional_account: Schema.NullOr(Column.boolean),
  is_joined_recently: Schema.NullOr(Column.boolean),
  has_clips: Schema.NullOr(Column.boolean),
  has_guides: Schema.NullOr(Column.boolean),
  has_channel: Schema.NullOr(Column.boolean),
  engagement_rate: Schema.NullOr(Column.double),
  engagement_rate_mean: Schema.NullOr(Column.double),
  median_likes: Schema.NullOr(Column.double),
  median_comments: Schema.NullOr(Column.double),
  median_plays: Schema.NullOr(Column.double),
  posts_per_week: Schema.NullOr(Column.double),
  influence_score: Schema.NullOr(Column.double),
  data_quality_score: Schema.NullOr(Column.double),
  analytics: Schema.NullOr(Column.jsonObject),
  analytics_version: Schema.NullOr(Column.integer),
  availability: Column.withDefault(Availability),
  raw_data: Column.jsonObject,
  data_version: Column.withDefault(Column.bigint),
  refresh_count: Column.withDefault(Column.integer),
  last_refreshed: Column.withDefault(Column.Instant),
  created_at: Column.withDefault(Column.Instant),
  updated_at: Column.withDefault(Column.Instant)
}, { table: "profiles" }) {}

/** When the picture at an address ends. */
export type PictureExpiry = Pick<Profile, "id" | "profile_pic_url" | "profile_pic_expires_at">
