import { Schema } from "effect"
import { MediaType } from "../posts/Post.ts"
import { Username } from "../profiles/Username.ts"

const Text = Schema.NullOr(Schema.String)
const Flag = Schema.NullOr(Schema.Boolean)
const Count = Schema.NullOr(Schema.Natural)

/** A post as the vendor sent it: decoded, named as the columns are, nothing computed. Null is unknown, zero is zero. */
export const FetchedPost = Schema.Struct({
  instagram_post_id: Schema.String,
  shortcode: Schema.String,
  owner_username: Schema.NullOr(Username),
  owner_instagram_user_id: Text,
  /** `video` includes IGTV; a reel is a video with product type `clips`. */
  media_type: MediaType,
  product_type: Text,
  is_video: Schema.Boolean,
  is_carousel: Schema.Boolean,
  /** Null where the vendor did not send the children. */
  carousel_media_count: Count,
  /** Pinned on the profile it was listed under; null where the answer is older than pins. */
  is_pinned: Flag,
  /** Came only in the list of videos, which reaches further back than the timeline. */
  video_list_only: Schema.Boolean,
  display_url: Text,
  thumbnail_src: Text,
  thumbnail_tall_src: Text,
  thumbnail_resources: Schema.Array(Schema.Struct({ src: Text, config_width: Count, config_height: Count })),
  width: Count,
  height: Count,
  video_url: Text,
  /** Undercounts reels, and is 0 on old videos that were watched. */
  video_view_count: Count,
  video_play_count: Count,
  /** Seconds, with fractions. */
  video_duration: Schema.NullOr(Schema.Finite),
  has_audio: Flag,
  music: Schema.NullOr(Schema.Struct({ artist_name: Text, song_name: Text, audio_id: Text, uses_original_audio: Flag })),
  caption: Text,
  accessibility_caption: Text,
  hashtags: Schema.Array(Schema.String),
  mentions: Schema.Array(Username),
  /** Null is unknown: not sent, or hidden by the owner (`likes_hidden`). */
  likes_count: Count,
  likes_hidden: Schema.Boolean,
  /** Includes replies. */
  comments_count: Count,
  comments_disabled: Flag,
  like_and_view_counts_disabled: Flag,
  viewer_can_reshare: Flag,
  has_upcoming_event: Flag,
  is_paid_partnership: Flag,
  is_affiliate: Flag,
  sponsor_users: Schema.Array(Schema.Struct({ username: Username, instagram_user_id: Text })),
  location_name: Text,
  location_id: Text,
  /** Unix seconds. */
  taken_at_timestamp: Count,
  sidecar_children: Schema.Array(Schema.Struct({
    id: Text,
    shortcode: Text,
    is_video: Flag,
    display_url: Text,
    width: Count,
    height: Count,
    video_view_count: Count,
    accessibility_caption: Text
  })),
  tagged_users: Schema.Array(Schema.Struct({
    username: Username,
    full_name: Text,
    instagram_user_id: Text,
    is_verified: Flag,
    x: Schema.NullOr(Schema.Finite),
    y: Schema.NullOr(Schema.Finite)
  })),
  coauthor_producers: Schema.Array(Schema.Struct({ username: Username, instagram_user_id: Text, is_verified: Flag })),
  /** The vendor's node, whole, as it can be stored. */
  raw: Schema.JsonObject
})
export type FetchedPost = typeof FetchedPost.Type
