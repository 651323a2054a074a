import { Schema } from "effect"

/** `undecided`: nothing in the comment says, or what does disagrees. Never a guess. */
export const Sentiment = Schema.Literals(["positive", "negative", "neutral", "undecided"]).annotate({
  identifier: "Sentiment",
  description: "neutral: a question, an order or mentions without an opinion. undecided: no evidence, or evidence that disagrees"
})
export type Sentiment = typeof Sentiment.Type

/** What a comment is for; the first that applies, in this order. */
export const Intent = Schema.Literals([
  "spam_or_giveaway",
  "mention_only",
  "complaint",
  "purchase_intent",
  "question",
  "praise",
  "other"
]).annotate({ identifier: "CommentIntent" })
export type Intent = typeof Intent.Type

/** What kinds of evidence a decision rests on; never the words themselves, so that it may be logged. */
export const Evidence = Schema.Literals([
  "word",
  "negation",
  "intensity",
  "emoji",
  "wish",
  "desire",
  "question",
  "purchase",
  "promotion",
  "giveaway",
  "mention",
  "sarcasm"
]).annotate({ identifier: "CommentEvidence" })
export type Evidence = typeof Evidence.Type

/** What one comment says. */
export const CommentAnalysis = Schema.Struct({
  sentiment: Sentiment,
  score: Schema.Finite.check(Schema.isBetween({ minimum: -1, maximum: 1 })).annotate({
    description: "Strength, from -1 to 1; 0 unless positive or negative"
  }),
  intent: Intent,
  language: Schema.NullOr(Schema.String).annotate({ description: "ISO 639-1; null where the text does not say" }),
  evidence: Schema.Array(Evidence)
}).annotate({ identifier: "CommentAnalysis" })
export interface CommentAnalysis extends Schema.Schema.Type<typeof CommentAnalysis> {}
