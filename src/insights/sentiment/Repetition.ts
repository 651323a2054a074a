import { isLetter, read } from "./Reading.ts"

/** How many comments are long enough to be compared, and how many of them say what another one says. */
export interface Repetition {
  readonly compared: number
  readonly repeated: number
}

/**
 * Counts comments that repeat another, word for word or with one word changed (from five words on), whatever their emoji, mentions,
 * numbers, case and accents. "Wow" twice is no template: a comment is compared from four words, or twelve letters without spaces.
 * Linear in the number of words: two texts that differ in one place share what is left when it is taken out.
 */
export const repetition = (comments: ReadonlyArray<string>): Repetition => {
  const keys = comments.map((comment) => keysOf(comment)).filter((keys) => keys.length > 0)
  const times = new Map<string, number>()
  for (const key of keys.flat()) times.set(key, (times.get(key) ?? 0) + 1)
  return { compared: keys.length, repeated: keys.filter((own) => own.some((key) => (times.get(key) ?? 0) > 1)).length }
}

const keysOf = (comment: string): ReadonlyArray<string> => {
  const words = read(comment).words.filter((word) => isLetter(word) && !NUMBER.test(word))
  const whole = words.join(" ")
  if (words.length < 4 && !(UNSPACED.test(whole) && whole.length >= 12)) return []
  if (words.length < 5) return [whole]
  return [whole, ...words.map((_, index) => `${index} ${words.toSpliced(index, 1).join(" ")}`)]
}

const NUMBER = /^\p{N}+$/u
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]/u
