import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import type { PostInCampaign, ProfileInCampaign } from "../../src/campaigns/CampaignView.ts"
import { mediaNode } from "../decodo/samples.ts"
import { lockAll, type Page, send, unlockedProfile, walk } from "../support/requests.ts"
import { insertProfile } from "../support/rows.ts"
import { TestApp, type TestUser } from "../support/TestApp.ts"
import { VendorFront } from "../support/VendorFront.ts"

type Profile = typeof ProfileInCampaign.Type
type Post = typeof PostInCampaign.Type

const newUser = Effect.flatMap(TestApp, (app) => app.newUser)
const newCampaign = Effect.fnUntraced(function*(user: TestUser) {
  return `/campaigns/${(yield* send(user, "POST", "/campaigns", { name: "c" })).json<{ id: string }>().id}`
})
const profilesOf = (user: TestUser, campaign: string) =>
  Effect.map(user.get(`${campaign}/profiles`), (answer) => answer.json<Page<Profile>>().data)
const postsOf = (user: TestUser, campaign: string) =>
  Effect.map(user.get(`${campaign}/posts`), (answer) => answer.json<Page<Post>>().data)

layer(TestApp.layer(), { excludeTestServices: true })("profiles in a campaign", (it) => {
  it.effect("what is said of a profile is read back; absent stays, null clears", () =>
    Effect.gen(function*() {
      const user = yield* newUser
      const campaign = yield* newCampaign(user)
      const { username } = yield* unlockedProfile(user)
      const path = `${campaign}/profiles/${username}`
      assert.strictEqual((yield* send(user, "PUT", path, { role: "ambassador", priority: 1, notes: "first" })).status, 200)
      assert.deepInclude((yield* profilesOf(user, campaign))[0], {
        username,
        role: "ambassador",
        priority: 1,
        notes: "first",
        unlocked: true
      })
      yield* send(user, "PUT", path, { priority: 5 })
      yield* send(user, "PUT", path, { notes: null })
      assert.strictEqual((yield* send(user, "PUT", path)).status, 200, "no body at all")
      const after = yield* profilesOf(user, campaign)
      assert.lengthOf(after, 1)
      assert.deepInclude(after[0], { role: "ambassador", priority: 5, notes: null })
      for (let i = 0; i < 2; i++) assert.strictEqual((yield* send(user, "DELETE", path)).status, 204, "once more is the same")
      assert.isEmpty(yield* profilesOf(user, campaign))
    }))

  it.effect("attaching needs a stored profile and open access; what is attached stays, and stays the caller's to change", () =>
    Effect.gen(function*() {
      const user = yield* newUser
      const campaign = yield* newCampaign(user)
      const unknown = yield* send(user, "PUT", `${campaign}/profiles/never.seen.before`, {})
      assert.strictEqual(unknown.problem.type, "/problems/profile-not-found")
      const locked = yield* send(user, "PUT", `${campaign}/profiles/${(yield* insertProfile()).username}`, {})
      assert.strictEqual(locked.problem.type, "/problems/access-required")
      assert.isEmpty(yield* profilesOf(user, campaign))

      const { username } = yield* unlockedProfile(user)
      yield* send(user, "PUT", `${campaign}/profiles/${username}`, { role: "candidate" })
      yield* lockAll(user)
      assert.deepInclude((yield* profilesOf(user, campaign))[0], { username, role: "candidate", unlocked: false })
      assert.strictEqual((yield* send(user, "PUT", `${campaign}/profiles/${username}`, { role: "creator" })).status, 200)
      assert.deepInclude((yield* profilesOf(user, campaign))[0], { role: "creator", unlocked: false })
    }))

  it.effect("what a body may hold is told by name", () =>
    Effect.gen(function*() {
      const user = yield* newUser
      const campaign = yield* newCampaign(user)
      const { username } = yield* unlockedProfile(user)
      for (
        const [body, field] of [
          [{ role: "star" }, "role"],
          [{ priority: 0 }, "priority"],
          [{ priority: 6 }, "priority"],
          [{ priority: 1.5 }, "priority"],
          [{ notes: "n".repeat(5001) }, "notes"],
          [{ performance_tier: "top" }, "performance_tier"]
        ] as const
      ) {
        const refused = yield* send(user, "PUT", `${campaign}/profiles/${username}`, body)
        assert.strictEqual(refused.problem.type, "/problems/invalid-request", field)
        assert.include((refused.problem.errors ?? []).map((error) => error.path.join(".")), `payload.${field}`)
      }
      assert.isEmpty(yield* profilesOf(user, campaign))
    }))

  it.effect("50 at once attach one row; a profile in several campaigns is said of in each alone", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const user = yield* newUser
      const [campaign, other] = [yield* newCampaign(user), yield* newCampaign(user)]
      const { id, username } = yield* unlockedProfile(user)
      const answers = yield* Effect.all(
        Array.from({ length: 50 }, (_, i) => send(user, "PUT", `${campaign}/profiles/${username}`, { priority: i % 5 + 1 })),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual([...new Set(answers.map((answer) => answer.status))], [200])
      assert.lengthOf(yield* sql`SELECT 1 FROM campaign_profiles WHERE profile_id = ${id}`, 1)
      yield* send(user, "PUT", `${other}/profiles/${username}`, { priority: null, role: "competitor" })
      yield* send(user, "DELETE", `${campaign}/profiles/${username}`)
      assert.isEmpty(yield* profilesOf(user, campaign))
      assert.deepInclude((yield* profilesOf(user, other))[0], { role: "competitor", priority: null })
    }))

  it.effect("lists are latest attached first, once over pages", () =>
    Effect.gen(function*() {
      const user = yield* newUser
      const campaign = yield* newCampaign(user)
      const names: Array<string> = []
      for (let i = 0; i < 7; i++) {
        const { username } = yield* unlockedProfile(user)
        names.unshift(username)
        yield* send(user, "PUT", `${campaign}/profiles/${username}`, {})
      }
      const seen = yield* walk<Profile>(user, `${campaign}/profiles?limit=2`)
      assert.deepStrictEqual(seen.map((profile) => profile.username as string), names)
    }))

  it.effect("a full campaign takes no more, and what is in it can still be changed", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const user = yield* newUser
      const campaign = yield* newCampaign(user)
      const { username } = yield* unlockedProfile(user)
      yield* send(user, "PUT", `${campaign}/profiles/${username}`, {})
      yield* sql`
        WITH made AS (
          INSERT INTO profiles (username, raw_data) SELECT 'full' || n, '{}' FROM generate_series(1, 499) AS n RETURNING id
        )
        INSERT INTO campaign_profiles (campaign_id, profile_id) SELECT ${campaign.split("/")[2]}::uuid, id FROM made`
      const one = yield* unlockedProfile(user)
      const refused = yield* send(user, "PUT", `${campaign}/profiles/${one.username}`, {})
      assert.deepStrictEqual([refused.status, refused.problem.type], [409, "/problems/campaign-full"])
      assert.strictEqual((yield* send(user, "PUT", `${campaign}/profiles/${username}`, { notes: "kept" })).status, 200)
      yield* send(user, "DELETE", `${campaign}/profiles/${username}`)
      assert.strictEqual((yield* send(user, "PUT", `${campaign}/profiles/${one.username}`, {})).status, 200)
    }))
})

