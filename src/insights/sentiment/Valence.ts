import type { EmojiSense } from "./Emoji.ts"
import type { Found, Lexicon } from "./Lexicon.ts"
import { has, Mark } from "./Lexicon.ts"
import { isBreak } from "./Reading.ts"

/** The sums of what speaks for and against in a text, and how they came about. */
export interface TextSense {
  readonly positive: number
  readonly negative: number
  readonly negated: number
  readonly intensified: number
  readonly words: number
}

/**
 * Sums the valences found in a text. A negation before a word (within three words, two characters in Japanese and Korean) or, where
 * the language puts it there, after it, turns praise into three quarters of its opposite and blame into half of it; what follows a
 * "but" counts half as much again, what precedes it half; intensity raises a valence by 0.3, a softener lowers it likewise (the scheme
 * of VADER: Hutto and Gilbert, ICWSM 2014).
 */
export const textSense = (lexicon: Lexicon, units: ReadonlyArray<string>, found: ReadonlyArray<Found>): TextSense => {
  const reach = lexicon.units === "words" ? WORDS : CHARACTERS
  const contrast = found.findLast(({ entry }) => has(entry, Mark.contrasts))?.start ?? null
  let positive = 0
  let negative = 0
  let negated = 0
  let intensified = 0
  let words = 0
  for (const [index, one] of found.entries()) {
    const { entry } = one
    if (entry.valence === null || entry.valence === 0) continue
    let valence = entry.valence
    const near = (mark: number, back: number, ahead: number) => reaches(units, found, index, mark, back, ahead)
    if (near(Mark.intensifies, reach.degree, reach.degree)) {
      valence *= 1.3
      intensified += 1
    }
    if (near(Mark.softens, reach.degree, 0)) valence *= 0.7
    if (near(Mark.negatesNext, reach.negation, 0) || near(Mark.negatesBack, 0, reach.back)) {
      valence *= valence > 0 ? -0.75 : -0.5
      negated += 1
    }
    if (contrast !== null && contrast !== one.start) valence *= one.start > contrast ? 1.5 : 0.5
    words += 1
    if (valence > 0) positive += valence
    else negative -= valence
  }
  return { positive, negative, negated, intensified, words }
}

/** The balance of all evidence: what is decided, or why nothing is. */
export type Balance =
  | { readonly kind: "decided"; readonly sentiment: "positive" | "negative"; readonly score: number }
  | { readonly kind: "none" | "weak" | "conflict" | "sarcasm"; readonly score: number }

/** Weighs text against emoji. Praise with a mark of sarcasm, and evidence that nearly balances, decide nothing. */
export const weigh = (text: TextSense, emoji: EmojiSense, sarcastic: boolean): Balance => {
  const spoken = text.words > 0
  // Beside words an emoji accompanies; laughter at a complaint is no praise of what it complains about.
  const weight = spoken ? 0.6 : 1
  const smile = emoji.laughing && text.negative > text.positive ? 0 : emoji.positive * weight
  const positive = text.positive + smile
  const negative = text.negative + emoji.negative * weight
  const total = positive - negative
  const score = total / Math.sqrt(total * total + SOFTNESS)
  if (positive === 0 && negative === 0) return { kind: "none", score: 0 }
  if (sarcastic && text.positive > 0 && text.positive >= text.negative) return { kind: "sarcasm", score: 0 }
  // Words against an emoji win where they are strong, and decide nothing where they are not.
  const opposed = (text.positive - text.negative) * (smile - emoji.negative * weight) < 0
  if (opposed && Math.abs(text.positive - text.negative) < STRONGER * Math.abs(smile - emoji.negative * weight)) {
    return { kind: "conflict", score: 0 }
  }
  if (Math.min(positive, negative) > CONFLICT * Math.max(positive, negative)) return { kind: "conflict", score: 0 }
  if (Math.abs(total) < WEAKEST) return { kind: "weak", score: 0 }
  return { kind: "decided", sentiment: total > 0 ? "positive" : "negative", score }
}

const WORDS = { negation: 3, back: 3, degree: 2 }
const CHARACTERS = { negation: 1, back: 2, degree: 2 }
const SOFTNESS = 6
const CONFLICT = 0.65
const STRONGER = 1.2
const WEAKEST = 0.6

// Whether an entry with the mark lies within `back` units before or `ahead` units after, in the same clause.
const reaches = (
  units: ReadonlyArray<string>,
  found: ReadonlyArray<Found>,
  index: number,
  mark: number,
  back: number,
  ahead: number
): boolean => {
  const here = found[index]
  if (here === undefined) return false
  for (let at = index - 1; at >= 0; at -= 1) {
    const other = found[at]
    if (other === undefined || here.start - other.end >= back) break
    if (has(other.entry, mark) && !broken(units, other.end, here.start)) return true
  }
  for (let at = index + 1; at < found.length; at += 1) {
    const other = found[at]
    if (other === undefined || other.start - here.end >= ahead) break
    if (has(other.entry, mark) && !broken(units, here.end, other.start)) return true
  }
  return false
}

const broken = (units: ReadonlyArray<string>, from: number, to: number): boolean => {
  for (let at = from; at < to; at += 1) if (isBreak(units[at] ?? "")) return true
  return false
}
