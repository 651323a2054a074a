import stopwords from "../../../data/insights/stopwords.json" with { type: "json" }
import { wordsOnly } from "../LanguageDetection.ts"

/** The words of a text, lower-case, without links, mentions and hashtags; Chinese and Japanese are cut by the dictionary of ICU. */
export const tokensOf = (text: string): ReadonlyArray<string> => {
  const words = wordsOnly(text).toLowerCase().normalize("NFC")
  if (words === "") return []
  return DENSE.test(words)
    ? Array.from(segmenter.segment(words)).flatMap(({ isWordLike, segment }) => isWordLike === true ? [segment] : [])
    : words.match(WORD) ?? []
}

/** Whether a word says something of the subject: long enough, and not one that every text of some language holds. */
export const isTelling = (word: string): boolean => word.length >= (DENSE.test(word) ? 2 : 4) && !common.has(word)

/** Tests words and hashtags against keywords. `*` at the end of one stands for any ending; a hashtag may hold a longer one anywhere. */
export const keywordMatcher = (keywords: ReadonlyArray<string>) => {
  const whole = new Set(keywords.filter((keyword) => !keyword.endsWith("*")))
  const stems = keywords.filter((keyword) => keyword.endsWith("*")).map((keyword) => keyword.slice(0, -1))
  const inside = [...[...whole].filter(longerThan(4)), ...stems.filter(longerThan(3))]
  const word = (word: string) => whole.has(word) || stems.some((stem) => word.startsWith(stem))
  return { word, hashtag: (tag: string) => word(tag) || inside.some((keyword) => tag.includes(keyword)) }
}

// A short word stands in longer ones by chance, but not one of signs.
const longerThan = (letters: number) => (keyword: string) => keyword.length > (DENSE.test(keyword) ? 1 : letters)

const DENSE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u
const WORD = /[\p{L}\p{M}]+/gu
const segmenter = new Intl.Segmenter("ja", { granularity: "word" })
const common = new Set(Object.values(stopwords).flatMap((words) => words.split(" ")))