layer(TestApp.layer(), { excludeTestServices: true })("posts in a campaign", (it) => {
  /** A user who has looked a creator up, and the creator's posts. */
  const withPosts = Effect.fnUntraced(function*(creator: string) {
    const user = yield* newUser
    yield* user.get(`/profile/${creator}`)
    const posts =
      (yield* user.get(`/profile/${creator}/posts?limit=100`)).json<Page<{ shortcode: string; relation: string }>>().data
    return { user, campaign: yield* newCampaign(user), shortcodes: posts.map((post) => post.shortcode) }
  })

  it.effect("a stored post is attached by shortcode or address; what is said of it is read back", () =>
    Effect.gen(function*() {
      const { asked } = yield* VendorFront
      const { campaign, shortcodes, user } = yield* withPosts("some.creator")
      const calls = asked.length
      const [first = "", second = "", third = ""] = shortcodes
      yield* send(user, "PUT", `${campaign}/posts/${first}`, { role: "hero", performance_tier: "top", notes: "n" })
      for (
        const [shortcode, address] of [[second, `https://www.instagram.com/p/${second}/?igsh=abc`], [
          third,
          `instagram.com/some.creator/reel/${third}`
        ]] as const
      ) {
        const answer = yield* send(user, "PUT", `${campaign}/posts/${encodeURIComponent(address)}`, {})
        assert.strictEqual(answer.status, 200, answer.text)
        assert.strictEqual(answer.json<Post>().shortcode, shortcode)
      }
      yield* send(user, "PUT", `${campaign}/posts/${first}`, { notes: null, role: "supporting" })
      const posts = yield* postsOf(user, campaign)
      assert.deepStrictEqual(posts.map((post) => post.shortcode), [third, second, first])
      assert.deepInclude(posts[2], { role: "supporting", performance_tier: "top", notes: null, unlocked: true })
      assert.lengthOf(asked, calls, "nothing of it was asked of the vendor")
      for (let i = 0; i < 2; i++) {
        const address = encodeURIComponent(`https://www.instagram.com/p/${first}/`)
        assert.strictEqual((yield* send(user, "DELETE", `${campaign}/posts/${address}`)).status, 204, "once more is the same")
      }
      assert.lengthOf(yield* postsOf(user, campaign), 2)
    }))

  it.effect("what is no shortcode, no role and no tier is told by name", () =>
    Effect.gen(function*() {
      const { campaign, shortcodes, user } = yield* withPosts("some.creator")
      for (const text of ["a%20b", "%F0%9F%98%80", encodeURIComponent("https://example.com/p/abc/"), "a".repeat(65)]) {
        const refused = yield* send(user, "PUT", `${campaign}/posts/${text}`, {})
        assert.deepStrictEqual([refused.status, refused.problem.type], [400, "/problems/invalid-shortcode"], text)
      }
      for (const body of [{ role: "main" }, { performance_tier: "best" }, { priority: 1 }, { notes: 1 }]) {
        const refused = yield* send(user, "PUT", `${campaign}/posts/${shortcodes[0]}`, body)
        assert.deepStrictEqual(refused.problem.errors?.map((error) => error.path.join(".")), [`payload.${Object.keys(body)[0]}`])
      }
    }))

  it.effect("a stored post of a profile that is not unlocked names the owner to unlock; one attached stays when access ends", () =>
    Effect.gen(function*() {
      const { campaign, shortcodes, user } = yield* withPosts("lone.creator")
      const shortcode = shortcodes[0] ?? ""
      const other = yield* newUser
      const refused = yield* send(other, "PUT", `${yield* newCampaign(other)}/posts/${shortcode}`, {})
      assert.deepStrictEqual([refused.status, refused.problem.type], [403, "/problems/access-required"])
      yield* send(user, "PUT", `${campaign}/posts/${shortcode}`, { role: "hero" })
      yield* lockAll(user)
      assert.deepInclude((yield* postsOf(user, campaign))[0], { shortcode, role: "hero", unlocked: false })
      assert.strictEqual((yield* send(user, "PUT", `${campaign}/posts/${shortcode}`, { role: null })).status, 200)
      assert.deepInclude((yield* postsOf(user, campaign))[0], { role: null })
    }))

  it.effect("50 at once attach one row", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const { campaign, shortcodes, user } = yield* withPosts("some.creator")
      const answers = yield* Effect.all(
        Array.from({ length: 50 }, (_, i) => send(user, "PUT", `${campaign}/posts/${shortcodes[0]}`, { notes: `${i}` })),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual([...new Set(answers.map((answer) => answer.status))], [200])
      assert.lengthOf(yield* sql`SELECT 1 FROM campaign_posts WHERE campaign_id = ${campaign.split("/")[2]}`, 1)
    }))

  it.effect("an unknown post is fetched once for 50 who ask, names its owner, and is stored without paying again when they are unlocked", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const { asked } = yield* VendorFront
      const user = yield* newUser
      const campaign = yield* newCampaign(user)
      const shortcode = "DBabcdefghi"
      const calls = () => asked.filter((query) => query === shortcode).length
      const path = `${campaign}/posts/${shortcode}`
      const first = yield* Effect.all(Array.from({ length: 50 }, () => send(user, "PUT", path, {})), { concurrency: "unbounded" })
      assert.deepStrictEqual([...new Set(first.map((answer) => answer.problem.type))], ["/problems/access-required"])
      assert.strictEqual(calls(), 1)
      assert.isEmpty(yield* sql`SELECT 1 FROM posts WHERE shortcode = ${shortcode}`)
      const kept = yield* sql`SELECT stored_at FROM post_answers WHERE shortcode = ${shortcode}`
      assert.deepStrictEqual(kept, [{ stored_at: null }])

      const { unlock, username } = first[0]!.json<{ unlock: string; username: string }>()
      yield* user.get(unlock)
      const before = yield* user.get(`${unlock}/posts`)
      const second = yield* Effect.all(Array.from({ length: 50 }, () => send(user, "PUT", path, { role: "organic" })), {
        concurrency: "unbounded"
      })
      assert.deepStrictEqual([...new Set(second.map((answer) => answer.status))], [200], second[0]?.text)
      assert.strictEqual(calls(), 1)
      assert.deepInclude((yield* postsOf(user, campaign))[0], { shortcode, role: "organic", unlocked: true })
      const [answer] = yield* sql<{ stored_at: string | null }>`SELECT stored_at FROM post_answers WHERE shortcode = ${shortcode}`
      assert.isNotNull(answer?.stored_at)
      const listed = yield* user.get(`/profile/${username}/posts?limit=100`)
      assert.include(listed.json<Page<{ shortcode: string }>>().data.map((post) => post.shortcode), shortcode)
      const again = yield* user.get(`${unlock}/posts`, { "if-none-match": before.headers.get("etag") ?? "" })
      assert.strictEqual(again.status, 200, "the profile's data is another version now")
    }))

  it.effect("a post by several is attached by whoever unlocked one of its authors", () =>
    Effect.gen(function*() {
      const front = yield* VendorFront
      const user = yield* newUser
      const campaign = yield* newCampaign(user)
      yield* user.get("/profile/co.author")
      const shortcode = "Together1"
      front.says(shortcode, {
        shortcode_media: mediaNode(7, {
          id: "3000000000000000777",
          shortcode,
          owner: { id: "990077", username: "never.unlocked" },
          coauthor_producers: [{ id: "1", username: "co.author", is_verified: false }]
        })
      })
      assert.strictEqual((yield* send(user, "PUT", `${campaign}/posts/${shortcode}`, {})).status, 200)
      const [attached] = yield* postsOf(user, campaign)
      assert.deepStrictEqual([`${attached?.owner_username}`, attached?.unlocked], ["never.unlocked", true])
      const [post] = (yield* user.get("/profile/co.author/posts?limit=100")).json<Page<{ shortcode: string; relation: string }>>()
        .data
        .filter((listed) => listed.shortcode === shortcode)
      assert.strictEqual(post?.relation, "collaborator")
    }))

  it.effect("a post that is stored before its owner is listed under them once they are unlocked", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const user = yield* newUser
      const campaign = yield* newCampaign(user)
      const lister = yield* insertProfile()
      yield* sql`
        INSERT INTO posts (profile_id, instagram_post_id, shortcode, owner_username, media_type, is_video, is_carousel, raw_data)
        VALUES (${lister.id}, '990001', 'SeenBefore1', 'late.owner', 'photo', false, false, '{}')`
      yield* sql`
        INSERT INTO post_profiles (profile_id, post_id, relation)
        SELECT ${lister.id}, id, 'collaborator' FROM posts WHERE shortcode = 'SeenBefore1'`
      const refused = yield* send(user, "PUT", `${campaign}/posts/SeenBefore1`, {})
      assert.strictEqual(refused.json<{ unlock: string }>().unlock, "/profile/late.owner")
      yield* user.get("/profile/late.owner")
      assert.strictEqual((yield* send(user, "PUT", `${campaign}/posts/SeenBefore1`, {})).status, 200)
      assert.deepInclude((yield* postsOf(user, campaign))[0], { unlocked: true })
    }))

  it.effect("a post that Instagram does not show is not asked for again soon; a failing vendor says when to come back", () =>
    Effect.gen(function*() {
      const front = yield* VendorFront
      const user = yield* newUser
      const campaign = yield* newCampaign(user)
      front.says("Deleted1", { data: { xdt_shortcode_media: null }, status: "ok" })
      front.says("Failing1", 503)
      for (let i = 0; i < 2; i++) {
        const gone = yield* send(user, "PUT", `${campaign}/posts/Deleted1`, {})
        assert.deepStrictEqual([gone.status, gone.problem.type], [404, "/problems/post-not-found"])
        const failing = yield* send(user, "PUT", `${campaign}/posts/Failing1`, {})
        assert.deepStrictEqual([failing.status, failing.problem.type], [503, "/problems/post-temporarily-unavailable"])
        assert.strictEqual(failing.headers.get("retry-after"), `${failing.problem.retry_after}`)
      }
      for (const shortcode of ["Deleted1", "Failing1"]) assert.lengthOf(front.asked.filter((query) => query === shortcode), 1)
      assert.isEmpty(yield* postsOf(user, campaign))
    }))
})
