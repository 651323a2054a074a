import { Schema } from "effect"
import { Model } from "effect/schema"
import * as Column from "../database/Column.ts"
import { ProfileId } from "../profiles/Profile.ts"
import { Username } from "../profiles/Username.ts"

export const PostId = Schema.String.pipe(Schema.brand("PostId")).annotate({ sqlType: "uuid", format: "uuid" })
export type PostId = typeof PostId.Type

export const MediaType = Column.oneOf(["photo", "carousel", "reel", "video"])

const jsonArray = Column.json(Schema.Array(Schema.Record(Schema.String, Schema.Json)))

/** A row of `posts`. `likes_count` NULL is unknown; `engagement_rate` is percent; `video_duration` is seconds. */
export class Post extends Model.Class<Post>("Post")({
  id: Column.withDefault(PostId),
  profile_id: ProfileId,
  instagram_post_id: Column.text,
  shortcode: Column.text,
  owner_username: Schema.NullOr(Username.annotate({ sqlType: "text" })),
  owner_instagram_user_id: Schema.NullOr(Column.text),
  media_type: MediaType,
  product_type: Schema.NullOr(Column.text),
  is_video: Column.boolean,
  is_carousel: Column.boolean,
  carousel_media_count: Schema.NullOr(Column.integer),
  display_url: Schema.NullOr(Column.text),
  thumbnail_src: Schema.NullOr(Column.text),
  thumbnail_tall_src: Schema.NullOr(Column.text),
  video_url: Schema.NullOr(Column.text),
  video_view_count: Schema.NullOr(Column.bigint),
  video_play_count: Schema.NullOr(Column.bigint),
  video_duration: Schema.NullOr(Column.double),
  has_audio: Schema.NullOr(Column.boolean),
  width: Schema.NullOr(Column.integer),
  height: Schema.NullOr(Column.integer),
  caption: Schema.NullOr(Column.text),
  accessibility_caption: Schema.NullOr(Column.text),
  likes_count: Schema.NullOr(Column.bigint),
  likes_hidden: Column.withDefault(Column.boolean),
  comments_count: Schema.NullOr(Column.bigint),
  comments_disabled: Schema.NullOr(Column.boolean),
  like_and_view_counts_disabled: Schema.NullOr(Column.boolean),
  viewer_can_reshare: Schema.NullOr(Column.boolean),
  has_upcoming_event: Schema.NullOr(Column.boolean),
  location_name: Schema.NullOr(Column.text),
  location_id: Schema.NullOr(Column.text),
  taken_at_timestamp: Schema.NullOr(Column.bigint),
  posted_at: Schema.NullOr(Column.Instant),
  thumbnail_resources: Column.withDefault(jsonArray),
  sidecar_children: Column.withDefault(jsonArray),
  tagged_users: Column.withDefault(jsonArray),
  coauthor_producers: Column.withDefault(jsonArray),
  hashtags: Column.withDefault(Column.textArray),
  mentions: Column.withDefault(Column.textArray),
  engagement_rate: Schema.NullOr(Column.double),
  performance_score: Schema.NullOr(Column.double),
  raw_data: Column.jsonObject,
  created_at: Column.withDefault(Column.Instant),
  updated_at: Column.withDefault(Column.Instant)
}, { table: "posts" }) {}
