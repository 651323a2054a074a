import { Schema } from "effect"
import file from "../../data/benchmarks.json" with { type: "json" }
import type { Figure } from "./Figure.ts"
import { derived, unavailable } from "./Figure.ts"
import { FollowerTier, tierOf } from "./FollowerTier.ts"
import { firstVersion } from "./Method.ts"
import { round } from "./Statistics.ts"
import type { Study } from "./Study.ts"

const Percent = Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0))

const Row = Schema.Struct({
  followers_from: Schema.Int,
  followers_to: Schema.NullOr(Schema.Int).annotate({ description: "Exclusive; null: no upper bound" }),
  low: Percent,
  high: Percent.annotate({ description: "Equal to low where the source gives one number" })
})

const Source = Schema.Struct({
  id: Schema.NonEmptyString,
  source: Schema.NonEmptyString,
  url: Schema.NonEmptyString,
  year: Schema.Int,
  statistic: Schema.Literals(["mean", "range", "unstated"]),
  counts: Schema.Literals(["likes_comments_saves", "unstated"]).annotate({
    description: "What the source counts as engagement; saves are not public, so our rates read a little low against it"
  })
})

/** The published tables, `data/benchmarks.json`: rates in percent by followers, each with its source and year. */
export const Benchmarks = Schema.Struct({
  version: Schema.Int,
  influence_reference: Schema.NonEmptyString,
  tables: Schema.NonEmptyArray(Schema.Struct({ ...Source.fields, rows: Schema.NonEmptyArray(Row) }))
})

/** How an account's rate stands against each published table that covers its size. They disagree 3 to 6 times: no verdict is drawn. */
export const BenchmarkComparison = Schema.Struct({
  tier: FollowerTier,
  comparisons: Schema.Array(Schema.Struct({
    ...Source.fields,
    ...Row.fields,
    compared: Schema.Literals(["engagement_rate", "engagement_rate_mean"]).annotate({
      description: "The account's figure of the same kind: the mean against a mean, else the headline"
    }),
    rate: Percent,
    ratio: Schema.NullOr(Percent).annotate({ description: "rate / middle of low and high" }),
    position: Schema.Literals(["below", "within", "above"])
  }))
}).annotate({ identifier: "BenchmarkComparison" })
export interface BenchmarkComparison extends Schema.Schema.Type<typeof BenchmarkComparison> {}

export const benchmarks = Schema.decodeUnknownSync(Benchmarks)(file)

/** Compares the headline (or the mean, where a table holds means) with the published tables. */
export const engagementBenchmark = (
  study: Study,
  headline: Figure<number>,
  average: Figure<number>
): Figure<BenchmarkComparison> => {
  const followers = study.profile.followers_count
  if (headline.value === null) return unavailable(engagement_benchmark, study.as_of, headline.reason, headline.sample)
  if (average.value === null) return unavailable(engagement_benchmark, study.as_of, average.reason, average.sample)
  if (followers === null) return unavailable(engagement_benchmark, study.as_of, "not_collected")
  const rates = { engagement_rate: headline.value, engagement_rate_mean: average.value }
  const comparisons = benchmarks.tables.flatMap(({ rows, ...source }) =>
    rows.filter((row) => covers(row, followers)).map((row) => {
      const compared = source.statistic === "mean" ? "engagement_rate_mean" : "engagement_rate"
      const rate = rates[compared]
      const middle = (row.low + row.high) / 2
      return {
        ...source,
        ...row,
        compared,
        rate,
        ratio: middle === 0 ? null : round(rate / middle),
        position: rate < row.low ? "below" : rate > row.high ? "above" : "within"
      } as const
    })
  )
  return derived(engagement_benchmark, study.as_of, { tier: tierOf(followers), comparisons }, headline.sample)
}

/** The rate an account of this size is held against in the influence score, percent: the middle of the reference table's row. */
export const referenceRate = (followers: number): number | null => {
  const row = reference?.rows.find((row) => covers(row, followers))
  return row === undefined ? null : (row.low + row.high) / 2
}

const reference = benchmarks.tables.find((table) => table.id === benchmarks.influence_reference)

const covers = (row: typeof Row.Type, followers: number): boolean =>
  followers >= row.followers_from && (row.followers_to === null || followers < row.followers_to)

export const engagement_benchmark = {
  ...firstVersion({
    method: "engagement_benchmark",
    definition:
      "The account's engagement rate beside every published table that covers its followers, each with its source and year. The tables disagree three to six times, so no verdict is drawn. The version is that of the tables.",
    formula: "ratio = rate / middle of (low, high); position = below low, within, above high",
    unit: "percent",
    range: null,
    source: "data/benchmarks.json, each table with its source, year and address",
    example: {
      figure: "engagement.engagement_benchmark",
      input: {
        profile: { followers_count: 200_000 },
        posts: [1_900, 2_100, 6_800].map((likes_count) => ({ likes_count, comments_count: 100 }))
      },
      output: {
        tier: "mid",
        comparisons: [
          {
            id: "agency-ranges-2024",
            source: "Start Motion Media, commonly reported Instagram ranges, mid-2024",
            url: "https://www.startmotionmedia.com/instagrambenchmarks-keyinsights",
            year: 2024,
            statistic: "range",
            counts: "likes_comments_saves",
            followers_from: 100_000,
            followers_to: 1_000_000,
            low: 0.7,
            high: 1.5,
            compared: "engagement_rate",
            rate: 1.1,
            ratio: 1,
            position: "within"
          },
          {
            id: "influencers-worldwide-2023",
            source: "Statista, Instagram influencers worldwide (abstract)",
            url: "https://datasetsearch.research.google.com/search?query=average+engagement+rate+on+instagram+for+influencers",
            year: 2023,
            statistic: "mean",
            counts: "unstated",
            followers_from: 1_000,
            followers_to: null,
            low: 1.85,
            high: 1.85,
            compared: "engagement_rate_mean",
            rate: 1.85,
            ratio: 1,
            position: "within"
          }
        ]
      }
    }
  }),
  version: benchmarks.version
}
