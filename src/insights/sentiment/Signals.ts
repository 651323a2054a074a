import type { Found } from "./Lexicon.ts"
import { has, Mark } from "./Lexicon.ts"
import type { Reading } from "./Reading.ts"
import { isLetter } from "./Reading.ts"

/** What a comment does, apart from what it feels. */
export interface Signals {
  readonly mentionOnly: boolean
  readonly promotes: boolean
  readonly enters: boolean
  readonly asks: boolean
  /** Asks for a price, a size, a shop, a delivery. */
  readonly shops: boolean
  /** Wants or has bought what is shown. */
  readonly desires: boolean
  readonly wishes: boolean
  readonly sarcastic: boolean
}

/** Reads the marks of the entries found, and of the hashtags. */
export const signalsOf = (reading: Reading, found: ReadonlyArray<Found>, hashtagged: ReadonlyArray<Found>): Signals => {
  const count = (mark: number) => found.filter(({ entry }) => has(entry, mark)).length
  const hints = count(Mark.hint) + reading.links
  const questioned = reading.words.some((word) => QUESTION.has(word))
  const asking = found.some(({ entry }) => has(entry, Mark.question))
  // Without its sign a question is short, or begins with what it asks: "how" and "was" mean more than that within a sentence.
  const unsigned = asking &&
    (reading.words.length <= SHORT ||
      found.some(({ entry, start }) => start < 2 && has(entry, Mark.question)) && reading.words.length <= 2 * SHORT)
  return {
    mentionOnly: reading.mentions > 0 && !reading.words.some(isLetter),
    promotes: count(Mark.spam) > 0 || hints > 1 || hashtagged.some(({ entry }) => has(entry, Mark.spam)),
    enters: count(Mark.entered) > 0 && reading.mentions > 1,
    asks: questioned && reading.words.length > 1 || unsigned,
    shops: count(Mark.buy) > 0,
    desires: count(Mark.want) > 0,
    wishes: count(Mark.wish) > 0,
    sarcastic: count(Mark.sarcasm) > 0
  }
}

const SHORT = 5
const QUESTION = new Set(["?", "؟", "¿"])
