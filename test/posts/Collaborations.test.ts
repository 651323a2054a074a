import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import type { ProfileAnswer } from "../../src/profiles/ProfileAnswer.ts"
import { profileContent } from "../support/payload.ts"
import { TestApp } from "../support/TestApp.ts"
import { VendorFront } from "../support/VendorFront.ts"

let pairs = 0

layer(TestApp.layer(), { excludeTestServices: true })("a collaboration post that two profiles list", (it) => {
  const pair = Effect.fnUntraced(function*() {
    const app = yield* TestApp
    const front = yield* VendorFront
    const n = ++pairs
    const owner = { id: `81${n}`, username: `owner.${n}` }
    const guest = { id: `82${n}`, username: `guest.${n}` }
    const shared = Array.from({ length: 6 }, (_, i) => ({ n: n * 100 + i, owner }))
    front.says(owner.username, profileContent(owner, [...shared, { n: n * 100 + 50 }]))
    front.says(guest.username, profileContent(guest, [{ n: n * 100 + 60 }, ...shared.toReversed()]))
    const user = yield* app.newUser
    const lookup = (name: string) =>
      Effect.map(user.get(`/profile/${name}`), (answer): typeof ProfileAnswer.Type => answer.json())
    return { app, front, user, owner, guest, lookup, shortcode: `Post${n * 100}` }
  })
  const relations = (answer: typeof ProfileAnswer.Type) => ({
    owner: answer.posts.filter((post) => post.relation === "owner").length,
    collaborator: answer.posts.filter((post) => post.relation === "collaborator").length
  })
  const attributed = Effect.fnUntraced(function*(shortcode: string) {
    const sql = yield* SqlClient
    return yield* sql<{ username: string; rate: number | null }>`
      SELECT profiles.username, posts.engagement_rate AS rate FROM posts JOIN profiles ON profiles.id = posts.profile_id
      WHERE shortcode = ${shortcode}`
  })

  it.effect("is kept by both, whoever is looked up first, and belongs to its owner once the owner is known", () =>
    Effect.gen(function*() {
      const { guest, lookup, owner, shortcode } = yield* pair()
      const asGuest = yield* lookup(guest.username)
      assert.deepStrictEqual(relations(asGuest), { owner: 1, collaborator: 6 })
      assert.deepStrictEqual(yield* attributed(shortcode), [{ username: guest.username, rate: null }])
      const asOwner = yield* lookup(owner.username)
      assert.deepStrictEqual(relations(asOwner), { owner: 7, collaborator: 0 })
      const [row] = yield* attributed(shortcode)
      assert.strictEqual(row?.username, owner.username)
      assert.isAbove(row?.rate ?? 0, 0)
      assert.deepStrictEqual(relations(yield* lookup(guest.username)), { owner: 1, collaborator: 6 })
    }))

  it.effect("stays with its owner when the collaborator is refreshed, and keeps the owner's rate", () =>
    Effect.gen(function*() {
      const { app, guest, lookup, owner, shortcode, user } = yield* pair()
      yield* lookup(owner.username)
      const before = yield* attributed(shortcode)
      yield* lookup(guest.username)
      app.clock.advance("2 minutes")
      assert.strictEqual((yield* user.post(`/profile/${guest.username}/refresh`)).status, 200)
      assert.deepStrictEqual(yield* attributed(shortcode), before)
      assert.strictEqual(before[0]?.username, owner.username)
    }))

  it.effect("refreshed through one makes another answer, with another tag, of the other as well", () =>
    Effect.gen(function*() {
      const { app, front, guest, lookup, owner, shortcode, user } = yield* pair()
      yield* lookup(owner.username)
      yield* lookup(guest.username)
      // Twice, so that the second is one that this process has.
      yield* user.get(`/profile/${guest.username}`)
      const before = yield* user.get(`/profile/${guest.username}`)
      const postsBefore = yield* user.get(`/profile/${guest.username}/posts`)
      app.clock.advance("2 minutes")
      front.says(
        owner.username,
        profileContent(owner, [{
          n: Number(shortcode.slice("Post".length)),
          more: { edge_media_preview_like: { count: 987_654 } }
        }])
      )
      assert.strictEqual((yield* user.post(`/profile/${owner.username}/refresh`)).status, 200)
      const after = yield* user.get(`/profile/${guest.username}`)
      const likes = (answer: typeof before) =>
        answer.json<typeof ProfileAnswer.Type>().posts.find((post) => post.shortcode === shortcode)?.likes_count
      assert.notStrictEqual(likes(before), 987_654)
      assert.strictEqual(likes(after), 987_654)
      assert.notStrictEqual(after.headers.get("etag"), before.headers.get("etag"))
      const tag = { "if-none-match": postsBefore.headers.get("etag") ?? "" }
      assert.strictEqual((yield* user.get(`/profile/${guest.username}/posts`, tag)).status, 200)
    }))

  it.effect("neither collides nor deadlocks when both are stored at once, again and again", () =>
    Effect.gen(function*() {
      const { app, guest, lookup, owner, user } = yield* pair()
      const sql = yield* SqlClient
      for (let round = 0; round < 10; round++) {
        const answers = yield* Effect.all(
          [owner, guest].map(({ username }) => user.post(`/profile/${username}/refresh`)),
          { concurrency: "unbounded" }
        )
        assert.deepStrictEqual(answers.map((answer) => answer.status), [200, 200])
        app.clock.advance("61 seconds")
      }
      assert.isFalse(app.logs.some((line) => line.includes("40P01")), "no deadlock")
      assert.lengthOf((yield* lookup(owner.username)).posts, 7)
      assert.lengthOf((yield* lookup(guest.username)).posts, 7)
      assert.lengthOf(yield* sql`SELECT 1 FROM posts WHERE owner_username = ${owner.username}`, 7)
    }))

  it.effect("makes each profile mention the other", () =>
    Effect.gen(function*() {
      const { guest, lookup, owner, user } = yield* pair()
      yield* lookup(guest.username)
      const mentions = (yield* user.get(`/profile/${guest.username}/mentions?limit=100`)).json<{
        data: ReadonlyArray<{ mentioned_username: string; mention_type: string }>
      }>().data
      const collaborations = mentions.filter((it) => it.mention_type === "collaboration")
      assert.deepStrictEqual([...new Set(collaborations.map((it) => it.mentioned_username))], [owner.username])
    }))
})
