/**
 * The form in which words are compared, for comments and lexicons alike: lower case, compatibility forms and accents folded, Arabic
 * letters and Devanagari signs that are written several ways unified, more than three of a letter shortened to three. Any text is
 * accepted, lone surrogates included; the length may change.
 */
export const fold = (text: string): string => {
  if (ASCII.test(text)) return text.toLowerCase().replace(ELONGATED, "$1$1$1")
  return text
    .toWellFormed()
    .normalize("NFKC")
    .toLowerCase()
    .normalize("NFD")
    .replace(IGNORED, "")
    .normalize("NFC")
    .replace(VARIANT, (letter) => variants[letter] ?? letter)
    .replace(ELONGATED, "$1$1$1")
}

/** The words that an elongated one may stand for, "soo" and "so" for "sooo"; none for a word that is not elongated. */
export const shortened = (word: string): ReadonlyArray<string> =>
  TRIPLED.test(word) ? [word.replace(TRIPLE, "$1$1"), word.replace(TRIPLE, "$1")] : []

const ASCII = /^[\0-\x7f]*$/
const ELONGATED = /(\p{L})\1{3,}/gu
const TRIPLE = /(\p{L})\1\1/gu
const TRIPLED = /(\p{L})\1\1/u

// Latin, Cyrillic and Greek accents; Arabic vowel signs, hamza above and below, tatweel; the Devanagari nukta; joiners and marks of
// direction. Not all of \p{Mn}: Devanagari vowels and Japanese voicing are letters' substance.
const IGNORED = new RegExp(
  [
    "[\\u0300-\\u036f]|[\\u0483-\\u0487]",
    "[\\u0610-\\u061a]|\\u0640|[\\u064b-\\u065f]|\\u0670|[\\u06d6-\\u06ed]",
    "\\u093c",
    "[\\u200b-\\u200f]|[\\u202a-\\u202e]|[\\u2060-\\u2064]|[\\u2066-\\u2069]|\\ufeff"
  ].join("|"),
  "g"
)

const variants: Readonly<Record<string, string>> = {
  "ı": "i",
  "ß": "ss",
  "œ": "oe",
  "æ": "ae",
  "ø": "o",
  "ł": "l",
  "đ": "d",
  "’": "'",
  "‘": "'",
  "ʼ": "'",
  "`": "'",
  "´": "'",
  "ٱ": "ا",
  "ى": "ي",
  "ی": "ي",
  "ک": "ك",
  "ة": "ه",
  "ۀ": "ه",
  "ँ": "ं"
}
const VARIANT = new RegExp(`[${Object.keys(variants).join("")}]`, "gu")
