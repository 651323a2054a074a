import { Schema } from "effect"
import { Post, PostId } from "./Post.ts"
import { PostProfile } from "./PostProfile.ts"

/** A post as a profile lists it: the row without the raw payload and what only the vendor needs. Answers carry it as a `PostView`. */
export const ListedPost = Schema.Struct({
  id: PostId,
  shortcode: Post.fields.shortcode,
  owner_username: Post.fields.owner_username,
  relation: PostProfile.fields.relation,
  is_pinned: PostProfile.fields.is_pinned,
  media_type: Post.fields.media_type,
  is_video: Post.fields.is_video,
  carousel_media_count: Post.fields.carousel_media_count,
  caption: Post.fields.caption,
  likes_count: Post.fields.likes_count,
  likes_hidden: Post.fields.likes_hidden,
  comments_count: Post.fields.comments_count,
  comments_disabled: Post.fields.comments_disabled,
  video_view_count: Post.fields.video_view_count,
  video_play_count: Post.fields.video_play_count,
  video_duration: Post.fields.video_duration,
  engagement_rate: Post.fields.engagement_rate,
  display_url: Post.fields.display_url,
  thumbnail_src: Post.fields.thumbnail_src,
  video_url: Post.fields.video_url,
  width: Post.fields.width,
  height: Post.fields.height,
  accessibility_caption: Post.fields.accessibility_caption,
  location_name: Post.fields.location_name,
  hashtags: Post.fields.hashtags,
  mentions: Post.fields.mentions,
  posted_at: Post.fields.posted_at,
  updated_at: Post.fields.updated_at
})
export type ListedPost = typeof ListedPost.Type

/** What an ingest writes of a post: the row, and how the ingesting profile lists it. */
export interface StoredPost extends Omit<typeof Post.insert.Encoded, "profile_id"> {
  readonly is_pinned: boolean
  readonly relation: "owner" | "collaborator"
}

/** How many posts were added and changed, and how many links to them were either. */
export interface Refilled {
  readonly added: number
  readonly changed: number
  readonly listed: number
}
