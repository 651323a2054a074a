import { Schema } from "effect"
import { postEngagementRate } from "../../analytics/EngagementRate.ts"
import { derived, Figure, measured, type Reason, unavailable } from "../../analytics/Figure.ts"
import type { Method } from "../../analytics/Method.ts"
import type { FollowerSnapshot } from "./Growth.ts"

/** A post with the followers that its owner had when it was posted, and its engagement in percent of them. */
export const AtPosting = Schema.Struct({
  shortcode: Schema.String,
  posted_at: Schema.NullOr(Schema.String),
  followers_at_post: Figure(Schema.Int).annotate({ identifier: "FollowersAtPostFigure" }),
  engagement_rate_at_post: Figure(Schema.Finite).annotate({
    identifier: "EngagementAtPostFigure",
    description: "Percent of the followers at posting time"
  })
}).annotate({ identifier: "AtPosting" })
export type AtPosting = typeof AtPosting.Type

/** What the formulas read of a stored post. */
export interface PostedPost {
  readonly shortcode: string
  /** A UTC instant. */
  readonly posted_at: string | null
  readonly updated_at: string
  readonly relation: "owner" | "collaborator"
  readonly likes_count: number | null
  readonly likes_hidden: boolean
  readonly comments_count: number | null
}

/**
 * How far a snapshot may be from the post, in milliseconds: three days, before or after. Profiles are fetched when somebody asks, so a closer
 * bound would leave most posts out; an account that grows by 10 % a month, which is fast, has 1 % more followers after three days, and
 * the rate is off by that much of itself.
 */
const nearEnough = 3 * 86_400_000

/** Each post with its followers by the nearest snapshot. Pure; the order of the snapshots does not matter. */
export const atPosting = (
  isPrivate: boolean | null,
  posts: ReadonlyArray<PostedPost>,
  snapshots: ReadonlyArray<FollowerSnapshot>
): ReadonlyArray<AtPosting> => {
  const known = snapshots
    .flatMap(({ followers_count: followers, taken_at }) => followers === null ? [] : [{ followers, taken_at }])
    .toSorted((a, b) => a.taken_at < b.taken_at ? -1 : 1)
  return posts.map((post) => {
    const { posted_at, shortcode, updated_at } = post
    const absent = (reason: Reason) => ({
      shortcode,
      posted_at,
      followers_at_post: unavailable(followers_at_post, updated_at, reason),
      engagement_rate_at_post: unavailable(engagement_rate_at_post, updated_at, reason)
    })
    if (isPrivate === true) return absent("private")
    // The followers of a collaborator are not those of the owner.
    if (post.relation !== "owner" || posted_at === null) return absent("not_collected")
    const snapshot = nearest(known, Date.parse(posted_at))
    if (snapshot === undefined) return absent("too_few_snapshots")
    const { followers, taken_at } = snapshot
    const rate = postEngagementRate(post, followers)
    const sample = { size: 1, unit: "posts", from: posted_at, to: posted_at } as const
    return {
      shortcode,
      posted_at,
      followers_at_post: measured(followers_at_post, taken_at, followers, {
        size: 1,
        unit: "snapshots",
        from: taken_at,
        to: taken_at
      }),
      engagement_rate_at_post: rate === null
        ? unavailable(engagement_rate_at_post, updated_at, unknownBecause(post, followers), sample)
        : derived(engagement_rate_at_post, updated_at, rate, sample)
    }
  })
}

const unknownBecause = (post: PostedPost, followers: number): Reason =>
  post.likes_hidden ? "hidden_by_owner" : followers === 0 ? "no_followers" : "not_collected"

/** The earlier one of two that are equally far. */
const nearest = <A extends { readonly taken_at: string }>(ascending: ReadonlyArray<A>, at: number): A | undefined => {
  const distance = ({ taken_at }: A) => Math.abs(Date.parse(taken_at) - at)
  return ascending.filter((snapshot) => distance(snapshot) <= nearEnough).toSorted((a, b) => distance(a) - distance(b))[0]
}

const example = {
  posts: [{
    shortcode: "a",
    posted_at: "2026-01-10T12:00:00.000Z",
    updated_at: "2026-01-31T00:00:00.000Z",
    relation: "owner",
    likes_count: 90,
    likes_hidden: false,
    comments_count: 10
  }],
  snapshots: [
    { taken_at: "2026-01-08T12:00:00.000Z", followers_count: 5000 },
    { taken_at: "2026-01-31T00:00:00.000Z", followers_count: 8000 }
  ]
}

const version1 = { version: 1, changes: [{ version: 1, date: "2026-11-25", change: "First version." }] } as const

const followers_at_post: Method = {
  method: "followers_at_post",
  ...version1,
  definition:
    "Followers that the account had when it posted: those of the snapshot nearest to the post, at most three days before or after it. Unavailable where no fetch was that near.",
  formula: "followers(snapshot nearest to the post, |taken_at − posted_at| ≤ 3 days)",
  unit: "followers",
  range: { low: 0, high: null },
  source: "Own definition over stored snapshots; `sample` says when the snapshot was taken.",
  example: { figure: "0.followers_at_post", as_of: "2026-01-31T00:00:00.000Z", input: example, output: 5000 }
}

const engagement_rate_at_post: Method = {
  method: "engagement_rate_at_post",
  ...version1,
  definition:
    "Engagement of one post as last fetched, in percent of the followers at posting time: growth since then does not make an old post look worse than it was.",
  formula: "(likes + comments) / followers_at_post × 100",
  unit: "percent",
  range: { low: 0, high: null },
  source: "Engagement rate by followers, with the followers of the day of the post; see followers_at_post.",
  example: { figure: "0.engagement_rate_at_post", as_of: "2026-01-31T00:00:00.000Z", input: example, output: 2 }
}

export const atPostingRegistry: ReadonlyArray<Method> = [followers_at_post, engagement_rate_at_post]
