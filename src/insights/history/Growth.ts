import { Schema } from "effect"
import { derived, Figure, unavailable } from "../../analytics/Figure.ts"
import type { Figure as FigureOf, FigureSample } from "../../analytics/Figure.ts"
import type { Method } from "../../analytics/Method.ts"
import { median, round, sorted } from "../../analytics/Statistics.ts"

/** What the formulas read of a stored fetch. */
export interface FollowerSnapshot {
  /** A UTC instant. */
  readonly taken_at: string
  readonly followers_count: number | null
}

export const growthWindows = [1, 7, 14, 30, 90, 180, 365] as const

/** Days of snapshots that the longest window and its tolerance need. */
export const growthDays = 402

const Count = Figure(Schema.Int).annotate({
  identifier: "NetGrowthFigure",
  description: "Followers gained, or lost where negative"
})
const Percent = Figure(Schema.Finite).annotate({ identifier: "GrowthRateFigure", description: "Percent: 2.3 means 2.3 %" })

export const Spike = Schema.Struct({
  /** The UTC day on which followers jumped or fell. */
  day: Schema.String,
  net: Schema.Int,
  /** Robust z of that day's change among all days. */
  z: Schema.Finite,
  posts: Schema.Array(Schema.String).annotate({
    description:
      "Shortcodes of the account's posts of that day and the day before, most engaging first: what may explain it. A coincidence in time, no proof"
  })
}).annotate({ identifier: "FollowerSpike" })

export const Growth = Schema.Struct({
  windows: Schema.Array(Schema.Struct({ days: Schema.Int, net: Count, rate: Percent })),
  spikes: Figure(Schema.Array(Spike)).annotate({ identifier: "SpikesFigure" })
}).annotate({ identifier: "Growth" })
export type Growth = typeof Growth.Type

/** What may explain a spike: a post, and when (a UTC instant). */
export interface NearbyPost {
  readonly shortcode: string
  readonly posted_at: string | null
  readonly likes_count: number | null
  readonly comments_count: number | null
}

/** Growth of followers over each window that ends with the latest snapshot. Pure; the order of snapshots and posts does not matter. */
export const growth = (
  snapshots: ReadonlyArray<FollowerSnapshot>,
  posts: ReadonlyArray<NearbyPost>,
  asOf: string
): Growth => {
  const points = snapshots
    .flatMap(({ followers_count, taken_at }) =>
      followers_count === null ? [] : [{ at: Date.parse(taken_at), followers: followers_count }]
    )
    .toSorted((a, b) => a.at - b.at)
  return {
    windows: growthWindows.map((days) => ({ days, ...overWindow(points, days, asOf) })),
    spikes: spikes(points, posts, asOf)
  }
}

interface Point {
  readonly at: number
  readonly followers: number
}

const day = 86_400_000

/** A window of n days may begin with a snapshot up to this share of it, and at least half a day, away: a gap is a gap, not a zero. */
const tolerance = (days: number): number => Math.max(0.5, days * 0.1) * day

const overWindow = (
  points: ReadonlyArray<Point>,
  days: number,
  asOf: string
): { net: FigureOf<number>; rate: FigureOf<number> } => {
  const last = points.at(-1)
  const target = (last?.at ?? 0) - days * day
  const first = points
    .filter((point) => point !== last && Math.abs(point.at - target) <= tolerance(days))
    .toSorted((a, b) => Math.abs(a.at - target) - Math.abs(b.at - target))[0]
  if (first === undefined || last === undefined) {
    const sample = sampleOf(points)
    return {
      net: unavailable(follower_growth, asOf, "too_few_snapshots", sample),
      rate: unavailable(follower_growth_rate, asOf, "too_few_snapshots", sample)
    }
  }
  const sample = sampleOf([first, last])
  const net = last.followers - first.followers
  return {
    net: derived(follower_growth, asOf, net, sample),
    rate: first.followers === 0
      ? unavailable(follower_growth_rate, asOf, "no_followers", sample)
      : derived(follower_growth_rate, asOf, round(net / first.followers * 100), sample)
  }
}

/** Days needed before one of them can be called unusual. */
const minimumDays = 10
/** Iglewicz and Hoaglin, How to Detect and Handle Outliers (1993): a modified z beyond 3.5 is an outlier. */
const unusual = 3.5

const spikes = (
  points: ReadonlyArray<Point>,
  posts: ReadonlyArray<NearbyPost>,
  asOf: string
): FigureOf<ReadonlyArray<typeof Spike.Type>> => {
  const changes = dailyChanges(points)
  const sample = sampleOf(points)
  if (changes.length < minimumDays) return unavailable(follower_spikes, asOf, "too_few_snapshots", sample)
  const centre = median(sorted(changes.map(({ net }) => net)))
  const spread = median(sorted(changes.map(({ net }) => Math.abs(net - centre))))
  return derived(
    follower_spikes,
    asOf,
    spread === 0 ? [] : changes
      .map((change) => ({ ...change, z: round(0.6745 * (change.net - centre) / spread) }))
      .filter(({ z }) => Math.abs(z) > unusual)
      .map((change) => ({ ...change, posts: postsNear(change.day, posts) })),
    sample
  )
}

