import { Schema } from "effect"
import { derived, Figure, type Figure as FigureOf, unavailable } from "../../analytics/Figure.ts"
import type { Method } from "../../analytics/Method.ts"

/** How many posts fell into which hour of the week; hours without a post are left out. */
export const PostingTimes = Figure(Schema.Struct({
  zone: Schema.Literal("UTC"),
  hours: Schema.Array(Schema.Struct({
    weekday: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 7 })).annotate({ description: "ISO: 1 is Monday" }),
    hour: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 23 })),
    posts: Schema.Int.check(Schema.isGreaterThanOrEqualTo(1))
  }))
})).annotate({ identifier: "PostingTimesFigure" })

type Times = Exclude<(typeof PostingTimes.Type)["value"], null>

/** When the stored posts of an account were posted. Their order does not matter. */
export const postingTimes = (
  isPrivate: boolean | null,
  posts: ReadonlyArray<{ readonly posted_at: string | null }>,
  asOf: string
): FigureOf<Times> => {
  if (isPrivate === true) return unavailable(posting_times, asOf, "private")
  const times = posts.flatMap(({ posted_at }) => posted_at ?? []).toSorted()
  const [from] = times
  const to = times.at(-1)
  if (from === undefined || to === undefined) return unavailable(posting_times, asOf, "not_collected")
  const sample = { size: times.length, unit: "posts", from, to } as const
  const counts = new Map<number, number>()
  for (const time of times) {
    const date = new Date(time)
    const hourOfWeek = (date.getUTCDay() + 6) % 7 * 24 + date.getUTCHours()
    counts.set(hourOfWeek, (counts.get(hourOfWeek) ?? 0) + 1)
  }
  const hours = [...counts].toSorted(([a], [b]) => a - b).map(([hourOfWeek, count]) => ({
    weekday: Math.floor(hourOfWeek / 24) + 1,
    hour: hourOfWeek % 24,
    posts: count
  }))
  return derived(posting_times, asOf, { zone: "UTC", hours }, sample)
}

export const posting_times: Method = {
  method: "posting_times",
  version: 1,
  definition: "How many of the stored posts, at most the latest 100, were posted in each hour of the week (UTC).",
  formula: "count of posts per weekday and hour",
  unit: "posts",
  range: null,
  source: "Descriptive statistic; best_times says which hours did well.",
  example: {
    figure: "posting_times",
    as_of: "2026-02-01T00:00:00.000Z",
    input: {
      posts: ["2026-01-05T18:10:00.000Z", "2026-01-12T18:59:00.000Z", "2026-01-04T09:00:00.000Z"].map((posted_at) => ({
        posted_at
      }))
    },
    output: { zone: "UTC", hours: [{ weekday: 1, hour: 18, posts: 2 }, { weekday: 7, hour: 9, posts: 1 }] }
  },
  changes: [{ version: 1, date: "2026-11-25", change: "First version." }]
}
