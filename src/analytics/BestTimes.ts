import { Schema } from "effect"
import type { Figure } from "./Figure.ts"
import { derived, unavailable } from "./Figure.ts"
import { firstVersion } from "./Method.ts"
import { deviation, mean, round } from "./Statistics.ts"
import type { Observation, Study } from "./Study.ts"
import { engagement, MIN_POSTS, sampleOf, shortage } from "./Study.ts"

/** Hours of the week that did better or worse than the account's own average, best first. */
export const BestTimes = Schema.Struct({
  zone: Schema.Literal("UTC"),
  slots: Schema.NonEmptyArray(Schema.Struct({
    weekday: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 7 })).annotate({ description: "ISO: 1 is Monday" }),
    hour: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 23 })),
    score: Schema.Finite.annotate({
      description: "Standard deviations from the account's mean for the kind of post, shrunk to 0"
    }),
    posts: Schema.Int.check(Schema.isGreaterThanOrEqualTo(MIN_POSTS))
  }))
}).annotate({ identifier: "BestTimes" })
export interface BestTimes extends Schema.Schema.Type<typeof BestTimes> {}

/** UTC hours of the week with at least `MIN_POSTS` posts each; a profile answer of 12 posts rarely has one. */
export const bestTimes = (study: Study): Figure<BestTimes> => {
  if (study.closed !== null) return unavailable(best_times, study.as_of, study.closed)
  const usable = study.posts.filter((post) => post.posted_at !== null && post.engagement !== null)
  const sample = sampleOf(usable)
  if (usable.length < MIN_POSTS) {
    return unavailable(best_times, study.as_of, shortage(study, study.posts, usable.length, engagement), sample)
  }
  const cells = new Map<number, Array<number>>()
  for (const { hourOfWeek, z } of standardized(usable)) {
    const cell = cells.get(hourOfWeek)
    if (cell === undefined) cells.set(hourOfWeek, [z])
    else cell.push(z)
  }
  const [first, ...rest] = Array.from(cells)
    .filter(([, cell]) => cell.length >= MIN_POSTS)
    .map(([hourOfWeek, cell]) => ({
      weekday: Math.floor(hourOfWeek / 24) + 1,
      hour: hourOfWeek % 24,
      score: round(mean(cell) * cell.length / (cell.length + PRIOR_POSTS)),
      posts: cell.length
    }))
    .sort((a, b) => b.score - a.score || a.weekday - b.weekday || a.hour - b.hour)
  return first === undefined
    ? unavailable(best_times, study.as_of, "too_few_posts", sample)
    : derived(best_times, study.as_of, { zone: "UTC", slots: [first, ...rest] }, sample)
}

// A cell counts as if it held this many further posts of average success.
const PRIOR_POSTS = 3

// Within a kind of post, because reels and photos live on different scales. A kind with fewer than MIN_POSTS posts has no scale.
const standardized = (posts: ReadonlyArray<Observation>) =>
  (["photo", "carousel", "video"] as const).flatMap((kind) => {
    const group = posts.filter((post) => post.kind === kind)
    if (group.length < MIN_POSTS) return []
    const success = group.map((post) => Math.log1p(post.engagement ?? Number.NaN))
    const centre = mean(success)
    const scale = deviation(success)
    return group.map((post, index) => ({
      hourOfWeek: hourOfWeek(post.posted_at ?? Number.NaN),
      z: scale === 0 ? 0 : ((success[index] ?? centre) - centre) / scale
    }))
  })

// 1 January 1970 was a Thursday, three days after a Monday.
const hourOfWeek = (ms: number): number => Math.floor(ms / 3_600_000 + 3 * 24) % (7 * 24)

const at = (day: number, hour: number, engagement: number) => ({
  posted_at: Date.UTC(2026, 0, day, hour),
  likes_count: engagement,
  comments_count: 0
})

export const best_times = firstVersion({
  method: "best_times",
  definition:
    "Hours of the week (UTC) in which the account's posts did better than its own average for their kind. Only hours with at least 3 posts, pulled towards the average as if each held 3 further average posts.",
  formula:
    "z = (log(1 + likes + comments) - mean of the kind) / standard deviation of the kind; score of an hour = mean z * n / (n + 3)",
  unit: "standard deviations",
  range: null,
  source: "Standard score on a log scale with shrinkage to the account's mean (empirical-Bayes form, fixed prior of 3 posts)",
  example: {
    figure: "best_times",
    input: { posts: [at(5, 18, 99), at(12, 18, 99), at(19, 18, 99), at(7, 9, 9), at(14, 9, 9), at(21, 9, 9)] },
    output: {
      zone: "UTC",
      slots: [{ weekday: 1, hour: 18, score: 0.45643546, posts: 3 }, { weekday: 3, hour: 9, score: -0.45643546, posts: 3 }]
    }
  }
})
