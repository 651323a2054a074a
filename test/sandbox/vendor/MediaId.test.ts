import { assert, it } from "@effect/vitest"
import { idOfShortcode, mediaId, secondsOf, shortcodeOf } from "../../../src/sandbox/vendor/MediaId.ts"

it("ids, shortcodes and times agree with Instagram's", () => {
  assert.strictEqual(shortcodeOf(3317234429209621348n), "C4JLyNNvDNk")
  assert.strictEqual(idOfShortcode("C4JLyNNvDNk"), 3317234429209621348n)
  // Published five and a half minutes after the upload that made the id.
  assert.approximately(secondsOf(3317234429209621348n), 1709665505, 330)
})

it("an id keeps its second", () => {
  for (const seconds of [1_577_836_800, 1_795_453_754]) {
    assert.strictEqual(secondsOf(mediaId(seconds, 0x7fffff)), seconds)
    assert.strictEqual(idOfShortcode(shortcodeOf(mediaId(seconds, 5))), mediaId(seconds, 5))
  }
})

it("what is not a shortcode has no id", () => {
  for (const text of ["", "short", "has.a.dot.x", "waytoolongforone"]) assert.isNull(idOfShortcode(text))
})
