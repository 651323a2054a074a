import { assert, describe, it } from "@effect/vitest"
import { readdirSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { fitWords } from "../../../src/insights/sentiment/Afinn.ts"
import { fold } from "../../../src/insights/sentiment/Fold.ts"
import type { LexiconFile } from "../../../src/insights/sentiment/Lexicon.ts"
import { compile } from "../../../src/insights/sentiment/Lexicon.ts"
import { wordsOf } from "../../../src/insights/sentiment/Reading.ts"

const folder = fileURLToPath(new URL("../../../data/sentiment/lexicon/", import.meta.url))
const files = readdirSync(folder).map((name) => [name, JSON.parse(readFileSync(folder + name, "utf8")) as LexiconFile] as const)
const empty = {
  negators: { before: [], after: [] },
  intensifiers: [],
  softeners: [],
  contrast: [],
  wish: [],
  question: [],
  buy: [],
  want: [],
  spam: [],
  hint: [],
  entered: [],
  sarcasm: [],
  common: []
}

describe("Lexicon", () => {
  it.each(files)("%s has one valence for a word, between -3 and 3, and stars only at the end", (_, file) => {
    const seen = new Map<string, string>()
    for (const [valence, lines] of Object.entries(file.valence)) {
      assert.isAtMost(Math.abs(Number(valence)), 3)
      for (const entry of lines.flatMap((line) => line.split(", "))) {
        assert.notInclude(entry.slice(0, -1), "*", entry)
        assert.isAbove(fold(entry).replace("*", "").trim().length, 0, valence)
        assert.strictEqual(seen.get(entry) ?? valence, valence, entry)
        seen.set(entry, valence)
      }
    }
  })

  it("finds the longest entry, exact words before stems, and stems at any length", () => {
    const lexicon = compile([{
      ...empty,
      language: "en",
      valence: { "2": ["good*"], "-2": ["good for nothing"], "0": ["goods"] }
    }])
    const values = (text: string) => lexicon.find(wordsOf(text)).map(({ entry }) => entry.valence)
    assert.deepStrictEqual(values("goodness"), [2])
    assert.deepStrictEqual(values("goods"), [0])
    assert.deepStrictEqual(values("good for nothing good"), [-2, 2])
    assert.deepStrictEqual(values("goooood"), [2])
  })

  it("reads scripts without spaces by characters, a single one only at the end of a word", () => {
    const lexicon = compile([{ ...empty, language: "ja", valence: { "3": ["神, 最高"] } }])
    const values = (text: string) => lexicon.find(Array.from(text)).map(({ entry }) => entry.valence)
    assert.deepStrictEqual(values("今日も最高でした"), [3])
    assert.deepStrictEqual(values("神社に行った"), [])
    assert.deepStrictEqual(values("まじ神"), [3])
  })

  it("adds further words only where none is known", () => {
    const lexicon = compile([{ ...empty, language: "id", valence: { "2": ["hebat*"] } }], [["hebat", -2], ["jahat", -2]])
    assert.strictEqual(lexicon.find(["hebat"])[0]?.entry.valence, 2)
    assert.strictEqual(lexicon.find(["jahat"])[0]?.entry.valence, -2)
  })

  it("takes of a translated list what is fit", () => {
    assert.deepStrictEqual(fitWords("es", { sol: 2, negro: -5, "alegría": 3, algo: 0 }, ["negro, negra"]), [["alegría", 2]])
  })

  it("folds what is one word written differently", () => {
    for (
      const [one, other] of [["café", "CAFE"], ["جَمِيلَةٌ", "جميله"], ["أحلى", "احلي"], ["ｗｏｗ", "wow"], ["İyi", "iyi"], [
        "ёлка",
        "елка"
      ], ["क़ीमत", "कीमत"]] as const
    ) {
      assert.strictEqual(fold(one), fold(other))
    }
    assert.notStrictEqual(fold("が"), fold("か"))
  })
})
