import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import type { Creator } from "../../src/insights/creator/Creator.ts"
import { profileContent } from "../support/payload.ts"
import { insertProfile } from "../support/rows.ts"
import { TestApp } from "../support/TestApp.ts"
import { until } from "../support/until.ts"
import { VendorFront } from "../support/VendorFront.ts"
import { assertHonestInsight } from "./support/honest.ts"

interface CreatorAnswer {
  readonly username: string
  readonly creator: Creator | null
}

layer(TestApp.layer(), { excludeTestServices: true })("GET /profile/{username}/creator", (it) => {
  it.effect("answers each finding with its evidence, and costs nothing when asked again", () =>
    Effect.gen(function*() {
      const app = yield* TestApp
      const front = yield* VendorFront
      const user = yield* app.newUser
      const account = { id: "41", username: "cook.and.go" }
      front.says(
        account.username,
        profileContent(account, [
          { n: 1, more: captioned("Paid partnership with @acme: three ingredients for a quick lunch #homecooking") },
          { n: 2, more: captioned("My grandmother taught me this one, it is her best recipe #homecooking") },
          { n: 3, more: captioned("Here is everything that you need for a slow weekend breakfast") }
        ], {
          biography: "Home cook 📍 Porto, Portugal\nhello@example.com",
          category_name: null,
          business_category_name: null,
          business_address_json: null
        })
      )
      yield* user.get(`/profile/${account.username}`)
      const answer = yield* user.get(`/profile/${account.username}/creator`)
      assert.strictEqual(answer.status, 200, answer.text)
      const { creator }: CreatorAnswer = answer.json()
      assert.isAbove(assertHonestInsight(creator), 7)
      assert.strictEqual(creator?.category.value?.category, "food")
      assert.strictEqual(creator?.location.value?.country, "PT", JSON.stringify(creator?.location))
      assert.deepStrictEqual(creator?.contacts.value?.[0]?.value, "hello@example.com")
      assert.strictEqual(creator?.languages.value?.[0]?.label, "en")
      assert.deepStrictEqual(creator?.sponsored.value?.posts.map(({ shortcode }) => shortcode), ["Post1"])
      assert.deepInclude(creator?.brands.value?.[0], { username: "acme", kind: "advertised" })
      const again = yield* user.get(`/profile/${account.username}/creator`, {
        "if-none-match": answer.headers.get("etag") ?? ""
      })
      assert.strictEqual(again.status, 304)
    }))

  it.effect("is derived in the background, so that filters find a profile nobody has asked this of", () =>
    Effect.gen(function*() {
      const app = yield* TestApp
      const sql = yield* SqlClient
      const user = yield* app.newUser
      yield* user.get("/profile/background.check")
      const rows = yield* until(
        sql`SELECT posts_analyzed, analysis_version FROM creator_metadata JOIN profiles ON profiles.id = profile_id
          WHERE username = 'background.check'`,
        (found) => found.length === 1
      )
      assert.strictEqual(rows[0]?.["analysis_version"], 1)
    }))

  it.effect("is derived when it is read where a process was killed before it came to it", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const user = yield* (yield* TestApp).newUser
      yield* user.get("/profile/killed.before")
      const read = Effect.map(user.get("/profile/killed.before/creator"), (answer) => answer.json<CreatorAnswer>().creator)
      const whole = yield* read
      assert.isNotNull(whole)
      // What an answer of before left: of this version, and older than the figures.
      yield* sql`
        UPDATE creator_metadata SET last_updated = last_updated - interval '2 days', details = '{"as_of":"before"}'
        FROM profiles WHERE profiles.id = profile_id AND username = 'killed.before'`
      assert.deepStrictEqual(yield* read, whole)
    }))

  it.effect("keeps what it knows of the posts when a refresh brings none", () =>
    Effect.gen(function*() {
      const app = yield* TestApp
      const front = yield* VendorFront
      const user = yield* app.newUser
      const account = { id: "42", username: "throttled.later" }
      const posts = [1, 2, 3].map((n) => ({
        n: 20 + n,
        more: captioned("a longer caption about garden furniture and garden flowers")
      }))
      front.says(account.username, profileContent(account, posts))
      yield* user.get(`/profile/${account.username}`)
      const before: CreatorAnswer = (yield* user.get(`/profile/${account.username}/creator`)).json()
      app.clock.advance("2 minutes")
      front.says(account.username, profileContent(account, []))
      yield* user.post(`/profile/${account.username}/refresh`)
      const after: CreatorAnswer = (yield* user.get(`/profile/${account.username}/creator`)).json()
      assert.isNotNull(before.creator?.themes.value)
      assert.deepStrictEqual(after.creator, before.creator)
    }))

  it.effect("invents nothing of an account without data, nor of a private one", () =>
    Effect.gen(function*() {
      const app = yield* TestApp
      const sql = yield* SqlClient
      const user = yield* app.newUser
      const empty = yield* insertProfile("no.answer.kept")
      yield* sql`INSERT INTO user_profile_access (user_id, profile_id) VALUES (${user.id}, ${empty.id})`
      const none: CreatorAnswer = (yield* user.get(`/profile/${empty.username}/creator`)).json()
      assert.isNull(none.creator)
      for (const [name, reason] of [["sim.private", "private"], ["sim.noposts", "not_collected"]] as const) {
        yield* user.get(`/profile/${name}`)
        const { creator }: CreatorAnswer = (yield* user.get(`/profile/${name}/creator`)).json()
        assertHonestInsight(creator)
        for (const figure of [creator?.themes, creator?.languages, creator?.brands, creator?.sponsored, creator?.content_mix]) {
          assert.deepStrictEqual([figure?.value, figure?.reason], [null, reason], name)
        }
      }
    }))

  it.effect("needs an open window", () =>
    Effect.gen(function*() {
      const app = yield* TestApp
      const stranger = yield* app.newUser
      yield* insertProfile("locked.away")
      assert.strictEqual((yield* stranger.get("/profile/locked.away/creator")).status, 403)
      assert.strictEqual((yield* stranger.get("/profile/nobody.here.yet/creator")).status, 404)
      assert.strictEqual((yield* app.call({ method: "GET", path: "/profile/locked.away/creator" })).status, 401)
    }))
})

const captioned = (text: string) => ({
  edge_media_to_caption: { edges: [{ node: { text } }] },
  edge_media_to_tagged_user: { edges: [] }
})
