import { assert, beforeAll, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import * as fc from "fast-check"
import { Method } from "../../../src/analytics/Method.ts"
import type { Analyzer } from "../../../src/insights/sentiment/Analyzer.ts"
import { analyzeComments, CommentsAnalysis, overallOf } from "../../../src/insights/sentiment/CommentsAnalysis.ts"
import { loadAnalyzer } from "../../../src/insights/sentiment/LoadAnalyzer.ts"
import { sentimentRegistry } from "../../../src/insights/sentiment/Methods.ts"
import { repetition } from "../../../src/insights/sentiment/Repetition.ts"
import { labelled } from "./support.ts"

const AS_OF = "2026-02-01T00:00:00.000Z"

describe("analyzeComments", () => {
  let analyzer: Analyzer
  beforeAll(async () => {
    analyzer = await loadAnalyzer()
  })
  const analyze = (texts: ReadonlyArray<string>, times: ReadonlyArray<number | null> = []) =>
    analyzeComments(analyzer, texts.map((text, index) => ({ text, commented_at: times[index] ?? null })), AS_OF)

  it.each(sentimentRegistry.map((method) => [method.method, method] as const))("works out the example of %s", (_, method) => {
    const { comments } = Schema.decodeUnknownSync(Schema.Struct({ comments: Schema.Array(Schema.String) }))(method.example.input)
    const { row: _row, ...figures } = analyze(comments)
    const figure = Object.entries(figures).find(([name]) => name === method.example.figure)?.[1]
    assert.deepStrictEqual<unknown>(figure?.value, method.example.output)
    assert.deepStrictEqual([figure?.method, figure?.version], [method.method, method.version])
  })

  it("registers exactly the methods of its figures, served as JSON", () => {
    const { row: _, ...figures } = analyze([])
    assert.deepStrictEqual(
      Object.values(figures).map(({ method }) => method).sort(),
      sentimentRegistry.map(({ method }) => method).sort()
    )
    assert.deepStrictEqual(
      Schema.decodeUnknownSync(Schema.Array(Method))(JSON.parse(JSON.stringify(sentimentRegistry))),
      sentimentRegistry
    )
  })

  it("says nothing of no comments, and only counts of a few", () => {
    const none = analyze([])
    assert.isNull(none.row)
    assert.strictEqual(none.sentiment.reason, "no_comments")
    const few = analyze(["nice", "love it", "", "the corner house"])
    assert.deepStrictEqual(few.row, {
      method: "comment_sentiment",
      method_version: 1,
      positive_score: null,
      negative_score: null,
      neutral_score: null,
      overall_sentiment: "undecided",
      comments_analyzed: 4,
      comments_decided: 2
    })
    assert.strictEqual(few.sentiment.reason, "too_few_comments")
  })

  it("states sample, span and interval", () => {
    const { sentiment } = analyze(["nice", "love it", "so cute", "awful", "where is this?"], [3_600_000, null, 0, 7_200_000])
    assert.deepStrictEqual(sentiment.sample, {
      size: 5,
      unit: "comments",
      from: "1970-01-01T00:00:00.000Z",
      to: "1970-01-01T02:00:00.000Z"
    })
    assert.deepStrictEqual(sentiment.value, { positive: 0.6, negative: 0.2, neutral: 0.2 })
    assert.deepStrictEqual(sentiment.interval?.positive, { low: 0.23072428, high: 0.88237923, level: 0.95 })
  })

  it("is schema-valid, sums to 1 and does not depend on order", () => {
    const check = Schema.decodeUnknownSync(CommentsAnalysis)
    const pool = labelled("develop").map(({ text }) => text)
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pool), { maxLength: 60 }), (texts) => {
        const analysis = analyze(texts)
        check(analysis)
        if (analysis.row !== null && analysis.row.positive_score !== null) {
          const { negative_score, neutral_score, positive_score } = analysis.row
          assert.closeTo(positive_score + (negative_score ?? NaN) + (neutral_score ?? NaN), 1, 1e-7)
        }
        assert.strictEqual(JSON.stringify(analyze(texts.toReversed())), JSON.stringify(analysis))
      }),
      { numRuns: 60 }
    )
  })

  it.each([
    [4, 0, 0, "undecided"],
    [5, 0, 0, "positive"],
    [0, 6, 1, "negative"],
    [6, 4, 0, "mixed"],
    [9, 3, 0, "positive"],
    [2, 2, 9, "neutral"],
    [1, 1, 3, "neutral"]
  ])("calls %i positive, %i negative, %i neutral %s", (positive, negative, neutral, expected) => {
    assert.strictEqual(overallOf(positive, negative, neutral), expected)
  })
})

describe("repetition", () => {
  it("finds templates behind names, numbers, emoji and one changed word, and leaves short praise alone", () => {
    assert.deepStrictEqual(repetition(["wow", "wow", "so nice", "so nice"]), { compared: 0, repeated: 0 })
    assert.deepStrictEqual(
      repetition([
        "@anna great content keep it up 🔥🔥",
        "Great content, keep it up 2",
        "Amazing content keep it up",
        "I walked past this place once"
      ]),
      { compared: 4, repeated: 3 }
    )
    assert.deepStrictEqual(repetition(["とても素敵な写真ですね感動", "とても素敵な写真ですね感動😍"]), {
      compared: 2,
      repeated: 2
    })
  })
})
