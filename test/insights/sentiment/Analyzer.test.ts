import { assert, beforeAll, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import * as fc from "fast-check"
import type { Analyzer } from "../../../src/insights/sentiment/Analyzer.ts"
import { CommentAnalysis } from "../../../src/insights/sentiment/CommentAnalysis.ts"
import { loadAnalyzer } from "../../../src/insights/sentiment/LoadAnalyzer.ts"
import { labelled } from "./support.ts"

describe("analyzeComment", () => {
  let analyzer: Analyzer
  beforeAll(async () => {
    analyzer = await loadAnalyzer()
  })
  const sentiment = (text: string) => analyzer.analyzeComment(text).sentiment
  const intent = (text: string) => analyzer.analyzeComment(text).intent

  it.each([
    ["en", "this is good quality", "this is not good quality"],
    ["en", "I would recommend it", "I would not recommend it"],
    ["es", "es bonito", "no es bonito"],
    ["fr", "c'est beau", "c'est pas beau"],
    ["de", "das ist schön", "das ist nicht schön"],
    ["pt", "isso é bonito", "isso não é bonito"],
    ["it", "è bello", "non è bello"],
    ["tr", "bu güzel", "bu güzel değil"],
    ["id", "ini bagus", "ini tidak bagus"],
    ["ru", "это красиво", "это не красиво"],
    ["ar", "هذا جميل", "هذا مو جميل"],
    ["ar", "حلو اوي", "مش حلو اوي"],
    ["hi", "यह अच्छा है", "यह अच्छा नहीं है"],
    ["hi", "yeh accha hai", "yeh accha nahi hai"],
    ["ja", "これは面白い", "これは面白くない"],
    ["ko", "이거 예뻐요", "이거 안 예뻐요"]
  ])("turns on a negation: %s, %s", (_, praise, blame) => {
    assert.strictEqual(sentiment(praise), "positive")
    assert.strictEqual(sentiment(blame), "negative")
  })

  it.each([
    ["not bad"],
    ["no está mal"],
    ["pas mal"],
    ["nicht schlecht"],
    ["nada mal"],
    ["non male"],
    ["fena değil"],
    [
      "неплохо"
    ],
    ["مش وحش"],
    ["bura nahi hai"],
    ["悪くない"],
    ["나쁘지 않아요"]
  ])("takes denied blame for mild praise: %s", (text) => {
    assert.strictEqual(sentiment(text), "positive")
  })

  it.each([
    ["❤️", "positive"],
    ["👍🏿", "positive"],
    ["❤️‍🔥", "positive"],
    ["👎", "negative"],
    ["🤮🤮", "negative"],
    ["👀", "undecided"],
    ["😭", "undecided"],
    ["😭❤️", "positive"],
    ["❤️💔", "undecided"],
    ["🇧🇷", "undecided"]
  ])("reads emoji alone: %s is %s", (text, expected) => {
    assert.strictEqual(sentiment(text), expected)
  })

  it.each([
    ["", "undecided", "other"],
    ["   ", "undecided", "other"],
    ["@anna", "neutral", "mention_only"],
    ["@anna @ben.c 😍", "positive", "mention_only"],
    ["#f4f #followme", "undecided", "spam_or_giveaway"],
    ["DM us to collab 📩", "undecided", "spam_or_giveaway"],
    ["done! @anna @ben @cleo", "undecided", "spam_or_giveaway"],
    ["https://example.com", "undecided", "other"],
    ["cuánto cuesta?", "neutral", "purchase_intent"],
    ["where is this?", "neutral", "question"],
    ["I need this!!", "positive", "purchase_intent"],
    ["this is terrible", "negative", "complaint"],
    ["İYİ Kİ VARSIN", "positive", "praise"],
    ["soooo niceeee", "positive", "praise"],
    ["رااااائع", "positive", "praise"],
    ["جَمِيل", "positive", "praise"],
    ["so beautiful 🙄", "undecided", "other"],
    ["I don't like it 😍", "undecided", "other"]
  ])("reads %j as %s, %s", (text, expected, purpose) => {
    assert.deepStrictEqual([sentiment(text), intent(text)], [expected, purpose])
  })

  it.each([
    ["nl", "Wat een mooie foto zeg"],
    ["pl", "to jest naprawdę bardzo ładne zdjęcie"],
    ["uk", "дуже гарні світлини"],
    ["fa", "خیلی قشنگه"],
    ["zh", "好漂亮"],
    ["th", "สวยมาก"]
  ])("names %s, in which it has no lexicon, and does not guess its sentiment", (language, text) => {
    assert.strictEqual(analyzer.analyzeComment(text).language, language)
    assert.strictEqual(sentiment(text), "undecided")
  })

  it("names people without judging them", () => {
    const people = [
      "black",
      "gay",
      "lesbian",
      "muslim",
      "jewish",
      "christian",
      "woman",
      "negro",
      "negra",
      "judío",
      "musulmán",
      "noir",
      "juif",
      "schwarz",
      "schwul",
      "Jude",
      "preto",
      "nero",
      "ebreo",
      "siyah",
      "kadın",
      "yahudi",
      "hitam",
      "muslim",
      "wanita",
      "чёрный",
      "еврей",
      "женщина",
      "اسود",
      "يهودي",
      "مسلم",
      "شيعي",
      "काला",
      "मुसलमान",
      "黒人",
      "女性",
      "ゲイ",
      "흑인",
      "여자",
      "게이"
    ]
    assert.deepStrictEqual(people.filter((word) => sentiment(word) === "positive" || sentiment(word) === "negative"), [])
  })

  it("answers any text, in bounds, and the same each time", () => {
    const check = Schema.decodeUnknownSync(CommentAnalysis)
    const parts = fc.constantFrom(
      "not ",
      "😍",
      "👨‍👩‍👧",
      "\ud800",
      "\udc00",
      "@",
      "#",
      "\u0640",
      "ـ",
      "か",
      "안 ",
      "นี่",
      "?",
      "\u0000",
      "love ",
      "ﷺ",
      "1️⃣"
    )
    const text = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.string({ unit: "grapheme" }),
      fc.array(parts).map((all) => all.join(""))
    )
    fc.assert(
      fc.property(text, (text) => {
        const analysis = analyzer.analyzeComment(text)
        check(analysis)
        assert.strictEqual(Math.sign(analysis.score), { positive: 1, negative: -1, neutral: 0, undecided: 0 }[analysis.sentiment])
        assert.deepStrictEqual(analyzer.analyzeComment(text), analysis)
      }),
      { numRuns: 2_000 }
    )
  })

  it("keeps its verdict when nothing is added: mentions, hashtags, links, spaces, a flag", () => {
    const fillers = ["@someone.else ", "#2026 ", "https://example.com/a ", "  ", "🇧🇷 "]
    const comments = labelled("develop").filter(({ intent }) => intent === "praise" || intent === "complaint")
    fc.assert(
      fc.property(fc.constantFrom(...comments), fc.constantFrom(...fillers), fc.boolean(), ({ text }, filler, before) => {
        const { score } = analyzer.analyzeComment(text)
        const filled = analyzer.analyzeComment(before ? `${filler}${text}` : `${text} ${filler}`)
        if (filled.intent !== "spam_or_giveaway") assert.isAtLeast(score * filled.score, 0)
      }),
      { numRuns: 1_000 }
    )
  })

  it("reads the first 2,200 characters of a hostile comment of 100,000 and more, and nothing after them", () => {
    for (const unit of ["a", "no ", "@", "ا", "か", "😍", "👍🏽\u200d", "not good ", "1️⃣", "http://"]) {
      const whole = unit.repeat(100_000)
      assert.deepStrictEqual(analyzer.analyzeComment(whole), analyzer.analyzeComment(whole.slice(0, 2_200)), unit)
    }
  })
})
