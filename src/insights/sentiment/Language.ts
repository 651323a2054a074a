import type { Lexicon } from "./Lexicon.ts"
import type { Reading } from "./Reading.ts"
import { isLetter } from "./Reading.ts"

/** A library's guess for a text of any script; null where it is not sure. */
export type LanguageDetector = (text: string) => string | null

/** What a comment is written in: `language` is null where too little says so; `lexicons` are those that may suit it, the likeliest first. */
export interface LanguageGuess {
  readonly language: string | null
  readonly lexicons: ReadonlyArray<string>
}

/**
 * Tells a comment's language by its script, by letters that only one language writes, then by votes of the words each lexicon knows,
 * and where those are even by a library. `lexicons` holds one for each language read here.
 */
export const languageReader = (lexicons: ReadonlyMap<string, Lexicon>, detect: LanguageDetector) => {
  const latin = LATIN.flatMap((language) => {
    const lexicon = lexicons.get(language)
    return lexicon === undefined ? [] : [[language, lexicon] as const]
  })
  const russian = lexicons.get("ru")
  return (reading: Reading): LanguageGuess => {
    const script = scriptOf(reading.written)
    if (script === null) return { language: null, lexicons: [] }
    if (script === "latin") return byVotes(latin, reading, detect)
    if (script === "cyrillic") {
      const language = cyrillic(reading.written)
      const foreign = language === "ru" && russian !== undefined && strange(russian, reading)
        ? detect(reading.written.trim())
        : null
      return own(foreign ?? language, "ru")
    }
    if (script === "arabic") return own(arabic(reading.written), "ar")
    if (script === "han") {
      return { language: lexicons.get("ja")?.find(Array.from(reading.text)).length ? "ja" : "zh", lexicons: ["ja"] }
    }
    return own(script, script)
  }
}

const LATIN = ["en", "es", "pt", "fr", "it", "de", "tr", "id", "hi"] as const

const own = (language: string, lexicon: string): LanguageGuess => ({ language, lexicons: language === lexicon ? [lexicon] : [] })

// The script of most letters; a script that one language uses here is named by that language. Kana makes a text Japanese.
const scriptOf = (text: string): string | null => {
  const counts = new Map<string, number>()
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0
    if (code < 0x41) continue
    const script = scripts.find(([from, to]) => code >= from && code <= to)
    if (script === undefined || !isLetter(character)) continue
    // A Latin word beside one character of Han, Hangul or kana says no more than that character.
    const weight = script[2] === "latin" ? 0.34 : 1
    counts.set(script[2], (counts.get(script[2]) ?? 0) + weight)
  }
  const kana = counts.get("ja")
  if (kana !== undefined) {
    counts.set("ja", kana + (counts.get("han") ?? 0))
    counts.delete("han")
  }
  let best: string | null = null
  for (const [script, count] of counts) if (best === null || count > (counts.get(best) ?? 0)) best = script
  return best
}

const scripts: ReadonlyArray<readonly [number, number, string]> = [
  [0x41, 0x24f, "latin"],
  [0x1e00, 0x1eff, "latin"],
  [0x370, 0x3ff, "el"],
  [0x400, 0x52f, "cyrillic"],
  [0x530, 0x58f, "hy"],
  [0x590, 0x5ff, "he"],
  [0x600, 0x77f, "arabic"],
  [0x8a0, 0x8ff, "arabic"],
  [0xfb50, 0xfdff, "arabic"],
  [0xfe70, 0xfefe, "arabic"],
  [0x900, 0x97f, "hi"],
  [0x980, 0x9ff, "bn"],
  [0xa00, 0xa7f, "pa"],
  [0xa80, 0xaff, "gu"],
  [0xb80, 0xbff, "ta"],
  [0xc00, 0xc7f, "te"],
  [0xc80, 0xcff, "kn"],
  [0xd00, 0xd7f, "ml"],
  [0xd80, 0xdff, "si"],
  [0xe00, 0xe7f, "th"],
  [0xe80, 0xeff, "lo"],
  [0x1000, 0x109f, "my"],
  [0x10a0, 0x10ff, "ka"],
  [0x1200, 0x137f, "am"],
  [0x1780, 0x17ff, "km"],
  [0x3040, 0x30ff, "ja"],
  [0xff66, 0xff9d, "ja"],
  [0x1100, 0x11ff, "ko"],
  [0x3130, 0x318f, "ko"],
  [0xac00, 0xd7af, "ko"],
  [0x3400, 0x9fff, "han"]
]

