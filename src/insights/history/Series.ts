import { Schema } from "effect"
import { median_comments, median_likes } from "../../analytics/Averages.ts"
import { engagement_rate } from "../../analytics/EngagementRate.ts"
import { influence_score } from "../../analytics/Influence.ts"
import { firstVersion, type Method } from "../../analytics/Method.ts"
import type { ProfileSnapshot } from "../../profiles/ProfileSnapshot.ts"

const Count = Schema.NullOr(Schema.Int)
const Amount = Schema.NullOr(Schema.Finite)

/** One day, week or month of a history. Null is a gap: nothing was fetched then, or the fetch did not say. */
export const HistoryPoint = Schema.Struct({
  /** The first day of the period, UTC. */
  date: Schema.String,
  followers_count: Count,
  following_count: Count,
  posts_count: Count,
  engagement_rate: Amount,
  median_likes: Amount,
  median_comments: Amount,
  influence_score: Amount,
  /** Over how many posts the figures of the period were computed. */
  posts_received: Count,
  /** How many fetches fell into the period. */
  fetches: Schema.Int
}).annotate({ identifier: "HistoryPoint" })

const Said = Schema.Struct({
  status: Schema.Literals(["measured", "derived"]),
  method: Schema.String,
  version: Schema.Int
})

/** What each column of the points is: said once, not at every point. Their sample is `fetches`, and `posts_received` of the figures. */
export const HistoryColumns = Schema.Struct({
  followers_count: Said,
  following_count: Said,
  posts_count: Said,
  engagement_rate: Said,
  median_likes: Said,
  median_comments: Said,
  influence_score: Said
}).annotate({ identifier: "HistoryColumns" })

/** The counts that stand on the profile itself. */
export const profile_counts: Method = firstVersion({
  method: "profile_counts",
  definition: "Followers, accounts followed, and posts, as Instagram showed them when the profile was fetched.",
  formula: "none: the last fetch of the period",
  unit: "count",
  range: { low: 0, high: null },
  source: "The public profile",
  example: { figure: "points.0.followers_count", input: { profile: { followers_count: 10_000 } }, output: 10_000 }
})

const said = (status: "measured" | "derived", { method, version }: Method) => ({ status, method, version })

export const historyColumns: typeof HistoryColumns.Type = {
  followers_count: said("measured", profile_counts),
  following_count: said("measured", profile_counts),
  posts_count: said("measured", profile_counts),
  engagement_rate: said("derived", engagement_rate),
  median_likes: said("derived", median_likes),
  median_comments: said("derived", median_comments),
  influence_score: said("derived", influence_score)
}

export type Granularity = "day" | "week" | "month"

/** Periods without a gap from the one that holds `from` to the one that holds `to` (milliseconds); each with its last snapshot. */
export const series = (
  snapshots: ReadonlyArray<ProfileSnapshot>,
  granularity: Granularity,
  from: number,
  to: number
): ReadonlyArray<typeof HistoryPoint.Type> => {
  const found = new Map<string, { last: ProfileSnapshot; fetches: number }>()
  for (const snapshot of snapshots) {
    const date = dateOf(startOf(Date.parse(snapshot.taken_at), granularity))
    const period = found.get(date)
    found.set(date, { last: snapshot, fetches: (period?.fetches ?? 0) + 1 })
  }
  const points: Array<typeof HistoryPoint.Type> = []
  for (let start = startOf(from, granularity); start <= to; start = next(start, granularity)) {
    const date = dateOf(start)
    const { fetches = 0, last } = found.get(date) ?? {}
    points.push({
      date,
      followers_count: last?.followers_count ?? null,
      following_count: last?.following_count ?? null,
      posts_count: last?.posts_count ?? null,
      engagement_rate: last?.engagement_rate ?? null,
      median_likes: last?.median_likes ?? null,
      median_comments: last?.median_comments ?? null,
      influence_score: last?.influence_score ?? null,
      posts_received: last?.posts_received ?? null,
      fetches
    })
  }
  return points
}

const day = 86_400_000

/** Weeks begin on Monday: 1970-01-05 was one. */
const startOf = (millis: number, granularity: Granularity): number => {
  const date = new Date(millis)
  if (granularity === "month") return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1)
  const days = Math.floor(millis / day)
  return (granularity === "week" ? days - (days + 3) % 7 : days) * day
}

const next = (start: number, granularity: Granularity): number => {
  if (granularity !== "month") return start + (granularity === "week" ? 7 : 1) * day
  const date = new Date(start)
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1)
}

const dateOf = (millis: number): string => new Date(millis).toISOString().slice(0, 10)
