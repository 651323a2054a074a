import { assert, it, layer } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { createHash } from "node:crypto"
import { sampleRow } from "../../src/alignment/SampleRow.ts"
import { ListedPost } from "../../src/posts/ListedPost.ts"
import { Post } from "../../src/posts/Post.ts"
import { Profile } from "../../src/profiles/Profile.ts"
import { answerForm, encodeBody, type ProfileAnswer } from "../../src/profiles/ProfileAnswer.ts"
import { StoredProfile } from "../../src/profiles/ProfileView.ts"
import { TestApp } from "../support/TestApp.ts"

// Without a cache every look-up reads the database.
layer(TestApp.layer({ settings: { CACHE_MAX_BYTES: "0" } }), { excludeTestServices: true })(
  "the encoded answer of a profile",
  (it) => {
    const lookedUp = Effect.fnUntraced(function*(username: string) {
      const user = yield* (yield* TestApp).newUser
      const sql = yield* SqlClient
      const get = user.get(`/profile/${username}`)
      const first = yield* get
      assert.strictEqual(first.status, 200)
      const ofProfile = sql`profile_id = (SELECT id FROM profiles WHERE username = ${username})`
      const kept = sql<{ data_version: number; form: number; body: object }>`
      SELECT data_version, form, body FROM encoded_answers WHERE ${ofProfile}`
      return { sql, get, first, kept, ofProfile, username }
    })

    it.effect("is kept with the version of the rows and of the code, and is the whole answer but for its freshness", () =>
      Effect.gen(function*() {
        const { first, get, kept } = yield* lookedUp("encoded.one")
        const { freshness: _freshness, ...rest } = first.json<typeof ProfileAnswer.Type>()
        assert.deepStrictEqual(yield* kept, [{ data_version: 1, form: answerForm, body: rest }])
        assert.strictEqual((yield* get).text, first.text)
      }))

    it.effect("is what a look-up answers, byte for byte, while its version is the profile's, and is made anew after that", () =>
      Effect.gen(function*() {
        const { first, get, kept, ofProfile, sql, username } = yield* lookedUp("encoded.two")
        yield* sql`UPDATE encoded_answers SET body = replace(body::text, '"followers_count":', '"followers_count":  1')::json WHERE ${ofProfile}`
        const marked = yield* get
        assert.notStrictEqual(marked.text, first.text)
        assert.strictEqual(marked.text.replace("\"followers_count\":  1", "\"followers_count\":"), first.text)
        assert.strictEqual(marked.headers.get("etag"), first.headers.get("etag"))
        yield* sql`UPDATE profiles SET biography = 'another', data_version = data_version + 1 WHERE username = ${username}`
        const anew = yield* get
        assert.strictEqual(anew.json<typeof ProfileAnswer.Type>().profile.biography, "another")
        assert.notStrictEqual(anew.headers.get("etag"), first.headers.get("etag"))
        assert.strictEqual((yield* kept)[0]?.data_version, 2)
      }))

    it.effect("of another form of the code is not read, nor is one that was emptied missed", () =>
      Effect.gen(function*() {
        const { first, get, kept, ofProfile, sql } = yield* lookedUp("encoded.three")
        yield* sql`UPDATE encoded_answers SET form = form + 1, body = '{}' WHERE ${ofProfile}`
        assert.strictEqual((yield* get).text, first.text)
        assert.strictEqual((yield* kept)[0]?.form, answerForm)
        yield* sql`DELETE FROM encoded_answers WHERE ${ofProfile}`
        assert.strictEqual((yield* get).text, first.text)
        assert.lengthOf(yield* kept, 1)
      }))

    it.effect("of a later version is not replaced by a reader who was slow", () =>
      Effect.gen(function*() {
        const { first, get, kept, ofProfile, sql } = yield* lookedUp("encoded.four")
        yield* sql`UPDATE encoded_answers SET data_version = 7 WHERE ${ofProfile}`
        assert.strictEqual((yield* get).text, first.text)
        assert.strictEqual((yield* kept)[0]?.data_version, 7)
      }))

    it.effect("that cannot be kept is answered all the same, and the log says so", () =>
      Effect.gen(function*() {
        const { first, get, kept, ofProfile, sql } = yield* lookedUp("encoded.five")
        yield* sql`DELETE FROM encoded_answers WHERE ${ofProfile}`
        yield* sql`ALTER TABLE encoded_answers ADD CONSTRAINT none_fits CHECK (false) NOT VALID`
        const { logs } = yield* TestApp
        assert.strictEqual((yield* get).text, first.text)
        assert.isTrue(logs.some((line) => line.includes("statement failed") && line.includes("encoded_answers")))
        yield* sql`ALTER TABLE encoded_answers DROP CONSTRAINT none_fits`
        assert.lengthOf(yield* kept, 0)
      }))
  }
)

it("has a form whose number is raised whenever the same rows are encoded differently", () => {
  const profile = Schema.decodeUnknownSync(StoredProfile)(sampleRow(Profile))
  const post = Schema.decodeUnknownSync(ListedPost)({ ...sampleRow(Post), relation: "owner", is_pinned: false })
  const body = encodeBody(profile, [post, { ...post, engagement_rate: null }])
  const digest = createHash("sha256").update(body).digest("hex").slice(0, 16)
  assert.deepStrictEqual(
    { answerForm, digest },
    { answerForm: 4, digest: "72e58455161683d9" },
    "raise `answerForm`, then write both down here"
  )
})