/** A day's jump shows in a fetch of that day; what was posted late on the day before may still be behind it. */
const postsNear = (date: string, posts: ReadonlyArray<NearbyPost>): ReadonlyArray<string> => {
  const start = Date.parse(date)
  const engagement = (post: NearbyPost) => (post.likes_count ?? 0) + (post.comments_count ?? 0)
  return posts
    .filter(({ posted_at }) => {
      const at = posted_at === null ? Number.NaN : Date.parse(posted_at)
      return at >= start - day && at < start + day
    })
    .toSorted((a, b) => engagement(b) - engagement(a) || (a.shortcode < b.shortcode ? -1 : 1))
    .slice(0, mostPosts)
    .map(({ shortcode }) => shortcode)
}

const mostPosts = 5

/** Changes from one day to the next; a day without a snapshot breaks the chain. The last snapshot of a day stands for it. */
const dailyChanges = (points: ReadonlyArray<Point>): ReadonlyArray<{ readonly day: string; readonly net: number }> => {
  const days = [...new Map(points.map((point) => [Math.floor(point.at / day), point]))]
  return days.flatMap(([number, point], index) => {
    const before = days[index - 1]
    return before === undefined || before[0] !== number - 1
      ? []
      : [{ day: new Date(number * day).toISOString().slice(0, 10), net: point.followers - before[1].followers }]
  })
}

const sampleOf = (points: ReadonlyArray<Point>): FigureSample | null => {
  const first = points[0]
  const last = points.at(-1)
  return first === undefined || last === undefined ? null : {
    size: points.length,
    unit: "snapshots",
    from: new Date(first.at).toISOString(),
    to: new Date(last.at).toISOString()
  }
}

const exampleSnapshots = [
  { taken_at: "2026-01-01T00:00:00.000Z", followers_count: 1000 },
  { taken_at: "2026-01-31T00:00:00.000Z", followers_count: 1050 }
]

const version1 = { version: 1, changes: [{ version: 1, date: "2026-11-25", change: "First version." }] } as const

const follower_growth: Method = {
  method: "follower_growth",
  ...version1,
  definition: "Followers gained over a window that ends with the latest snapshot; negative when they were lost.",
  formula: "followers(latest) − followers(nearest to latest − n days, within 10 % of the window and at least half a day)",
  unit: "followers",
  range: null,
  source: "Own definition over stored snapshots.",
  example: { figure: "windows.3.net", as_of: "2026-01-31T00:00:00.000Z", input: { snapshots: exampleSnapshots }, output: 50 }
}

const follower_growth_rate: Method = {
  method: "follower_growth_rate",
  ...version1,
  definition: "Followers gained over a window, in percent of those at its start.",
  formula: "follower_growth / followers(start) × 100",
  unit: "percent",
  range: { low: -100, high: null },
  source: "Own definition over stored snapshots.",
  example: { figure: "windows.3.rate", as_of: "2026-01-31T00:00:00.000Z", input: { snapshots: exampleSnapshots }, output: 5 }
}

const follower_spikes: Method = {
  method: "follower_spikes",
  version: 2,
  changes: [...version1.changes, {
    version: 2,
    date: "2026-11-25",
    change: "Each spike names the posts that may explain it; which days are spikes is unchanged."
  }],
  definition:
    "Days whose change of followers stands out from the account's own days; at least 10 days that follow one another. Each names the stored posts of its day and the day before (UTC), at most five, most engaging first: a coincidence in time, no proof.",
  formula: "|0.6745 × (change − median) / MAD| > 3.5",
  unit: "days",
  range: null,
  source: "Iglewicz and Hoaglin, How to Detect and Handle Outliers, 1993 (modified z-score).",
  example: {
    figure: "spikes",
    as_of: "2026-01-12T00:00:00.000Z",
    input: {
      snapshots: [100, 101, 104, 105, 108, 109, 112, 113, 116, 117, 167, 170].map((followers_count, index) => ({
        taken_at: new Date(Date.UTC(2026, 0, 1 + index)).toISOString(),
        followers_count
      })),
      posts: [
        { shortcode: "a", posted_at: "2026-01-10T20:00:00.000Z", likes_count: 9, comments_count: 1 },
        { shortcode: "b", posted_at: "2026-01-11T08:00:00.000Z", likes_count: 90, comments_count: 10 },
        { shortcode: "c", posted_at: "2026-01-12T00:00:00.000Z", likes_count: 900, comments_count: 100 }
      ]
    },
    output: [{ day: "2026-01-11", net: 50, z: 15.85075, posts: ["b", "a"] }]
  }
}

export const growthRegistry: ReadonlyArray<Method> = [follower_growth, follower_growth_rate, follower_spikes]
