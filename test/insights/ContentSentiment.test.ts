import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { type Captioned, content_sentiment, ContentSentiment, contentSentimentOf } from "../../src/insights/ContentSentiment.ts"
import { loadAnalyzer } from "../../src/insights/sentiment/LoadAnalyzer.ts"

const AS_OF = "2026-02-01T00:00:00.000Z"
const captions = (...texts: ReadonlyArray<string | null>): ReadonlyArray<Captioned> =>
  texts.map((caption, n) => ({ shortcode: `p${n}`, caption, taken_at_timestamp: 1_760_000_000 + n }))

describe("The tone of an account's captions", async () => {
  const analyzer = await loadAnalyzer()

  it("the worked example gives what it says", () => {
    const { posts } = content_sentiment.example.input as unknown as { posts: ReadonlyArray<Captioned> }
    assert.deepStrictEqual(contentSentimentOf(analyzer, posts, AS_OF).value as unknown, content_sentiment.example.output)
  })

  it("has its posts, its interval and its span, whatever the order", () => {
    const posts = captions("so happy today", "this was terrible", "love it", "I hate waiting", null)
    const figure = Schema.decodeUnknownSync(ContentSentiment)(contentSentimentOf(analyzer, posts, AS_OF))
    assert.deepStrictEqual(contentSentimentOf(analyzer, posts.toReversed(), AS_OF), figure)
    assert.deepStrictEqual([figure.status, figure.value?.verdict, figure.sample?.size], ["estimated", "mixed", 4])
    assert.deepStrictEqual(figure.value?.evidence.negative.shortcodes, ["p1", "p3"])
    assert.isBelow(figure.interval?.positive.low ?? 1, 0.5)
  })

  it("abstains where too little is said, and says why", () => {
    const reasons = [captions(), captions("love it", "love it"), captions("love it", "The corner", "Tuesday", null)].map((
      posts
    ) => contentSentimentOf(analyzer, posts, AS_OF).reason)
    assert.deepStrictEqual(reasons, ["too_few_posts", "too_few_posts", "not_stated"])
  })
})
