import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import type { ProfileAnswer } from "../../src/profiles/ProfileAnswer.ts"
import { profileContent } from "../support/payload.ts"
import { TestApp } from "../support/TestApp.ts"
import { VendorFront } from "../support/VendorFront.ts"

layer(TestApp.layer(), { excludeTestServices: true })("posts", (it) => {
  it.effect("one that contradicts what is stored, by its id or by its shortcode, does not cost the others", () =>
    Effect.gen(function*() {
      const front = yield* VendorFront
      const sql = yield* SqlClient
      const user = yield* (yield* TestApp).newUser
      const shortcodesOf = Effect.fnUntraced(function*(username: string) {
        const { posts }: typeof ProfileAnswer.Type = (yield* user.get(`/profile/${username}`)).json()
        return posts.map((post) => post.shortcode)
      })
      front.says("first.one", profileContent({ id: "61", username: "first.one" }, [{ n: 1 }, { n: 2 }]))
      front.says(
        "second.one",
        profileContent({ id: "62", username: "second.one" }, [
          { n: 3 },
          { n: 1, more: { shortcode: "Another" } },
          { n: 9, more: { shortcode: "Post2" } }
        ])
      )
      assert.sameMembers(yield* shortcodesOf("first.one"), ["Post1", "Post2"])
      assert.sameMembers(yield* shortcodesOf("second.one"), ["Post3", "Post2"])
      assert.sameMembers(yield* shortcodesOf("first.one"), ["Post1", "Post2"])
      const ids = yield* sql<{ shortcode: string; id: string }>`
        SELECT shortcode, right(instagram_post_id, 1) AS id FROM posts ORDER BY shortcode`
      assert.deepStrictEqual(ids.map(({ id, shortcode }) => `${shortcode} ${id}`), ["Post1 1", "Post2 2", "Post3 3"])
    }))
})
