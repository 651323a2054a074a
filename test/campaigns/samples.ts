import { Campaign, CampaignId } from "../../src/campaigns/Campaign.ts"
import type { PostRow, ProfileRow } from "../../src/campaigns/CampaignRows.ts"
import { Instant } from "../../src/database/Column.ts"
import { PostId } from "../../src/posts/Post.ts"
import { ProfileId } from "../../src/profiles/Profile.ts"
import { Username } from "../../src/profiles/Username.ts"
import { UserId } from "../../src/users/UserId.ts"

export const asOf = Instant.make("2026-02-01T00:00:00.000Z")
export const at = (day: string, time = "12:00:00.000") => Instant.make(`${day}T${time}Z`)

export const campaignOf = (given: Partial<Campaign> = {}): Campaign =>
  new Campaign({
    id: CampaignId.make("d0000000-0000-4000-8000-000000000001"),
    user_id: UserId.make("a0000000-0000-4000-8000-000000000001"),
    name: "Sample",
    description: null,
    logo_url: null,
    status: "active",
    start_date: null,
    end_date: null,
    budget: null,
    currency: null,
    target_audience: {},
    campaign_goals: {},
    deleted_at: null,
    created_at: asOf,
    updated_at: asOf,
    ...given
  })

/** A reel that is unlocked; of its counts nothing is known. */
export const postOf = (n: number, given: Partial<PostRow> = {}): PostRow => ({
  post_id: PostId.make(`post ${n}`),
  shortcode: `Post${n}`,
  owner_username: Username.make("some.creator"),
  media_type: "reel",
  posted_at: asOf,
  role: null,
  performance_tier: null,
  notes: null,
  added_at: asOf,
  updated_at: asOf,
  unlocked: true,
  counted_at: asOf,
  listed_by: [ProfileId.make("profile 1")],
  likes_count: null,
  likes_hidden: false,
  comments_count: null,
  plays_count: null,
  engagement_rate: null,
  caption: null,
  position: "",
  ...given
})

export const profileOf = (n: number, given: Partial<ProfileRow> = {}): ProfileRow => ({
  profile_id: ProfileId.make(`profile ${n}`),
  username: Username.make(`creator.${n}`),
  full_name: null,
  profile_pic_url: null,
  followers_count: null,
  is_verified: null,
  availability: "available",
  role: null,
  priority: null,
  notes: null,
  added_at: asOf,
  updated_at: asOf,
  unlocked: true,
  last_refreshed: asOf,
  position: "",
  ...given
})
