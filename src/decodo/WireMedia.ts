import { Schema } from "effect"
import { list, optional, tolerantDecoder } from "./TolerantDecoder.ts"
import {
  Count,
  Counted,
  edgesOf,
  InstagramId,
  Link,
  LowerCaseUsername,
  Pixels,
  Shortcode,
  Text,
  UnixSeconds
} from "./WireField.ts"

const Account = Schema.Struct({
  id: optional(InstagramId),
  username: optional(LowerCaseUsername),
  full_name: optional(Text),
  is_verified: optional(Schema.Boolean)
})

const Dimensions = Schema.Struct({ width: optional(Pixels), height: optional(Pixels) })

const Child = Schema.Struct({
  id: optional(InstagramId),
  shortcode: optional(Shortcode),
  is_video: optional(Schema.Boolean),
  display_url: optional(Link),
  dimensions: optional(Dimensions),
  video_view_count: optional(Count),
  accessibility_caption: optional(Text)
})

/**
 * The vendor's post node: what is read of it, the same in a profile, a page of posts and a post's own answer, from 2017 (`code`,
 * `caption`, `date`, `likes`, `comments`, `display_src`) to the `XDTGraph*` nodes of 2025.
 */
export const WireMedia = Schema.Struct({
  __typename: optional(Text),
  __isXDTGraphMediaInterface: optional(Text),
  id: optional(InstagramId),
  shortcode: optional(Shortcode),
  code: optional(Shortcode),
  owner: optional(Account),
  product_type: optional(Text),
  is_video: optional(Schema.Boolean),
  pinned_for_users: optional(list(Account, 100)),
  display_url: optional(Link),
  display_src: optional(Link),
  thumbnail_src: optional(Link),
  thumbnail_tall_src: optional(Link),
  thumbnail_resources: optional(list(
    Schema.Struct({ src: optional(Link), config_width: optional(Pixels), config_height: optional(Pixels) }),
    50
  )),
  dimensions: optional(Dimensions),
  video_url: optional(Link),
  video_view_count: optional(Count),
  video_play_count: optional(Count),
  video_duration: optional(Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 86_400 }))),
  has_audio: optional(Schema.Boolean),
  edge_media_to_caption: optional(edgesOf(Schema.Struct({ text: optional(Text) }), 10)),
  caption: optional(Text),
  accessibility_caption: optional(Text),
  edge_media_preview_like: optional(Counted),
  edge_liked_by: optional(Counted),
  likes: optional(Counted),
  edge_media_to_parent_comment: optional(Counted),
  edge_media_to_comment: optional(Counted),
  edge_media_preview_comment: optional(Counted),
  comments: optional(Counted),
  comments_disabled: optional(Schema.Boolean),
  like_and_view_counts_disabled: optional(Schema.Boolean),
  viewer_can_reshare: optional(Schema.Boolean),
  has_upcoming_event: optional(Schema.Boolean),
  is_paid_partnership: optional(Schema.Boolean),
  is_affiliate: optional(Schema.Boolean),
  edge_media_to_sponsor_user: optional(edgesOf(Schema.Struct({ sponsor: optional(Account) }), 50)),
  location: optional(Schema.Struct({ id: optional(InstagramId), name: optional(Text) })),
  taken_at_timestamp: optional(UnixSeconds),
  date: optional(UnixSeconds),
  edge_sidecar_to_children: optional(edgesOf(Child, 50)),
  edge_media_to_tagged_user: optional(edgesOf(
    Schema.Struct({ user: optional(Account), x: optional(Schema.Finite), y: optional(Schema.Finite) }),
    200
  )),
  coauthor_producers: optional(list(Account, 50)),
  clips_music_attribution_info: optional(Schema.Struct({
    artist_name: optional(Text),
    song_name: optional(Text),
    audio_id: optional(InstagramId),
    uses_original_audio: optional(Schema.Boolean)
  }))
})
export type WireMedia = typeof WireMedia.Type

export const decodeWireMedia = tolerantDecoder(WireMedia)
