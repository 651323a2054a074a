import { Schema } from "effect"
import { Instant } from "../database/Column.ts"
import { Username } from "../profiles/Username.ts"
import { FetchedPost } from "./FetchedPost.ts"
import { DecodingIssue } from "./TolerantDecoder.ts"

const Text = Schema.NullOr(Schema.String)
const Flag = Schema.NullOr(Schema.Boolean)
const Count = Schema.NullOr(Schema.Natural)

/** The account itself. Null is unknown, zero is zero. */
export const FetchedAccount = Schema.Struct({
  username: Username,
  instagram_user_id: Schema.String,
  full_name: Text,
  biography: Text,
  biography_mentions: Schema.Array(Username),
  followers_count: Count,
  following_count: Count,
  posts_count: Count,
  video_count: Count,
  highlight_reel_count: Count,
  profile_pic_url: Text,
  profile_pic_url_hd: Text,
  profile_pic_expires_at: Schema.NullOr(Instant),
  external_url: Text,
  bio_links: Schema.Array(Schema.Struct({ title: Text, url: Text, link_type: Text })),
  pronouns: Schema.Array(Schema.String),
  category: Text,
  category_enum: Text,
  business_category_name: Text,
  overall_category_name: Text,
  business_email: Text,
  business_phone_number: Text,
  business_contact_method: Text,
  business_address: Schema.NullOr(Schema.JsonObject),
  fbid: Text,
  is_verified: Flag,
  is_private: Flag,
  is_business_account: Flag,
  is_professional_account: Flag,
  is_joined_recently: Flag,
  has_clips: Flag,
  has_guides: Flag,
  has_channel: Flag,
  availability: Schema.Literals(["available", "private"]),
  /** Whether any posts came. None is not "no posts": private accounts and a throttled vendor send a count and no posts. */
  posts_received: Schema.Boolean,
  /** Whether the account has more posts than came. */
  posts_truncated: Flag
})
export type FetchedAccount = typeof FetchedAccount.Type

/** An account that Instagram suggests beside this one; `position` counts from 1 in Instagram's order. */
export const FetchedRelated = Schema.Struct({
  related_username: Username,
  related_instagram_user_id: Text,
  related_full_name: Text,
  related_is_verified: Flag,
  related_is_private: Flag,
  related_profile_pic_url: Text,
  position: Schema.Int
})
export type FetchedRelated = typeof FetchedRelated.Type

/** Whom the profile mentions, and in which post (none: the biography). `context` has at most 200 characters. */
export const FetchedMention = Schema.Struct({
  mentioned_username: Username,
  mention_type: Schema.Literals(["tag", "caption", "biography", "collaboration"]),
  shortcode: Text,
  context: Text
})
export type FetchedMention = typeof FetchedMention.Type

/** What a vendor's user object says. Pure decoding: the same object always gives the same, so that stored ones can be read again. */
export const DecodedProfile = Schema.Struct({
  profile: FetchedAccount,
  posts: Schema.Array(FetchedPost),
  related: Schema.Array(FetchedRelated),
  mentions: Schema.Array(FetchedMention),
  /** The vendor's user object, whole, as it can be stored. */
  raw: Schema.JsonObject,
  /** What did not fit and became null; at most 100. */
  issues: Schema.Array(DecodingIssue)
})
export type DecodedProfile = typeof DecodedProfile.Type

/** How something was fetched. */
export const FetchMeta = Schema.Struct({
  /** Names the answer here, so that one whose keeping was not confirmed can be kept again. */
  id: Schema.String,
  task_id: Text,
  target: Schema.String,
  fetched_at: Instant,
  /** From the start of the first call to the answer, waits included. */
  duration_ms: Schema.Natural,
  attempts: Schema.Natural,
  response_bytes: Schema.Natural
})
export type FetchMeta = typeof FetchMeta.Type

/** A decoded profile and how it was fetched. */
export const FetchedProfile = Schema.Struct({ ...DecodedProfile.fields, meta: FetchMeta })
export type FetchedProfile = typeof FetchedProfile.Type

/** One post by its own answer, which also carries comments in `post.raw`, and how it was fetched. */
export interface FetchedSinglePost {
  readonly post: FetchedPost
  readonly issues: ReadonlyArray<DecodingIssue>
  readonly meta: FetchMeta
}
