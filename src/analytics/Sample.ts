import { Schema } from "effect"

/** A count the vendor stated. Unknown is null, never 0. */
export const Count = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0)).annotate({
  identifier: "Count",
  description: "A whole number, 0 or more"
})

/** Instagram's kinds of post. A reel is a video of the Reels tab; the formulas treat both as video. */
export const MediaType = Schema.Literals(["photo", "carousel", "reel", "video"])
export type MediaType = typeof MediaType.Type

/**
 * What the formulas read of a profile, decided at the edge. Null means that the payload did not say; an empty text means that it
 * said "none" (an account without a link has `external_url: ""`).
 */
export const ProfileSample = Schema.Struct({
  followers_count: Schema.NullOr(Count),
  following_count: Schema.NullOr(Count),
  posts_count: Schema.NullOr(Count),
  is_verified: Schema.NullOr(Schema.Boolean),
  is_private: Schema.NullOr(Schema.Boolean),
  is_business_account: Schema.NullOr(Schema.Boolean),
  category: Schema.NullOr(Schema.String),
  biography: Schema.NullOr(Schema.String),
  external_url: Schema.NullOr(Schema.String),
  full_name: Schema.NullOr(Schema.String),
  profile_pic_url: Schema.NullOr(Schema.String)
}).annotate({ identifier: "ProfileSample" })
export interface ProfileSample extends Schema.Schema.Type<typeof ProfileSample> {}

/** What the formulas read of a post, decided at the edge. */
export const PostSample = Schema.Struct({
  shortcode: Schema.NonEmptyString,
  media_type: MediaType,
  likes_count: Schema.NullOr(Count).annotate({ description: "Null when unknown or hidden (the vendor's -1)" }),
  likes_hidden: Schema.Boolean.annotate({ description: "The owner hides the count; any number beside it is not believed" }),
  comments_count: Schema.NullOr(Count),
  plays_count: Schema.NullOr(Count).annotate({ description: "Plays, else views when above 0; null for photos and carousels" }),
  posted_at: Schema.NullOr(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 253_402_300_799_999 }))).annotate({
    description: "Milliseconds since 1970, UTC"
  }),
  is_pinned: Schema.Boolean,
  video_list_only: Schema.optionalKey(Schema.Boolean).annotate({
    description:
      "Received only in the separate list of videos, which reaches further back than the timeline, so that posting cadence must not count it"
  }),
  caption: Schema.NullOr(Schema.String),
  hashtags: Schema.Array(Schema.String)
}).annotate({ identifier: "PostSample" })
export interface PostSample extends Schema.Schema.Type<typeof PostSample> {}
