import { assert, describe, it } from "@effect/vitest"
import { hashtagsIn, mentionsIn } from "../../src/decodo/CaptionText.ts"

describe("hashtags", () => {
  it.each([
    ["#Love, #love and #LOVE", ["love"]],
    ["#한국어#日本語 #ελληνικά #नमस्ते", ["한국어", "日本語", "ελληνικά", "नमस्ते"]],
    ["#snow❄️ #2024 #under_score ＃wide", ["snow", "2024", "under_score", "wide"]],
    ["a#b C#, &#39; # alone", []],
    ["#cafe\u0301 #caf\u00e9", ["caf\u00e9"]],
    [`#${"x".repeat(151)} #ok`, ["ok"]]
  ])("of %j", (text, expected) => {
    assert.deepStrictEqual(hashtagsIn(text), expected)
  })
})

describe("mentions", () => {
  it.each([
    ["with @Some.One, @some.one and (@other_1).", ["some.one", "other_1"]],
    ["mail me@example.com or see https://video.example/@someone", []],
    ["@trailing... @a..b @日本 @", ["trailing", "a"]],
    ["@nameさん📷@next", ["name", "next"]],
    [`@${"x".repeat(31)} @${"y".repeat(30)}`, ["y".repeat(30)]],
    ["\u212Aelvin @\u212Aelvin", []]
  ])("in %j", (text, expected) => {
    assert.deepStrictEqual<ReadonlyArray<string>>([...mentionsIn(text).keys()], expected)
  })

  it("come with at most 200 characters around them, cut between characters", () => {
    const [context] = mentionsIn(`${"😀".repeat(41)} @someone ${"😀".repeat(200)}`).values()
    assert.isDefined(context)
    assert.isTrue(context!.isWellFormed())
    assert.isAtMost(context!.length, 200)
    assert.include(context, "@someone")
  })

  it("beyond the hundredth are not believed", () => {
    const names = Array.from({ length: 5000 }, (_, i) => `@name${i} #tag${i}`).join(" ")
    assert.strictEqual(mentionsIn(names).size, 100)
    assert.strictEqual(hashtagsIn(names).length, 100)
  })
})
