import { Schema, Struct } from "effect"
import { Post } from "../posts/Post.ts"
import { ProfileSummary } from "../profiles/ProfileSummary.ts"
import { Campaign, CampaignPost, CampaignProfile, CampaignStatus } from "./Campaign.ts"

/** A campaign as answers carry it. */
export const CampaignView = Schema.Struct({
  ...Struct.omit(Campaign.fields, ["user_id"]),
  budget: Campaign.fields.budget.annotate({ description: "Decimal text in `currency`" }),
  allowed_transitions: Schema.Array(CampaignStatus).annotate({ description: "What `status` may become" })
}).annotate({ identifier: "Campaign" })
export type CampaignView = typeof CampaignView.Type

const unlocked = Schema.Boolean.annotate({
  description: "Whether the caller holds open access now; without it there are no figures"
})

/** A profile in a campaign, with its public summary. */
export const ProfileInCampaign = Schema.Struct({
  profile_id: CampaignProfile.fields.profile_id,
  ...ProfileSummary.fields,
  role: CampaignProfile.fields.role,
  priority: CampaignProfile.fields.priority,
  notes: CampaignProfile.fields.notes,
  added_at: CampaignProfile.fields.added_at,
  updated_at: CampaignProfile.fields.updated_at,
  unlocked
}).annotate({ identifier: "ProfileInCampaign" })
export type ProfileInCampaign = typeof ProfileInCampaign.Type

/** A post in a campaign, by what its address shows. */
export const PostInCampaign = Schema.Struct({
  post_id: CampaignPost.fields.post_id,
  shortcode: Post.fields.shortcode,
  owner_username: Post.fields.owner_username,
  media_type: Post.fields.media_type,
  posted_at: Post.fields.posted_at,
  role: CampaignPost.fields.role,
  performance_tier: CampaignPost.fields.performance_tier,
  notes: CampaignPost.fields.notes,
  added_at: CampaignPost.fields.added_at,
  updated_at: CampaignPost.fields.updated_at,
  unlocked
}).annotate({ identifier: "PostInCampaign" })
export type PostInCampaign = typeof PostInCampaign.Type

/** A row of a list and where a next page continues. */
export type Placed<A> = A & { readonly position: string }
