import { Context, Effect, Layer } from "effect"

/** The ISO 639-1 code of a text's language; null where the text is too short or too mixed to say. */
export type DetectLanguage = (text: string) => string | null

/**
 * Tells languages apart, offline. The data of `eld` (60 languages) is loaded at first use, not when the server starts: 0.6 s and 150 MB.
 * Its large set takes five times the one and three times the other to tell one short comment in a hundred more.
 */
export class LanguageDetection extends Context.Service<LanguageDetection, {
  readonly detector: Effect.Effect<DetectLanguage>
}>()("analytics-following/insights/LanguageDetection") {
  static readonly layer = Layer.effect(
    LanguageDetection,
    Effect.map(
      Effect.cached(Effect.map(Effect.promise(() => import("eld/small")), ({ eld }) => detectWith(eld))),
      (detector) => ({
        detector
      })
    )
  )
}

/**
 * What is written for people: without links, mentions, hashtags, digits and signs. `eld` calls a guess reliable by its own margin; below
 * `MIN_LETTERS` even a reliable one is chance.
 */
export const wordsOnly = (text: string): string =>
  text.replace(/https?:\/\/\S+|www\.\S+|[@#＃][\p{L}\p{M}\p{N}_.]+/gu, " ").replace(/[^\p{L}\p{M}\s'’.,!?]/gu, " ").replace(
    /\s+/g,
    " "
  )
    .trim()

const detectWith =
  (eld: { detect(text: string): { readonly language: string; isReliable(): boolean } }): DetectLanguage => (text) => {
    const words = wordsOnly(text).slice(0, LONGEST)
    if ((words.match(/\p{L}/gu)?.length ?? 0) < (DENSE.test(words) ? MIN_SIGNS : MIN_LETTERS)) return null
    const found = eld.detect(words)
    if (found.language === "" || !found.isReliable()) return null
    // The library knows one name for Malay and Indonesian, which are one language to statistics; most who write it here are Indonesian.
    return found.language === "ms" ? "id" : found.language
  }

/** Scripts in which a sign holds as much as several letters. */
const DENSE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]/u
const MIN_SIGNS = 4
const MIN_LETTERS = 12
/** More text makes no guess surer. */
const LONGEST = 600
