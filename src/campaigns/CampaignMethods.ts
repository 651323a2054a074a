import { Schema } from "effect"
import type { Method } from "../analytics/Method.ts"

const counted = "The posts that count are those attached to the campaign and posted within its dates (UTC, both days included), "
  + "in a profile's entry those of them that the profile lists."

const lowerBound =
  `${counted} Summed where the count is known: \`sample.size\` beside \`posts\` says whether some is missing, and the sum then is a lower bound.`

/** An entry in its first version. The example's posts are unlocked, within the dates, and reels; what they do not show is unknown. */
const entry = (given: {
  readonly method: string
  readonly definition: string
  readonly formula: string
  readonly unit: string
  readonly figure: string
  readonly input: Schema.Json
  readonly output: Schema.Json
}): Method => ({
  method: given.method,
  version: 1,
  definition: given.definition,
  formula: given.formula,
  unit: given.unit,
  range: { low: 0, high: null },
  source: "Descriptive statistic over the posts of a campaign",
  example: { figure: given.figure, as_of: "2026-02-01T00:00:00.000Z", input: given.input, output: given.output },
  changes: [{ version: 1, date: "2026-11-25", change: "First version." }]
})

const twoPosts = [
  { likes_count: 90, comments_count: 10, plays_count: 1000, engagement_rate: 2 },
  { likes_count: 180, comments_count: 20, plays_count: 3000, engagement_rate: 4 }
]

export const campaign_posts = entry({
  method: "campaign_posts",
  definition: counted,
  formula: "count of posts",
  unit: "posts",
  figure: "totals.posts",
  input: { posts: twoPosts },
  output: 2
})

export const campaign_likes = entry({
  method: "campaign_likes",
  definition: `Likes of the campaign's posts. ${lowerBound}`,
  formula: "sum over posts of likes",
  unit: "likes",
  figure: "totals.likes",
  input: { posts: [...twoPosts, { comments_count: 5 }] },
  output: 270
})

export const campaign_comments = entry({
  method: "campaign_comments",
  definition: `Comments, replies included, on the campaign's posts. ${lowerBound}`,
  formula: "sum over posts of comments",
  unit: "comments",
  figure: "totals.comments",
  input: { posts: twoPosts },
  output: 30
})

export const campaign_plays = entry({
  method: "campaign_plays",
  definition: `Plays of the campaign's reels and videos, views where only those are known. ${lowerBound}`,
  formula: "sum over videos of plays",
  unit: "plays",
  figure: "totals.plays",
  input: { posts: twoPosts },
  output: 4000
})

export const campaign_engagement = entry({
  method: "campaign_engagement",
  definition: `Likes and comments of the campaign's posts where both are known. ${lowerBound}`,
  formula: "sum over posts of (likes + comments)",
  unit: "likes and comments",
  figure: "totals.engagement",
  input: { posts: [...twoPosts, { comments_count: 5 }] },
  output: 300
})

export const campaign_engagement_rate = entry({
  method: "campaign_engagement_rate",
  definition:
    "Median engagement rate of the campaign's posts, each by its owner's followers when it was fetched. They are all the posts "
    + `there are and no sample of more, so that one is enough. ${counted}`,
  formula: "median over posts of (likes + comments) / followers * 100",
  unit: "percent",
  figure: "totals.engagement_rate",
  input: { posts: twoPosts },
  output: 3
})

export const campaign_followers = entry({
  method: "campaign_followers",
  definition:
    "Followers of the attached profiles, summed where known. Not reach: who follows two of them counts twice, and not every "
    + "follower sees a post.",
  formula: "sum over profiles of followers",
  unit: "followers",
  figure: "totals.followers",
  input: { profiles: [{ followers_count: 1000 }, { followers_count: 500 }, {}] },
  output: 1500
})

export const campaign_cost_per_engagement = entry({
  method: "campaign_cost_per_engagement",
  definition:
    "The campaign's budget by the likes and comments of its posts, in the campaign's currency; unavailable without a budget. "
    + "The budget is what the user stated, not what was spent. Where some counts are missing it is an upper bound.",
  formula: "budget / campaign_engagement",
  unit: "currency of the campaign per like or comment",
  figure: "totals.cost_per_engagement",
  input: { campaign: { budget: "150.00", currency: "EUR" }, posts: twoPosts },
  output: 0.5
})

export const campaign_goal_progress = entry({
  method: "campaign_goal_progress",
  definition: "How much of a goal the campaign's figure of the same name has reached; beyond 100 the goal is exceeded.",
  formula: "figure / target * 100",
  unit: "percent of the target",
  figure: "goals.0.progress",
  input: { campaign: { campaign_goals: { likes: 540 } }, posts: twoPosts },
  output: 50
})

const onePost = twoPosts.slice(0, 1)

export const post_likes = entry({
  method: "post_likes",
  definition: "Likes of a post when it was last fetched.",
  formula: "as Instagram states it",
  unit: "likes",
  figure: "posts.0.likes",
  input: { posts: onePost },
  output: 90
})

export const post_comments = entry({
  method: "post_comments",
  definition: "Comments on a post, replies included, when it was last fetched.",
  formula: "as Instagram states it",
  unit: "comments",
  figure: "posts.0.comments",
  input: { posts: onePost },
  output: 10
})

export const post_plays = entry({
  method: "post_plays",
  definition: "Plays of a reel or video, views where only those are known; photos and carousels have none.",
  formula: "as Instagram states it",
  unit: "plays",
  figure: "posts.0.plays",
  input: { posts: onePost },
  output: 1000
})

export const post_engagement = entry({
  method: "post_engagement",
  definition: "Likes and comments of a post, where both are known.",
  formula: "likes + comments",
  unit: "likes and comments",
  figure: "posts.0.engagement",
  input: { posts: onePost },
  output: 100
})

/** Every method of this room. */
export const campaignRegistry: ReadonlyArray<Method> = [
  campaign_posts,
  campaign_likes,
  campaign_comments,
  campaign_plays,
  campaign_engagement,
  campaign_engagement_rate,
  campaign_followers,
  campaign_cost_per_engagement,
  campaign_goal_progress,
  post_likes,
  post_comments,
  post_plays,
  post_engagement
]
