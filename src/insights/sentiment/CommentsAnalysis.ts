import { Schema } from "effect"
import type { FigureSample, Provenance } from "../../analytics/Figure.ts"
import { derived, estimated, Figure, Interval, unavailable } from "../../analytics/Figure.ts"
import { round } from "../../analytics/Statistics.ts"
import { countsOf, Shares, SharesInterval, sharesOf, wilson } from "../Shares.ts"
import type { Analyzer } from "./Analyzer.ts"
import type { CommentAnalysis } from "./CommentAnalysis.ts"
import {
  comment_decided_share,
  comment_intents,
  comment_languages,
  comment_overall_sentiment,
  comment_repetition,
  comment_sentiment
} from "./Methods.ts"
import { repetition } from "./Repetition.ts"

/** Fewer decided comments than this make no share: below it one comment moves it by a fifth or more. */
export const MIN_COMMENTS = 5

/** A comment as the analysis reads it; `commented_at` in milliseconds since 1970, null where unknown. */
export interface CommentSample {
  readonly text: string
  readonly commented_at: number | null
}

const Share = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))
const SentimentShares = Schema.Struct({ positive: Share, negative: Share, neutral: Share })
const SentimentIntervals = Schema.Struct({ positive: Interval, negative: Interval, neutral: Interval })

/** How a set of comments reads as a whole: the verdict of the largest share, `mixed` where praise and blame are near each other. */
export const OverallSentiment = Schema.Literals(["positive", "negative", "neutral", "mixed", "undecided"])
export type OverallSentiment = typeof OverallSentiment.Type

/** What a set of comments says: figures, and the counts and scores that a row of `comment_sentiment` holds. */
export const CommentsAnalysis = Schema.Struct({
  row: Schema.NullOr(Schema.Struct({
    method: Schema.String,
    method_version: Schema.Int,
    positive_score: Schema.NullOr(Share),
    negative_score: Schema.NullOr(Share),
    neutral_score: Schema.NullOr(Share),
    overall_sentiment: OverallSentiment,
    comments_analyzed: Schema.Int,
    comments_decided: Schema.Int
  })).annotate({ description: "Null without comments" }),
  sentiment: Figure(SentimentShares, SentimentIntervals),
  overall_sentiment: Figure(OverallSentiment),
  decided_share: Figure(Share),
  intents: Figure(Shares, SharesInterval),
  languages: Figure(Shares, SharesInterval),
  repetition: Figure(Share)
}).annotate({ identifier: "CommentsAnalysis" })
export interface CommentsAnalysis extends Schema.Schema.Type<typeof CommentsAnalysis> {}

/** Analyses the comments of a post, or of several, as of an instant. Neither their order nor the clock changes a byte. */
export const analyzeComments = (
  analyzer: Analyzer,
  comments: ReadonlyArray<CommentSample>,
  as_of: string
): CommentsAnalysis => {
  const analyses = comments.map(({ text }) => analyzer.analyzeComment(text))
  const sampleOf = (size: number): FigureSample | null => sample(comments, size)
  const count = (test: (analysis: CommentAnalysis) => boolean) => analyses.filter(test).length
  const positive = count(({ sentiment }) => sentiment === "positive")
  const negative = count(({ sentiment }) => sentiment === "negative")
  const neutral = count(({ sentiment }) => sentiment === "neutral")
  const decided = positive + negative + neutral
  const overall = overallOf(positive, negative, neutral)
  const absence = comments.length === 0 ? "no_comments" : "too_few_comments"

  const shares = decided < MIN_COMMENTS ? null : thirds(positive, negative, decided)
  const sentiment = shares === null
    ? unavailable(comment_sentiment, as_of, absence, sampleOf(decided))
    : estimated(comment_sentiment, as_of, shares, required(sampleOf(decided), decided), {
      positive: wilson(positive, decided),
      negative: wilson(negative, decided),
      neutral: wilson(neutral, decided)
    })

  const mix = (by: Provenance, labels: ReadonlyArray<string>) => {
    const { intervals, shares, total } = sharesOf(countsOf(labels))
    return total < MIN_COMMENTS
      ? unavailable(by, as_of, absence, sampleOf(total))
      : estimated(by, as_of, shares, required(sampleOf(total), total), intervals)
  }

  const { compared, repeated } = repetition(comments.map(({ text }) => text))
  const size = comments.length
  return {
    row: size === 0 ? null : {
      method: comment_sentiment.method,
      method_version: comment_sentiment.version,
      positive_score: shares?.positive ?? null,
      negative_score: shares?.negative ?? null,
      neutral_score: shares?.neutral ?? null,
      overall_sentiment: overall,
      comments_analyzed: size,
      comments_decided: decided
    },
    sentiment,
    overall_sentiment: size === 0
      ? unavailable(comment_overall_sentiment, as_of, "no_comments")
      : derived(comment_overall_sentiment, as_of, overall, sampleOf(size)),
    decided_share: size === 0
      ? unavailable(comment_decided_share, as_of, "no_comments")
      : derived(comment_decided_share, as_of, round(decided / size), sampleOf(size)),
    intents: mix(comment_intents, analyses.map(({ intent }) => intent)),
    languages: mix(comment_languages, analyses.flatMap(({ language }) => language ?? [])),
    repetition: compared < MIN_COMMENTS
      ? unavailable(comment_repetition, as_of, absence, sampleOf(compared))
      : derived(comment_repetition, as_of, round(repeated / compared), sampleOf(compared), wilson(repeated, compared))
  }
}

/** The verdict over decided comments: `mixed` where both opinions make half and the rarer is at least half of the other. */
export const overallOf = (positive: number, negative: number, neutral: number): OverallSentiment => {
  const decided = positive + negative + neutral
  const [rarer, commoner] = positive < negative ? [positive, negative] : [negative, positive]
  if (decided < MIN_COMMENTS) return "undecided"
  if (rarer * 2 >= commoner && (rarer + commoner) * 2 >= decided) return "mixed"
  if (neutral >= commoner) return "neutral"
  return positive > negative ? "positive" : "negative"
}

// The last share takes the rounding, so that they sum to 1.
const thirds = (positive: number, negative: number, decided: number) => {
  const shares = { positive: round(positive / decided), negative: round(negative / decided) }
  return { ...shares, neutral: round(Math.max(0, 1 - shares.positive - shares.negative)) }
}

const sample = (comments: ReadonlyArray<CommentSample>, size: number): FigureSample | null => {
  if (size === 0) return null
  const times = comments.flatMap(({ commented_at }) => commented_at ?? [])
  const from = times.reduce((least, time) => Math.min(least, time), Infinity)
  const to = times.reduce((most, time) => Math.max(most, time), -Infinity)
  const timed = from <= to
  return {
    size,
    unit: "comments",
    from: timed ? new Date(from).toISOString() : null,
    to: timed ? new Date(to).toISOString() : null
  }
}

const required = (sample: FigureSample | null, size: number): FigureSample =>
  sample ?? { size, unit: "comments", from: null, to: null }
