import { assert, describe, it } from "@effect/vitest"
import { Option } from "effect"
import { normalizeShortcode } from "../../src/posts/Shortcode.ts"

describe("a shortcode", () => {
  it.each([
    "CwA1b2C3d4E",
    "  CwA1b2C3d4E ",
    "https://www.instagram.com/p/CwA1b2C3d4E/",
    "http://instagram.com/p/CwA1b2C3d4E",
    "www.instagram.com/reel/CwA1b2C3d4E/?igsh=abc#x",
    "https://www.instagram.com/reels/CwA1b2C3d4E/",
    "https://m.instagram.com/tv/CwA1b2C3d4E/",
    "https://www.instagram.com/some.creator/p/CwA1b2C3d4E/",
    "https://www.instagram.com/some.creator/reel/CwA1b2C3d4E/?hl=en"
  ])("is found in %j", (given) => {
    assert.strictEqual(Option.getOrNull(normalizeShortcode(given)), "CwA1b2C3d4E")
  })

  it("keeps its capitals", () => {
    assert.strictEqual(Option.getOrNull(normalizeShortcode("https://WWW.INSTAGRAM.COM/P/aBcD_-1/")), "aBcD_-1")
  })

  it.each([
    "",
    "a b",
    "ü",
    "a/b",
    "a".repeat(65),
    "https://www.instagram.com/some.creator/",
    "https://www.instagram.com/explore/tags/CwA1b2C3d4E/",
    "https://example.com/p/CwA1b2C3d4E/",
    "https://instagram.com.example.com/p/CwA1b2C3d4E/",
    "javascript:alert(1)"
  ])("is none in %j", (given) => {
    assert.isTrue(Option.isNone(normalizeShortcode(given)))
  })
})
