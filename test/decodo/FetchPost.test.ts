import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { DecodoClient } from "../../src/decodo/DecodoClient.ts"
import { DecodoError } from "../../src/decodo/DecodoError.ts"
import { billed } from "../../src/decodo/DecodoReason.ts"
import { emptyReply, fakeVendor, type Reply } from "./fakeVendor.ts"
import { body, reelNode } from "./samples.ts"

const reply = (content: unknown): Reply => ({ body: body(content) })
const post = reelNode(1, { edge_media_to_parent_comment: { count: 77, edges: [] } })

/** Fetches while the test clock runs for an hour. */
const fetched = (vendor: ReturnType<typeof fakeVendor>, shortcode = "Sample1") =>
  Effect.gen(function*() {
    const client = yield* DecodoClient
    const fiber = yield* Effect.forkChild(Effect.result(client.fetchPost(shortcode)))
    yield* TestClock.adjust("1 hour")
    const result = yield* Fiber.join(fiber)
    return result._tag === "Success" ? result.success : result.failure
  }).pipe(Effect.provide(vendor.layer()))

const reasonOf = (outcome: unknown) => outcome instanceof DecodoError ? outcome.reason : undefined

describe("fetchPost", () => {
  it.effect.each([{ shortcode_media: post }, { data: { xdt_shortcode_media: post } }])(
    "reads the post wherever the answer has it",
    (content) =>
      Effect.gen(function*() {
        const vendor = fakeVendor(reply(content))
        const outcome = yield* fetched(vendor)
        assert(!(outcome instanceof DecodoError))
        const { comments_count, media_type, owner_username, shortcode } = outcome.post
        assert.deepStrictEqual([shortcode, `${owner_username}`, media_type, comments_count], [
          "Sample1",
          "sample.studio",
          "reel",
          77
        ])
        assert.deepStrictEqual([outcome.meta.target, outcome.meta.attempts], ["instagram_graphql_post", 1])
        assert.lengthOf(vendor.seen, 1)
      })
  )

  it.effect("an answer about another post is none", () =>
    Effect.gen(function*() {
      const reason = reasonOf(yield* fetched(fakeVendor(reply({ shortcode_media: post })), "Another"))
      assert(reason?._tag === "ContractBroken")
      assert.deepStrictEqual(reason.paths, ["shortcode"])
    }))

  it.effect("no such post: said so, it is believed at once and was paid for; empty, after three answers", () =>
    Effect.gen(function*() {
      const said = fakeVendor(reply({ data: { xdt_shortcode_media: null }, status: "ok" }))
      const first = reasonOf(yield* fetched(said))
      assert(first?._tag === "PostNotFound")
      assert.deepStrictEqual([first.evidence, billed(first)], ["media_null", "yes"])
      assert.lengthOf(said.seen, 1)

      const silent = fakeVendor(emptyReply)
      const second = reasonOf(yield* fetched(silent))
      assert(second?._tag === "PostNotFound")
      assert.deepStrictEqual([second.evidence, billed(second)], ["empty_answers", "no"])
      assert.lengthOf(silent.seen, 3)
    }))

  it.effect("what is transient is repeated, as for a profile", () =>
    Effect.gen(function*() {
      const vendor = fakeVendor({ status: 502 }, reply({ shortcode_media: post }))
      const outcome = yield* fetched(vendor)
      assert(!(outcome instanceof DecodoError))
      assert.strictEqual(outcome.meta.attempts, 2)
    }))
})