const cyrillic = (text: string): string =>
  /[іїєґ]/iu.test(text) ? "uk" : /[ђјљњћџ]/iu.test(text) ? "sr" : /[әғқңөұүһ]/iu.test(text) ? "kk" : "ru"

// Letters of Persian and Urdu keyboards. The Gulf and the Maghreb write چ, گ and پ for sounds of their own.
const arabic = (text: string): string => /[ٹڈڑےںہ]/u.test(text) ? "ur" : /[یک]/u.test(text) ? "fa" : "ar"

const byVotes = (
  lexicons: ReadonlyArray<readonly [string, Lexicon]>,
  reading: Reading,
  detect: LanguageDetector
): LanguageGuess => {
  const votes: Array<number> = lexicons.map(([language]) => spelling[language]?.test(reading.written) === true ? 0.6 : 0)
  for (const word of reading.words) {
    if (!isLetter(word)) continue
    const known = lexicons.map(([, lexicon]) => lexicon.familiarity(word))
    // A word of many languages speaks for none.
    const spread = known.filter((weight) => weight > 0).length ** 1.5
    if (spread > 0) { for (const [index, weight] of known.entries()) votes[index] = (votes[index] ?? 0) + weight / spread }
  }
  const byCount = rank(lexicons, votes)
  const likeliest = lexicons.find(([language]) => language === byCount[0]?.language)?.[1]
  if (likeliest !== undefined && strange(likeliest, reading)) {
    const foreign = detect(reading.written.trim())
    if (foreign !== null && !lexicons.some(([language]) => language === kin[foreign] || language === foreign)) {
      return { language: foreign, lexicons: [] }
    }
  }
  if (byCount[0] !== undefined && clear(byCount)) return { language: byCount[0].language, lexicons: [byCount[0].language] }
  const leading = 0.4 * (byCount[0]?.votes ?? 0)
  const ranked = rank(
    lexicons,
    votes.map((vote, index) => vote < leading || vote === 0 ? vote : vote + phrases(lexicons[index]?.[1], reading.words))
  )
  const candidates = ranked.filter(({ votes }) => votes > 0 && votes >= 0.45 * (ranked[0]?.votes ?? 0)).map(({ language }) =>
    language
  )
  const [first, second] = candidates
  if (first !== undefined && clear(ranked)) return { language: first, lexicons: candidates }
  const guess = detect(reading.written.trim())
  const agreed = candidates.find((language) => language === guess)
  if (agreed !== undefined) {
    return {
      language: agreed,
      lexicons: [agreed, ...candidates.filter((language) => language !== agreed)]
    }
  }
  const certain = first !== undefined && (ranked[0]?.votes ?? 0) >= 0.6 &&
    (second === undefined || (ranked[0]?.votes ?? 0) >= 1.3 * (ranked[1]?.votes ?? 0))
  return { language: certain ? first : first === undefined ? guess : null, lexicons: candidates }
}

// Whether a text of some length consists mostly of words that a lexicon does not know.
const strange = (lexicon: Lexicon, reading: Reading): boolean => {
  const words = reading.words.filter(isLetter)
  return words.length > 1 && words.filter((word) => lexicon.familiarity(word) > 0).length < words.length / 2
}

// Languages that a library takes short comments in one of ours for.
const kin: Readonly<Record<string, string>> = { ms: "id", ca: "es", gl: "pt", az: "tr" }

const rank = (lexicons: ReadonlyArray<readonly [string, Lexicon]>, votes: ReadonlyArray<number>) =>
  lexicons.map(([language], index) => ({ language, votes: votes[index] ?? 0 })).sort((a, b) => b.votes - a.votes)

const clear = (ranked: ReturnType<typeof rank>): boolean =>
  (ranked[0]?.votes ?? 0) >= 0.9 && (ranked[0]?.votes ?? 0) >= 2 * (ranked[1]?.votes ?? 0)

// Words in an order that a lexicon knows say more than the same words apart.
const phrases = (lexicon: Lexicon | undefined, words: ReadonlyArray<string>): number =>
  (lexicon?.find(words) ?? []).reduce((sum, { end, start }) => sum + 0.7 * (end - start - 1), 0)

const spelling: Readonly<Record<string, RegExp>> = {
  es: /[ñ¿¡]/iu,
  pt: /[ãõ]/iu,
  tr: /[ğışİ]/u,
  de: /[ßäö]/iu,
  fr: /[œèêàçù]|[cdjlmnst]['’]/iu,
  it: /[àèìòù]/iu
}
