import type { CommentAnalysis, Evidence, Intent, Sentiment } from "./CommentAnalysis.ts"
import type { EmojiFile, EmojiSense } from "./Emoji.ts"
import { emojiReader } from "./Emoji.ts"
import type { LanguageDetector } from "./Language.ts"
import { languageReader } from "./Language.ts"
import type { Lexicon, LexiconFile } from "./Lexicon.ts"
import { compile } from "./Lexicon.ts"
import type { Reading } from "./Reading.ts"
import { read } from "./Reading.ts"
import type { Signals } from "./Signals.ts"
import { signalsOf } from "./Signals.ts"
import type { Balance, TextSense } from "./Valence.ts"
import { textSense, weigh } from "./Valence.ts"

/** Analyses comments, offline and without state. */
export interface Analyzer {
  /** What one comment says. Any text is accepted: empty, a sticker's, malformed. */
  readonly analyzeComment: (text: string) => CommentAnalysis
}

/** What an analyzer is made of. */
export interface AnalyzerParts {
  readonly lexicons: ReadonlyArray<LexiconFile>
  /** Words known in every language. */
  readonly shared: LexiconFile
  /** Further words of each language with their valence, beneath our own lexicons. */
  readonly further: Readonly<Record<string, ReadonlyArray<readonly [string, number]>>>
  readonly emoji: EmojiFile
  readonly detectLanguage: LanguageDetector
}

/** Compiles the parts: some 30 milliseconds. */
export const makeAnalyzer = (parts: AnalyzerParts): Analyzer => {
  const lexicons = new Map<string, Lexicon>()
  for (const file of parts.lexicons) {
    if (file.language !== null) {
      lexicons.set(file.language, compile([parts.shared, file], parts.further[file.language] ?? []))
    }
  }
  const shared = compile([parts.shared])
  const own = new Map(parts.lexicons.map((file) => [file.language ?? "", compile([file])]))
  const guess = languageReader(own, parts.detectLanguage)
  const emojiSense = emojiReader(parts.emoji)
  // The likeliest lexicon that finds a valence, else the likeliest; without a candidate, the words known everywhere.
  const understand = (candidates: ReadonlyArray<Lexicon>, reading: Reading) => {
    const readings = (candidates.length === 0 ? [shared] : candidates.slice(0, 2)).map((lexicon) => {
      const units = lexicon.units === "words" ? reading.words : Array.from(reading.text)
      const found = lexicon.find(units)
      return { found, said: textSense(lexicon, units, found) }
    })
    return readings.find(({ said }) => said.words > 0) ?? readings[0] ?? { found: [], said: textSense(shared, [], []) }
  }

  return {
    analyzeComment: (text) => {
      const reading = read(text)
      const { language, lexicons: candidates } = guess(reading)
      const { found, said } = understand(candidates.map((name) => lexicons.get(name) ?? shared), reading)
      const signals = signalsOf(reading, found, shared.find(reading.hashtags))
      const shown = emojiSense(reading.emoji)
      const balance = weigh(said, shown, signals.sarcastic || shown.sarcastic)
      const { score, sentiment } = decide(balance, said, shown, signals)
      return {
        sentiment,
        score: Math.round(score * 1e4) / 1e4,
        intent: intentOf(sentiment, signals, said),
        language,
        evidence: evidenceOf(said, shown, signals)
      }
    }
  }
}

const decide = (
  balance: Balance,
  said: TextSense,
  shown: EmojiSense,
  signals: Signals
): { readonly sentiment: Sentiment; readonly score: number } => {
  // What is promoted or entered for a prize is not what the writer feels.
  if (signals.promotes || signals.enters) return undecided
  const inquires = signals.asks || signals.shops
  // "Is it good for curly hair?" asks; it praises nothing.
  const faint = inquires && shown.positive === 0 && said.positive < 2 && said.negative === 0
  if (balance.kind === "decided" && !(faint && balance.sentiment === "positive")) return balance
  if (balance.kind === "none" || balance.kind === "weak" || faint) {
    if (signals.wishes || signals.desires && !signals.shops) return { sentiment: "positive", score: 0.5 }
    if (inquires || signals.mentionOnly) return { sentiment: "neutral", score: 0 }
    if (signals.desires) return { sentiment: "positive", score: 0.5 }
  }
  return undecided
}

const undecided = { sentiment: "undecided", score: 0 } as const

const intentOf = (sentiment: Sentiment, signals: Signals, said: TextSense): Intent => {
  if (signals.promotes || signals.enters) return "spam_or_giveaway"
  if (signals.mentionOnly) return "mention_only"
  if (sentiment === "negative") return "complaint"
  if (signals.shops || signals.desires) return "purchase_intent"
  if (signals.asks && (sentiment !== "positive" || said.words === 0)) return "question"
  if (sentiment === "positive") return signals.wishes ? "other" : "praise"
  return "other"
}

const evidenceOf = (said: TextSense, shown: EmojiSense, signals: Signals): ReadonlyArray<Evidence> => {
  const kinds: ReadonlyArray<readonly [Evidence, boolean]> = [
    ["word", said.words > 0],
    ["negation", said.negated > 0],
    ["intensity", said.intensified > 0],
    ["emoji", shown.positive > 0 || shown.negative > 0],
    ["wish", signals.wishes],
    ["desire", signals.desires],
    ["question", signals.asks],
    ["purchase", signals.shops],
    ["promotion", signals.promotes],
    ["giveaway", signals.enters],
    ["mention", signals.mentionOnly],
    ["sarcasm", signals.sarcastic || shown.sarcastic]
  ]
  return kinds.filter(([, holds]) => holds).map(([kind]) => kind)
}
