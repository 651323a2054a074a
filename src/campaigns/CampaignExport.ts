import type { Cell } from "../http/Csv.ts"
import type { Campaign } from "./Campaign.ts"
import { leftOut } from "./CampaignReport.ts"
import type { PostRow, ProfileRow } from "./CampaignRows.ts"

/** The columns of an export, in order, each with how a row fills it. Null stays empty: unknown, or not unlocked. */
export type Columns<Row> = Readonly<Record<string, (row: Row) => Cell>>

export const postColumns = (campaign: Campaign): Columns<PostRow> => ({
  shortcode: (post) => post.shortcode,
  url: (post) => `https://www.instagram.com/p/${post.shortcode}/`,
  owner_username: (post) => post.owner_username,
  media_type: (post) => post.media_type,
  posted_at: (post) => post.posted_at,
  left_out: (post) => leftOut(campaign, post),
  role: (post) => post.role,
  performance_tier: (post) => post.performance_tier,
  likes: (post) => post.likes_count,
  comments: (post) => post.comments_count,
  plays: (post) => post.plays_count,
  engagement_rate_percent: (post) => post.engagement_rate,
  counted_at: (post) => post.counted_at,
  notes: (post) => post.notes,
  caption: (post) => post.caption
})

export const profileColumns: Columns<ProfileRow> = {
  username: (profile) => profile.username,
  url: (profile) => `https://www.instagram.com/${profile.username}/`,
  full_name: (profile) => profile.full_name,
  followers: (profile) => profile.followers_count,
  is_verified: (profile) => profile.is_verified,
  availability: (profile) => profile.availability,
  role: (profile) => profile.role,
  priority: (profile) => profile.priority,
  unlocked: (profile) => profile.unlocked,
  last_refreshed: (profile) => profile.last_refreshed,
  notes: (profile) => profile.notes
}
