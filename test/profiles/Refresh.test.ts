import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { windowMillis } from "../../src/access/AccessTracker.ts"
import type { ProfileAnswer } from "../../src/profiles/ProfileAnswer.ts"
import type { Answer } from "../support/Contract.ts"
import { type GivenPost, profileContent, without } from "../support/payload.ts"
import { TestApp } from "../support/TestApp.ts"
import { until } from "../support/until.ts"
import { VendorFront } from "../support/VendorFront.ts"

const bodyOf = (answer: Answer): typeof ProfileAnswer.Type => answer.json()

let accounts = 0
const newAccount = () => ({ id: String(700_000 + ++accounts), username: `refreshed.${accounts}` })
const posts = (count: number, first = accounts * 1000): ReadonlyArray<GivenPost> =>
  Array.from({ length: count }, (_, i) => ({ n: first + i }))

layer(TestApp.layer(), { excludeTestServices: true })("a refresh", (it) => {
  /** A profile stored a while ago, whose holder asks the vendor again. */
  const stored = Effect.fnUntraced(function*(content: (account: ReturnType<typeof newAccount>) => object) {
    const app = yield* TestApp
    const front = yield* VendorFront
    const account = newAccount()
    front.says(account.username, content(account))
    const user = yield* app.newUser
    const first = bodyOf(yield* user.get(`/profile/${account.username}`))
    app.clock.advance("2 minutes")
    const refresh = (content: object) => {
      front.says(account.username, content)
      app.clock.advance("2 minutes")
      return user.post(`/profile/${account.username}/refresh`)
    }
    return { app, account, user, first, refresh }
  })

  it.effect("asks the vendor although the data is fresh, and raises version, ETag and count", () =>
    Effect.gen(function*() {
      const { account, first, refresh, user } = yield* stored((account) => profileContent(account, posts(3)))
      const before = yield* user.get(`/profile/${account.username}`)
      const answer = yield* refresh(profileContent(account, posts(3), { edge_followed_by: { count: 13_000 } }))
      assert.strictEqual(answer.status, 200)
      assert.strictEqual(answer.headers.get("x-data-source"), "vendor")
      const { profile } = bodyOf(answer)
      assert.strictEqual(profile.followers_count, 13_000)
      assert.strictEqual(profile.refresh_count, 1)
      assert.strictEqual(profile.id, first.profile.id)
      assert.strictEqual(profile.created_at, first.profile.created_at)
      assert.isAbove(Date.parse(profile.last_refreshed), Date.parse(first.profile.last_refreshed))
      assert.notStrictEqual(answer.headers.get("etag"), before.headers.get("etag"))
      const after = yield* user.get(`/profile/${account.username}`)
      assert.strictEqual(after.text, answer.text)
    }))

  it.effect("of data younger than a minute costs no call, and answers what is stored", () =>
    Effect.gen(function*() {
      const app = yield* TestApp
      const front = yield* VendorFront
      const user = yield* app.newUser
      const first = yield* user.get("/profile/just.now")
      const again = yield* user.post("/profile/just.now/refresh")
      assert.strictEqual(again.text, first.text)
      assert.strictEqual(again.headers.get("x-data-source"), "database")
      assert.lengthOf(front.asked.filter((name) => name === "just.now"), 1)
    }))

  it.effect("of a name nobody knows looks it up", () =>
    Effect.gen(function*() {
      const user = yield* (yield* TestApp).newUser
      const answer = yield* user.post("/profile/first.seen/refresh")
      assert.strictEqual(answer.status, 200)
      assert.strictEqual((yield* user.get("/profile/first.seen/posts")).status, 200)
    }))

  it.effect("never turns a known value into an unknown one because the vendor left it out", () =>
    Effect.gen(function*() {
      const { account, first, refresh } = yield* stored((account) => profileContent(account, posts(3)))
      const poor = without(
        profileContent(account, posts(3)),
        "full_name",
        "biography",
        "edge_followed_by",
        "edge_follow",
        "bio_links",
        "pronouns",
        "category_name",
        "is_verified",
        "edge_felix_video_timeline"
      )
      const { profile } = bodyOf(yield* refresh(poor))
      const same = (it: typeof profile) => ({ ...it, refresh_count: 0, last_refreshed: 0, updated_at: 0 })
      assert.deepStrictEqual(same(profile), same(first.profile))
      assert.strictEqual(profile.following_count, 0, "zero is known")
    }))

  it.effect("takes what is empty or has become zero, which is not left out", () =>
    Effect.gen(function*() {
      const { account, refresh } = yield* stored((account) => profileContent(account, posts(3)))
      const { profile } = bodyOf(
        yield* refresh(profileContent(account, posts(3), {
          biography: "",
          bio_links: [],
          pronouns: [],
          edge_followed_by: { count: 0 },
          is_verified: false
        }))
      )
      assert.deepStrictEqual(
        [profile.biography, profile.bio_links, profile.pronouns, profile.followers_count, profile.is_verified],
        ["", [], [], 0, false]
      )
    }))

  it.effect("that came without posts, as throttled callers get it, keeps the posts and the figures with their own date", () =>
    Effect.gen(function*() {
      const { account, first, refresh, user } = yield* stored((account) => profileContent(account, posts(12)))
      const throttled = profileContent(account, [], { edge_followed_by: { count: 99_999 } })
      const answer = bodyOf(yield* refresh(throttled))
      assert.strictEqual(answer.profile.followers_count, 99_999)
      assert.deepStrictEqual(answer.posts, first.posts)
      assert.deepStrictEqual(answer.analytics, first.analytics)
      assert.strictEqual(answer.analytics?.as_of, first.profile.last_refreshed)
      assert.notStrictEqual(answer.profile.last_refreshed, first.profile.last_refreshed)
      const page = (yield* user.get(`/profile/${account.username}/posts`)).json<{ data: ReadonlyArray<unknown> }>()
      assert.lengthOf(page.data, 12)
    }))

  it.effect("of an account that has become private keeps the posts, and no figure pretends to be of now", () =>
    Effect.gen(function*() {
      const { account, first, refresh } = yield* stored((account) => profileContent(account, posts(12)))
      const answer = bodyOf(yield* refresh(profileContent(account, [], { is_private: true })))
      assert.strictEqual(answer.profile.availability, "private")
      assert.lengthOf(answer.posts, first.posts.length)
      const rate = answer.analytics?.engagement.engagement_rate
      assert.deepStrictEqual([rate?.value, rate?.status, rate?.reason], [null, "unavailable", "private"])
    }))

  it.effect("adds new posts, renews known ones, and each stands once", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const first = accounts * 1000 + 500
      const { account, refresh } = yield* stored((account) => profileContent(account, posts(5, first)))
      const liked = { edge_media_preview_like: { count: 7777 }, edge_liked_by: { count: 7777 } }
      const next = posts(5, first + 2).map((post) => ({ ...post, more: liked }))
      const answer = bodyOf(yield* refresh(profileContent(account, next)))
      assert.lengthOf(answer.posts, 7)
      assert.lengthOf(answer.posts.filter((post) => post.likes_count === 7777), 5)
      assert.lengthOf(yield* sql`SELECT 1 FROM posts WHERE profile_id = ${answer.profile.id}`, 7)
      const caption = (shortcode: string) => answer.posts.find((post) => post.shortcode === shortcode)?.caption
      assert.isString(caption(`Post${first}`))
    }))

  it.effect("of a post whose likes were hidden meanwhile no longer shows them", () =>
    Effect.gen(function*() {
      const first = accounts * 1000 + 600
      const { account, refresh } = yield* stored((account) => profileContent(account, posts(1, first)))
      const hidden = { edge_media_preview_like: { count: -1 }, edge_liked_by: { count: -1 } }
      const answer = bodyOf(yield* refresh(profileContent(account, [{ n: first, more: hidden }])))
      assert.deepStrictEqual(answer.posts.map((post) => [post.likes_count, post.likes_hidden]), [[null, true]])
    }))

  it.effect("adds no related account and no mention twice, and what is no longer suggested loses its place only", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const suggest = (...names: ReadonlyArray<string>) => ({
        edge_related_profiles: { edges: names.map((username, i) => ({ node: { id: String(i + 1), username } })) }
      })
      const { account, first, refresh } = yield* stored((account) =>
        profileContent(account, posts(4), suggest("one", "two", "three"))
      )
      const mentions = sql`SELECT * FROM mentions WHERE profile_id = ${first.profile.id} ORDER BY id`
      const before = yield* mentions
      assert.isAbove(before.length, 4)
      yield* refresh(profileContent(account, posts(4), suggest("three", "four", "one")))
      assert.deepStrictEqual(yield* mentions, before)
      const related = yield* sql<{ related_username: string; position: number | null }>`
        SELECT related_username, position FROM related_profiles WHERE profile_id = ${first.profile.id} ORDER BY position NULLS LAST`
      assert.deepStrictEqual(related.map((row) => [row.related_username, row.position]), [
        ["three", 1],
        ["four", 2],
        ["one", 3],
        ["two", null]
      ])
    }))

  it.effect("leaves one snapshot each, with the figures of its time", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const { account, first, refresh } = yield* stored((account) => profileContent(account, posts(3)))
      yield* refresh(profileContent(account, posts(3), { edge_followed_by: { count: 500 } }))
      const snapshots = yield* sql<{ followers_count: number; engagement_rate: number; posts_received: number }>`
        SELECT * FROM profile_snapshots WHERE profile_id = ${first.profile.id} ORDER BY taken_at`
      assert.deepStrictEqual(snapshots.map((row) => [row.followers_count, row.posts_received]), [[12_000, 3], [500, 3]])
      assert.isAbove(snapshots[1]?.engagement_rate ?? 0, snapshots[0]?.engagement_rate ?? 0)
    }))

  it.effect("that outlives its request is what everybody gets afterwards", () =>
    Effect.gen(function*() {
      const front = yield* VendorFront
      const { account, app, user } = yield* stored((account) => profileContent(account, posts(2)))
      yield* user.get(`/profile/${account.username}`)
      front.says(account.username, profileContent(account, posts(2), { edge_followed_by: { count: 4321 } }))
      front.hold(account.username)
      const accepted = yield* user.post(`/profile/${account.username}/refresh`, { prefer: "wait=0" })
      assert.strictEqual(accepted.status, 202)
      const meanwhile = yield* user.get(`/profile/${account.username}`)
      assert.strictEqual(bodyOf(meanwhile).profile.followers_count, 12_000)
      front.release(account.username)
      yield* until(user.get(accepted.headers.get("location") ?? ""), (job) => job.json<{ status: string }>().status !== "running")
      for (const someone of [user, yield* app.newUser]) {
        const after = bodyOf(yield* someone.get(`/profile/${account.username}`))
        assert.strictEqual(after.profile.followers_count, 4321)
      }
    }))

  it.effect("follows an account that was renamed: one row, with its access, its posts and its history", () =>
    Effect.gen(function*() {
      const front = yield* VendorFront
      const sql = yield* SqlClient
      const { account, first, user } = yield* stored((account) => profileContent(account, posts(3)))
      const renamed = { ...account, username: `${account.username}.new` }
      front.says(renamed.username, profileContent(renamed, posts(3)))
      const answer = bodyOf(yield* user.get(`/profile/${renamed.username}`))
      assert.strictEqual(answer.profile.id, first.profile.id)
      assert.strictEqual(answer.profile.username, renamed.username)
      const [row] = yield* sql`
        SELECT (SELECT count(*)::int FROM profiles WHERE instagram_user_id = ${account.id}) AS profiles,
          (SELECT count(*)::int FROM profiles WHERE username = ${account.username}) AS under_the_old_name,
          (SELECT count(*)::int FROM user_profile_access WHERE profile_id = ${first.profile.id}) AS windows,
          (SELECT count(*)::int FROM profile_snapshots WHERE profile_id = ${first.profile.id}) AS snapshots`
      assert.deepStrictEqual(row, { profiles: 1, under_the_old_name: 0, windows: 1, snapshots: 2 })
      front.says(account.username, { data: { user: null } })
      assert.strictEqual((yield* user.get(`/profile/${account.username}`)).status, 404)
    }))

  it.effect("gives a name that another account has taken over to that account, and the windows stay with the first", () =>
    Effect.gen(function*() {
      const front = yield* VendorFront
      const sql = yield* SqlClient
      const { account, app, first, user } = yield* stored((account) => profileContent(account, posts(2)))
      const heir = { id: `${account.id}9`, username: account.username }
      front.says(account.username, profileContent(heir, posts(2, accounts * 1000 + 700)))
      app.clock.advance("25 hours")
      const other = yield* app.newUser
      const taken = bodyOf(yield* other.get(`/profile/${account.username}`))
      assert.notStrictEqual(taken.profile.id, first.profile.id)
      assert.strictEqual(taken.profile.instagram_user_id, heir.id)
      assert.lengthOf(taken.posts, 2)
      const again = yield* app.signInAgain(user)
      assert.strictEqual((yield* again.get(`/profile/${account.username}/posts`)).status, 403)
      const [old] = yield* sql`SELECT availability FROM profiles WHERE id = ${first.profile.id}`
      assert.deepStrictEqual(old, { availability: "gone" })

      const moved = { ...account, username: `${account.username}.moved` }
      front.says(moved.username, profileContent(moved, posts(2)))
      const found = bodyOf(yield* again.get(`/profile/${moved.username}`))
      assert.strictEqual(found.profile.id, first.profile.id)
      assert.strictEqual(found.profile.availability, "available")
    }))

  it.effect("extends the window to 30 days from now", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const { account, app, refresh, user } = yield* stored((account) => profileContent(account, posts(1)))
      yield* refresh(profileContent(account, posts(1)))
      const rows = yield* sql<{ expires_at: string }>`SELECT expires_at FROM user_profile_access WHERE user_id = ${user.id}`
      assert.lengthOf(rows, 1)
      const left = Date.parse(rows[0]?.expires_at ?? "") - app.clock.currentTimeMillisUnsafe()
      assert.isAtMost(left, windowMillis)
      assert.isAbove(left, windowMillis - 60_000)
    }))
})
