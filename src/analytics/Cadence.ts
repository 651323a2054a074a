import { Schema } from "effect"
import type { Figure } from "./Figure.ts"
import { derived, unavailable } from "./Figure.ts"
import type { Method } from "./Method.ts"
import { firstVersion } from "./Method.ts"
import type { MediaType } from "./Sample.ts"
import { deviation, mean, median, round, sorted } from "./Statistics.ts"
import type { Study } from "./Study.ts"
import { DAY, MIN_POSTS, sampleOf, shortage } from "./Study.ts"

const Share = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))

/** Share of each kind of post, 0 to 1; they add up to 1. */
export const TypeShares = Schema.Struct({ photo: Share, carousel: Share, reel: Share, video: Share }).annotate({
  identifier: "TypeShares"
})
export interface TypeShares extends Schema.Schema.Type<typeof TypeShares> {}

/** How often and how evenly the account posts. */
export const cadence = (study: Study) => {
  const posts = contiguous(study)
  const times = sorted(posts.flatMap((post) => post.posted_at ?? []))
  const gaps = sorted(times.slice(1).map((time, index) => (time - (times[index] ?? time)) / DAY))
  const latest = times.at(-1) ?? Number.NaN
  const span = (latest - (times[0] ?? Number.NaN)) / DAY
  const sample = sampleOf(posts)

  const figure = <A>(by: Method, atLeast: number, value: () => A | null): Figure<A> => {
    if (study.closed !== null) return unavailable(by, study.as_of, study.closed)
    if (posts.length < atLeast) {
      return unavailable(by, study.as_of, shortage(study, study.posts, posts.length, null, atLeast), sample)
    }
    const answer = value()
    return answer === null ? unavailable(by, study.as_of, "no_time_span", sample) : derived(by, study.as_of, answer, sample)
  }

  return {
    posts_per_week: figure(posts_per_week, MIN_POSTS, () => span < MIN_SPAN_DAYS ? null : round(gaps.length / span * 7)),
    median_gap_days: figure(median_gap_days, MIN_POSTS, () => round(median(gaps))),
    gap_variation: figure(gap_variation, MIN_POSTS, () => span === 0 ? null : round(deviation(gaps) / mean(gaps))),
    days_since_last_post: figure(days_since_last_post, 1, () => round(Math.max(0, study.as_of_ms - latest) / DAY)),
    share_by_type: figure(share_by_type, MIN_POSTS, () => {
      const share = (type: MediaType) => round(posts.filter((post) => post.media_type === type).length / posts.length)
      return { photo: share("photo"), carousel: share("carousel"), reel: share("reel"), video: share("video") }
    })
  }
}

// Three posts of one evening are not twenty a week.
const MIN_SPAN_DAYS = 1

// The unbroken run of latest posts. Pinned posts and those of the separate video list reach further back than the timeline, with
// nothing between: those older than the oldest ordinary post are left out, unless every post of the account is here.
const contiguous = ({ posts, profile }: Study) => {
  const timed = posts.filter((post) => post.posted_at !== null)
  if (profile.posts_count !== null && posts.length >= profile.posts_count) return timed
  const ordinary = timed.flatMap((post) => post.out_of_order ? [] : post.posted_at ?? [])
  const start = Math.min(...ordinary)
  return timed.filter((post) => post.posted_at !== null && post.posted_at >= start)
}

const day = (day: number) => Date.UTC(2026, 0, day)
const fourPosts = [day(1), day(2), day(5), day(8)].map((posted_at) => ({ posted_at }))
const source = "Descriptive statistic of the contiguous run of latest posts: pinned posts older than it are left out"

export const posts_per_week = firstVersion({
  method: "posts_per_week",
  definition: "Posting rate over the span of the sample: gaps divided by days. At least 3 posts over at least one day.",
  formula: "(posts - 1) / days between first and last post * 7",
  unit: "posts per week",
  range: { low: 0, high: null },
  source,
  example: { figure: "cadence.posts_per_week", input: { posts: fourPosts }, output: 3 }
})

export const median_gap_days = firstVersion({
  method: "median_gap_days",
  definition: "Median time between consecutive posts; at least 3 posts.",
  formula: "median of the gaps",
  unit: "days",
  range: { low: 0, high: null },
  source,
  example: { figure: "cadence.median_gap_days", input: { posts: fourPosts }, output: 3 }
})

export const gap_variation = firstVersion({
  method: "gap_variation",
  definition:
    "How uneven posting is: the coefficient of variation of the gaps. 0 is a clock, 1 as irregular as chance. At least 3 posts.",
  formula: "standard deviation of the gaps (n - 1) / mean gap",
  unit: "ratio",
  range: { low: 0, high: null },
  source,
  example: { figure: "cadence.gap_variation", input: { posts: fourPosts }, output: 0.49487166 }
})

export const days_since_last_post = firstVersion({
  method: "days_since_last_post",
  definition: "Age of the latest post when the data was collected; 0 where clocks disagree.",
  formula: "as_of - time of the latest post",
  unit: "days",
  range: { low: 0, high: null },
  source,
  example: { figure: "cadence.days_since_last_post", input: { posts: [{ posted_at: Date.UTC(2026, 0, 30, 12) }] }, output: 1.5 }
})

export const share_by_type = firstVersion({
  method: "share_by_type",
  definition: "Share of photos, carousels, reels and other videos; at least 3 posts.",
  formula: "posts of the type / posts",
  unit: "share, 0 to 1",
  range: null,
  source,
  example: {
    figure: "cadence.share_by_type",
    input: { posts: fourPosts.map((post, index) => ({ ...post, media_type: index === 0 ? "photo" as const : "reel" as const })) },
    output: { photo: 0.25, carousel: 0, reel: 0.75, video: 0 }
  }
})
