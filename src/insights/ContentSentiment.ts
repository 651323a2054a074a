import { Schema } from "effect"
import { estimated, Figure, type FigureSample, Interval, unavailable } from "../analytics/Figure.ts"
import type { Method } from "../analytics/Method.ts"
import { round } from "../analytics/Statistics.ts"
import { Evidence, evidence } from "./Evidence.ts"
import type { Analyzer } from "./sentiment/Analyzer.ts"
import { wilson } from "./Shares.ts"

const Share = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))

/** The tone in which an account writes about itself: shares of the captions that say, and the posts that they stand in. */
export const ContentSentiment = Figure(
  Schema.Struct({
    verdict: Schema.Literals(["positive", "negative", "neutral", "mixed"]),
    positive: Share,
    negative: Share,
    neutral: Share,
    evidence: Schema.Struct({ positive: Evidence, negative: Evidence, neutral: Evidence })
  }),
  Schema.Struct({ positive: Interval, negative: Interval, neutral: Interval })
).annotate({ identifier: "ContentSentimentFigure" })
export type ContentSentiment = typeof ContentSentiment.Type

/** A post's caption, and when it was posted (Unix seconds). */
export interface Captioned {
  readonly shortcode: string
  readonly caption: string | null
  readonly taken_at_timestamp: number | null
}

/** Reads captions as comments are read. Abstains where fewer than three captions say anything. Their order changes nothing. */
export const contentSentimentOf = (analyzer: Analyzer, posts: ReadonlyArray<Captioned>, asOf: string): ContentSentiment => {
  const read = posts.toSorted((a, b) => a.shortcode < b.shortcode ? -1 : 1).map((post) => ({
    post,
    sentiment: analyzer.analyzeComment(post.caption ?? "").sentiment
  }))
  const decided = read.filter(({ sentiment }) => sentiment !== "undecided")
  const sample = sampleOf(decided.map(({ post }) => post))
  if (sample === null || decided.length < MIN_CAPTIONS) {
    return unavailable(content_sentiment, asOf, posts.length < MIN_CAPTIONS ? "too_few_posts" : "not_stated", sample)
  }
  const of = (kind: "positive" | "negative" | "neutral") =>
    decided.filter(({ sentiment }) => sentiment === kind).map(({ post }) => post.shortcode)
  const found = { positive: of("positive"), negative: of("negative"), neutral: of("neutral") }
  const total = decided.length
  const shares = { positive: round(found.positive.length / total), negative: round(found.negative.length / total) }
  return estimated(
    content_sentiment,
    asOf,
    {
      verdict: verdictOf(found.positive.length, found.negative.length, found.neutral.length),
      ...shares,
      neutral: round(Math.max(0, 1 - shares.positive - shares.negative)),
      evidence: {
        positive: evidence("caption", found.positive),
        negative: evidence("caption", found.negative),
        neutral: evidence("caption", found.neutral)
      }
    },
    sample,
    {
      positive: wilson(found.positive.length, total),
      negative: wilson(found.negative.length, total),
      neutral: wilson(found.neutral.length, total)
    }
  )
}

/** Of an account whose posts were never asked for. */
export const noContentSentiment = (asOf: string): ContentSentiment => unavailable(content_sentiment, asOf, "not_collected")

const MIN_CAPTIONS = 3

const verdictOf = (positive: number, negative: number, neutral: number) => {
  const [rarer, commoner] = positive < negative ? [positive, negative] : [negative, positive]
  if (rarer * 2 >= commoner && (rarer + commoner) * 2 >= positive + negative + neutral) return "mixed"
  if (neutral >= commoner) return "neutral"
  return positive > negative ? "positive" : "negative"
}

const sampleOf = (posts: ReadonlyArray<Captioned>): FigureSample | null => {
  if (posts.length === 0) return null
  const times = posts.flatMap(({ taken_at_timestamp }) => taken_at_timestamp ?? []).toSorted((a, b) => a - b)
  const iso = (seconds: number | undefined) => seconds === undefined ? null : new Date(seconds * 1000).toISOString()
  return { size: posts.length, unit: "posts", from: iso(times[0]), to: iso(times.at(-1)) }
}

export const content_sentiment: Method = {
  method: "content_sentiment",
  version: 1,
  definition:
    "The tone of an account's own captions: each is read as a comment is, by lexicons in thirteen languages with negation and abstention. Over the posts whose comments were collected, at least three of whose captions say something. The verdict is mixed where praise and blame are near each other. The reading is measured on comments alone (data/sentiment/README.md): on captions, which are longer and advertise, it is less sure than its interval says.",
  formula:
    "positive = positive captions / decided captions, negative likewise, neutral = 1 − positive − negative; mixed if the rarer of positive and negative is at least half of the other and both make at least half; else neutral if at least as many as either; else the commoner",
  unit: "verdict and shares",
  range: null,
  source: "The method of comment_sentiment on captions; intervals by Wilson (1927)",
  example: {
    figure: "content_sentiment",
    as_of: "2026-02-01T00:00:00.000Z",
    input: {
      posts: [
        { shortcode: "a", caption: "Love this so much" },
        { shortcode: "b", caption: "que linda!!" },
        { shortcode: "c", caption: "where is it?" },
        { shortcode: "d", caption: "The building on the corner" }
      ].map((post) => ({ ...post, taken_at_timestamp: null }))
    },
    output: {
      verdict: "positive",
      positive: 0.66666667,
      negative: 0,
      neutral: 0.33333333,
      evidence: {
        positive: { source: "caption", shortcodes: ["a", "b"] },
        negative: { source: "caption", shortcodes: [] },
        neutral: { source: "caption", shortcodes: ["c"] }
      }
    }
  },
  changes: [{ version: 1, date: "2026-11-25", change: "First version." }]
}
