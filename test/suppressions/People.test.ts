import { assert, describe, it } from "@effect/vitest"
import type { Schema } from "effect"
import fc from "fast-check"
import { peopleIn, withoutPeople } from "../../src/suppressions/People.ts"

const gone = { username: (name: string) => name === "gone.one", id: (id: string) => id === "77" }
const without = (value: Schema.Json) => withoutPeople(value, gone)

describe("JSON without people", () => {
  it("loses who is gone wherever they stand, and what stands only for them", () => {
    const tag = (user: Schema.JsonObject) => ({ node: { user, x: 0.5 } })
    assert.deepStrictEqual(
      without({
        tags: { edges: [tag({ username: "Gone.One" }), tag({ username: "here" })] },
        coauthor_producers: [{ id: 77, username: "other.name" }, { id: "8" }],
        comments: [{ text: "hi", owner: { id: "77" } }, { text: "yo", owner: { id: "9" } }],
        location: { name: "x", pk: "1" },
        mentions: ["gone.one", "here"]
      }),
      {
        tags: { edges: [tag({ username: "here" })] },
        coauthor_producers: [{ id: "8" }],
        comments: [{ text: "yo", owner: { id: "9" } }],
        location: { name: "x", pk: "1" },
        mentions: ["here"]
      }
    )
    assert.isUndefined(without({ id: "77", username: "renamed" }))
    assert.isUndefined(without({ shortcode: "a", owner: { username: "gone.one" } }))
  })

  it("loses mentions and addresses in texts, and no word that only looks like one", () => {
    assert.strictEqual(without("With @Gone.One."), "With [removed].")
    assert.strictEqual(without("https://www.instagram.com/gone.one/?hl=de"), "https://www.instagram.com/[removed]/?hl=de")
    for (const text of ["gone.one", "@gone.one.more", "mail@gone.one", "@gone", "#gone.one"]) {
      assert.strictEqual(without(text), text)
    }
    assert.deepStrictEqual(without({ media_type: "gone.one", title: "gone.one" }), { media_type: "gone.one", title: "gone.one" })
  })

  it("is the value itself where nobody is in it, and whoever is told to be in it is found and goes", () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => {
      const json = value as Schema.Json
      assert.strictEqual(withoutPeople(json, { username: () => false, id: () => false }), json)
      const { ids, usernames } = peopleIn(json)
      const left = withoutPeople(json, { username: (name) => usernames.has(name), id: (id) => ids.has(id) })
      if (left !== undefined) assert.deepStrictEqual(peopleIn(left), { usernames: new Set<string>(), ids: new Set<string>() })
    }))
    const named = { users: [{ username: "a.b" }, { id: "5", note: "@c_d and instagram.com/e" }] }
    assert.deepStrictEqual(peopleIn(named), { usernames: new Set(["a.b", "c_d", "e"]), ids: new Set(["5"]) })
  })
})
