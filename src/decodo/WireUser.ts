import { Schema } from "effect"
import { list, optional, tolerantDecoder } from "./TolerantDecoder.ts"
import { Count, Counted, edgesOf, InstagramId, Link, LowerCaseUsername, Text } from "./WireField.ts"

/** A page of posts. Its nodes are decoded one by one, so that one of them cannot cost the others. */
const Timeline = Schema.Struct({
  count: optional(Count),
  page_info: optional(Schema.Struct({ has_next_page: optional(Schema.Boolean) })),
  edges: optional(Schema.Array(Schema.Unknown)),
  nodes: optional(Schema.Array(Schema.Unknown))
})

const RelatedNode = Schema.Struct({
  id: optional(InstagramId),
  username: optional(LowerCaseUsername),
  full_name: optional(Text),
  is_verified: optional(Schema.Boolean),
  is_private: optional(Schema.Boolean),
  profile_pic_url: optional(Link)
})

/** The vendor's user object: what is read of it, over all shapes from 2017 (`followed_by`, `follows`, `media`) to 2025. */
export const WireUser = Schema.Struct({
  id: optional(InstagramId),
  username: optional(LowerCaseUsername),
  full_name: optional(Text),
  biography: optional(Text),
  biography_with_entities: optional(Schema.Struct({
    entities: optional(list(Schema.Struct({ user: optional(Schema.Struct({ username: optional(LowerCaseUsername) })) }), 200))
  })),
  edge_followed_by: optional(Counted),
  followed_by: optional(Counted),
  edge_follow: optional(Counted),
  follows: optional(Counted),
  edge_owner_to_timeline_media: optional(Timeline),
  media: optional(Timeline),
  edge_felix_video_timeline: optional(Timeline),
  edge_related_profiles: optional(edgesOf(RelatedNode, 500)),
  profile_pic_url: optional(Link),
  profile_pic_url_hd: optional(Link),
  external_url: optional(Link),
  bio_links: optional(list(
    Schema.Struct({ title: optional(Text), url: optional(Link), link_type: optional(Text) }),
    100
  )),
  pronouns: optional(list(Text, 20)),
  category_name: optional(Text),
  category_enum: optional(Text),
  business_category_name: optional(Text),
  overall_category_name: optional(Text),
  business_email: optional(Text),
  business_phone_number: optional(Text),
  business_contact_method: optional(Text),
  business_address_json: optional(Schema.Union([Text, Schema.JsonObject])),
  fbid: optional(InstagramId),
  highlight_reel_count: optional(Count),
  is_verified: optional(Schema.Boolean),
  is_private: optional(Schema.Boolean),
  is_business_account: optional(Schema.Boolean),
  is_professional_account: optional(Schema.Boolean),
  is_joined_recently: optional(Schema.Boolean),
  has_clips: optional(Schema.Boolean),
  has_guides: optional(Schema.Boolean),
  has_channel: optional(Schema.Boolean)
})
export type WireUser = typeof WireUser.Type

export const decodeWireUser = tolerantDecoder(WireUser)
