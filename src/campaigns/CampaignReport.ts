import { Schema, Struct } from "effect"
import { Figure, Instant, unavailable } from "../analytics/Figure.ts"
import { impressions, reach } from "../analytics/NotPublic.ts"
import { Count } from "../analytics/Sample.ts"
import { ProfileSummary } from "../profiles/ProfileSummary.ts"
import type { Campaign } from "./Campaign.ts"
import { CampaignGoals } from "./CampaignBody.ts"
import { costPerEngagement, figuresOf, figuresOver, followersOver, progressTo } from "./CampaignFigures.ts"
import type { PostRow, ProfileRow } from "./CampaignRows.ts"
import { CampaignView, PostInCampaign, ProfileInCampaign } from "./CampaignView.ts"

const count = Figure(Count)
const number = Figure(Schema.Finite)
const postFigures = { likes: count, comments: count, plays: count, engagement: count, engagement_rate: number }

/** Why a post does not count towards the totals. */
const LeftOut = Schema.Literals(["outside_dates", "undated", "locked"])

/** What a campaign's posts did within its dates, as of the last fetch of each. */
export const CampaignReport = Schema.Struct({
  campaign: Schema.Struct(
    Struct.pick(CampaignView.fields, ["id", "name", "status", "start_date", "end_date", "budget", "currency"])
  ),
  as_of: Instant,
  totals: Schema.Struct({
    posts: count,
    ...postFigures,
    followers: count,
    cost_per_engagement: number,
    reach: count,
    impressions: count
  }),
  left_out: Schema.Struct({ outside_dates: Count, undated: Count, locked: Count }).annotate({
    description:
      "Attached posts that no sum holds: posted outside the dates, at a time nobody knows, or not unlocked (these are in `posts`)"
  }),
  goals: Schema.Array(Schema.Struct({
    metric: Schema.Literals(["posts", "likes", "comments", "plays", "engagement", "engagement_rate"]),
    target: Schema.Finite,
    actual: number,
    progress: number
  })),
  profiles: Schema.Array(Schema.Struct({
    ...Struct.omit(ProfileInCampaign.fields, ["notes", "added_at", "updated_at"]),
    unlock: Schema.NullOr(Schema.String).annotate({ description: "What to GET to unlock it; null while it is" }),
    posts: count,
    ...postFigures
  })),
  posts: Schema.Array(Schema.Struct({
    ...Struct.omit(PostInCampaign.fields, ["notes", "added_at", "updated_at"]),
    left_out: Schema.NullOr(LeftOut),
    ...postFigures
  }))
}).annotate({ identifier: "CampaignReport" })
export type CampaignReport = typeof CampaignReport.Type

/** The report. Pure: the same campaign, profiles and posts give the same bytes, in whatever order they come. */
export const reportOf = (
  campaign: Campaign,
  profiles: ReadonlyArray<ProfileRow>,
  posts: ReadonlyArray<PostRow>
): CampaignReport => {
  const placed = posts.map((post) => ({ post, left_out: leftOut(campaign, post) })).sort((a, b) => newestFirst(a.post, b.post))
  const counted = placed.filter(({ left_out }) => left_out === null || left_out === "locked").map(({ post }) => post)
  const as_of = latest([campaign.updated_at, ...posts.map((post) => post.counted_at)])
  const figures = figuresOver(counted, as_of)
  return {
    campaign: Struct.pick(campaign, ["id", "name", "status", "start_date", "end_date", "budget", "currency"]),
    as_of,
    totals: {
      ...figures,
      followers: followersOver(profiles.map((profile) => profile.followers_count), as_of),
      cost_per_engagement: costPerEngagement(campaign.budget, figures.engagement),
      reach: unavailable(reach, as_of, "not_supported"),
      impressions: unavailable(impressions, as_of, "not_supported")
    },
    left_out: {
      outside_dates: placed.filter(({ left_out }) => left_out === "outside_dates").length,
      undated: placed.filter(({ left_out }) => left_out === "undated").length,
      locked: placed.filter(({ left_out }) => left_out === "locked").length
    },
    goals: goalsOf(campaign).map(([metric, target]) => ({
      metric,
      target,
      actual: figures[metric],
      progress: progressTo(target, figures[metric])
    })),
    profiles: profiles.toSorted(byPriority).map((profile) => ({
      ...Struct.pick(profile, ["profile_id", ...summaryFields, "role", "priority", "unlocked"]),
      unlock: profile.unlocked ? null : `/profile/${profile.username}`,
      ...figuresOver(counted.filter((post) => post.listed_by.includes(profile.profile_id)), as_of)
    })),
    posts: placed.map(({ left_out, post }) => ({
      ...Struct.pick(post, [
        "post_id",
        "shortcode",
        "owner_username",
        "media_type",
        "posted_at",
        "role",
        "performance_tier",
        "unlocked"
      ]),
      left_out,
      ...figuresOf(post)
    }))
  }
}

const summaryFields = Struct.keys(ProfileSummary.fields)

type Metric = keyof typeof CampaignGoals.fields

const metrics = Object.keys(CampaignGoals.fields) as ReadonlyArray<Metric>

/** The goals that can be counted; an old campaign may hold others. */
const goalsOf = ({ campaign_goals }: Campaign): ReadonlyArray<readonly [Metric, number]> =>
  metrics.flatMap((metric) => {
    const target = campaign_goals[metric]
    return typeof target === "number" && target > 0 ? [[metric, target] as const] : []
  })

/** Days are UTC, both included. A locked post counts as one of the campaign's, but has no counts. */
export const leftOut = (
  { end_date, start_date }: Pick<Campaign, "start_date" | "end_date">,
  { posted_at, unlocked }: Pick<PostRow, "posted_at" | "unlocked">
): typeof LeftOut.Type | null => {
  if (start_date !== null || end_date !== null) {
    if (posted_at === null) return "undated"
    const day = posted_at.slice(0, 10)
    if (start_date !== null && day < start_date) return "outside_dates"
    if (end_date !== null && day > end_date) return "outside_dates"
  }
  return unlocked ? null : "locked"
}

const latest = (instants: ReadonlyArray<string>): string => instants.reduce((a, b) => a > b ? a : b)

const compare = (a: string, b: string): number => a < b ? -1 : a > b ? 1 : 0

const newestFirst = (a: PostRow, b: PostRow): number =>
  compare(b.posted_at ?? "", a.posted_at ?? "") || compare(a.shortcode, b.shortcode)

const byPriority = (a: ProfileRow, b: ProfileRow): number =>
  (a.priority ?? 6) - (b.priority ?? 6) || compare(a.username, b.username)
