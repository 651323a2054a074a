/**
 * Claim: comment sentiment beats the lexicon libraries of npm on comments in thirteen languages, holds its own on English reviews, and
 * reads at least 5,000 comments a second on one core.
 *
 *   node bench/sentiment.ts
 *
 * `undecided`, and a score of 0 of the others, is read as neutral. multilang-sentiment is told the true language of each comment.
 */
import { createRequire } from "node:module"
import { cpus } from "node:os"
import { loadAnalyzer } from "../src/insights/sentiment/LoadAnalyzer.ts"
import type { Labelled, Verdict } from "../test/insights/sentiment/support.ts"
import { coverage, labelled, macroF1, recordedComments, withoutRecordings } from "../test/insights/sentiment/support.ts"

type Say = (text: string, language: string | null) => Verdict["said"]

const require = createRequire(import.meta.url)
const began = performance.now()
const analyzer = await loadAnalyzer()
const loaded = performance.now() - began

const Afinn = require("sentiment") as new() => { analyze(text: string): { readonly score: number } }
const afinn = new Afinn()
const wink = require("wink-sentiment") as (text: string) => { readonly score: number }
const multilang = require("multilang-sentiment") as (text: string, language: string) => { readonly score: number }
const { SentimentIntensityAnalyzer: vader } = require("vader-sentiment") as {
  readonly SentimentIntensityAnalyzer: { polarity_scores(text: string): { readonly compound: number } }
}
const signed = (score: number, least = 0): Verdict["said"] =>
  score > least ? "positive" : score < -least ? "negative" : "undecided"

const engines: Readonly<Record<string, Say>> = {
  "this engine": (text) => analyzer.analyzeComment(text).sentiment,
  "sentiment": (text) => signed(afinn.analyze(text).score),
  "vader-sentiment": (text) => signed(vader.polarity_scores(text).compound, 0.05),
  "wink-sentiment": (text) => signed(text === "" ? 0 : wink(text).score),
  "multilang-sentiment": (text, language) => signed(multilang(text, language ?? "en").score)
}

const verdictsOf = (say: Say, comments: ReadonlyArray<Labelled>): ReadonlyArray<Verdict> =>
  comments.map(({ language, sentiment, text }) => ({ truth: sentiment, said: say(text, language) }))

const three = (value: number) => Number(value.toFixed(3))

const gate = labelled("gate")
const languages = Array.from(Map.groupBy(gate, ({ language }) => language ?? "emoji"))
console.log(`Macro-F1 on the gate, ${gate.length} comments`)
console.table(Object.fromEntries(
  Object.entries(engines).map(([name, say]) => [name, {
    all: three(macroF1(verdictsOf(say, gate))),
    ...Object.fromEntries(languages.map(([language, comments]) => [language, three(macroF1(verdictsOf(say, comments)))]))
  }])
))

console.log(
  "Coverage on the gate: share decided, share of those that is right; this engine by language: size, language and intent told"
)
console.table(Object.fromEntries(
  Object.entries(engines).map(([name, say]) => {
    const { decided, right } = coverage(verdictsOf(say, gate))
    return [name, { decided: three(decided), right: three(right) }]
  })
))
console.table(Object.fromEntries(languages.map(([language, comments]) => {
  const analyses = comments.map((comment) => ({ comment, analysis: analyzer.analyzeComment(comment.text) }))
  const share = (test: (one: typeof analyses[number]) => boolean) => three(analyses.filter(test).length / analyses.length)
  return [language, {
    comments: comments.length,
    decided: share(({ analysis }) => analysis.sentiment !== "undecided"),
    right: three(
      coverage(analyses.map(({ analysis, comment }) => ({ truth: comment.sentiment, said: analysis.sentiment }))).right
    ),
    language: share(({ analysis, comment }) => analysis.language === comment.language),
    intent: share(({ analysis, comment }) => analysis.intent === comment.intent)
  }]
})))

console.log("English sentences of the sentiment package: share decided · right of those")
const corpora = ["amazon", "imdb", "yelp"].map((name) =>
  [name, require(`sentiment/test/fixtures/${name}.json`) as ReadonlyArray<{ text: string; class: number }>] as const
)
console.table(Object.fromEntries(
  Object.entries(engines).map(([name, say]) => [
    name,
    Object.fromEntries(corpora.map(([corpus, sentences]) => {
      const opinions = sentences
        .map(({ class: truth, text }) => ({ truth: truth === 1 ? "positive" : "negative", said: say(text, "en") }))
        .filter(({ said }) => said === "positive" || said === "negative")
      const right = opinions.filter(({ said, truth }) => said === truth).length
      return [corpus, `${three(opinions.length / sentences.length)} · ${three(right / opinions.length)}`]
    }))
  ])
))

const recorded = recordedComments()
if (recorded === null) console.log(`Comments that people wrote: skipped, ${withoutRecordings}`)
else {
  console.log(`${recorded.length} comments that people wrote, from the recorded payloads`)
  console.table(Object.fromEntries(
    Object.entries(engines).map(([name, say]) => {
      const verdicts = recorded.map(({ text, truth }) => ({ truth, said: say(text, null) }))
      const { decided, right } = coverage(verdicts)
      return [name, { macro_f1: three(macroF1(verdicts)), decided: three(decided), right: three(right) }]
    })
  ))
}

const texts = gate.map(({ text }) => text)
const before = process.cpuUsage()
let read = 0
for (let round = 0; round < 40; round += 1) {
  for (const text of texts) {
    analyzer.analyzeComment(`${text} ${round}`)
    read += 1
  }
}
const { system, user } = process.cpuUsage(before)
console.log(
  `${Math.round(read / ((user + system) / 1e6))} comments a second of one core · loaded in ${Math.round(loaded)} ms · ${
    Math.round(process.memoryUsage().heapUsed / 1e6)
  } MB heap with all engines · ${cpus()[0]?.model ?? "unknown machine"}, Node ${process.version}`
)
