import { fold } from "./Fold.ts"

/** A comment taken apart: what it says, and what is not language. */
export interface Reading {
  /** Folded text without mentions, hashtags, links and emoji; an emoji ends a clause. */
  readonly text: string
  /** The text before folding, where letters still tell languages apart. */
  readonly written: string
  /** Words and signs of `text`, in order. */
  readonly words: ReadonlyArray<string>
  /** Base characters in order of appearance: without skin tone, variation and what is joined to them. */
  readonly emoji: ReadonlyArray<string>
  readonly mentions: number
  readonly hashtags: ReadonlyArray<string>
  readonly links: number
}

/** Takes a comment apart. Only its first 2,200 characters are read, Instagram's limit for a comment. */
export const read = (comment: string): Reading => {
  const emoji: Array<string> = []
  const hashtags: Array<string> = []
  let mentions = 0
  let links = 0
  const written = comment.slice(0, LIMIT).replace(NOT_LANGUAGE, (found) => {
    const first = found.codePointAt(0) ?? 0
    if (first === 0x40) mentions += 1
    else if (first === 0xff03 || first === 0x23 && !found.endsWith(KEYCAP)) hashtags.push(fold(found.slice(1)))
    else if (first < 0x80 && !found.endsWith(KEYCAP)) links += 1
    else {
      emoji.push(String.fromCodePoint(first))
      return " . "
    }
    return " "
  })
  const text = fold(written)
  return { text, written, words: wordsOf(text), emoji, mentions, hashtags, links }
}

/** Words and signs of a folded text. An apostrophe or a hyphen separates: "j'adore" is two words, in lexicons too. */
export const wordsOf = (folded: string): ReadonlyArray<string> => folded.match(WORD) ?? []

/** Whether a unit ends a clause, so that no negation reaches over it. */
export const isBreak = (unit: string): boolean => BREAK.test(unit)

/** Whether a unit is a letter or a digit, or begins with one. */
export const isLetter = (unit: string): boolean => LETTER.test(unit)

const LIMIT = 2_200
const KEYCAP = "\u20e3"

const PICTURE = "\\p{Extended_Pictographic}(?:[\\ufe0e\\ufe0f]|\\p{Emoji_Modifier})*"
const NOT_LANGUAGE = new RegExp(
  [
    "https?://\\S+|www\\.\\S+",
    "@[\\p{L}\\p{N}_.]+",
    "[#＃][\\p{L}\\p{M}\\p{N}_]+",
    "[0-9*#]\\ufe0f?\\u20e3",
    "\\p{Regional_Indicator}+",
    `${PICTURE}(?:\\u200d${PICTURE})*`
  ].join("|"),
  "giu"
)
const WORD = /[\p{L}\p{M}\p{N}]+|<3|[:;=]-?[()dp/](?![\p{L}\p{N}])|\^\^|[$€£%]|[?؟¿]|[!¡.。…,،、;؛:\n]/gu
const BREAK = /^[?؟¿!¡.。…,،、;؛:\n]$/
const LETTER = /^[\p{L}\p{M}\p{N}]/u
