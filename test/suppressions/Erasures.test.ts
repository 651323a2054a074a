import { assert, layer } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import type { ErasureDone, ErasureView } from "../../src/suppressions/ErasureView.ts"
import { type Page, send } from "../support/requests.ts"
import { TestApp } from "../support/TestApp.ts"
import { until } from "../support/until.ts"
import { VendorFront } from "../support/VendorFront.ts"
import { erase, newAdmin, newCreator, settings } from "./creator.ts"
import { holding } from "./scan.ts"

const slug = (answer: { readonly text: string }) => String(JSON.parse(answer.text).type).replace("/problems/", "")

layer(TestApp.layer({ settings }), { excludeTestServices: true })("an erased creator", (it) => {
  const newUser = Effect.flatMap(TestApp, (app) => app.newUser)
  const asked = (name: string) => Effect.map(VendorFront, (front) => front.asked.filter((one) => one === name).length)

  it.effect("goes from every column of every table, what others' answers say of them too, and others keep the rest", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const app = yield* TestApp
      const { host, id, markers, username } = yield* newCreator
      const [one, other] = [yield* newUser, yield* newUser]
      yield* send(one, "POST", "/me/webhooks", {
        url: "http://127.0.0.1:1/in",
        events: ["profile.refreshed", "campaign.post_added", "job.finished"]
      })
      assert.strictEqual((yield* one.get(`/profile/${username}`)).status, 200)
      assert.strictEqual((yield* one.get(`/profile/${host}`)).status, 200)
      assert.strictEqual((yield* other.get(`/profile/${host}`)).status, 200)
      app.clock.advance("2 minutes")
      assert.strictEqual((yield* one.post(`/profile/${username}/refresh`)).status, 200)
      assert.strictEqual((yield* one.post(`/profile/${host}/sentiment?posts=2`)).status, 200)
      for (const path of [`/profile/${host}/creator`, `/profile/${username}/creator`]) yield* one.get(path)
      yield* send(one, "PUT", `/me/favorites/${username}`, { notes: `notes on ${username}`, tags: ["x"] })
      const { id: campaign } = (yield* send(one, "POST", "/campaigns", { name: "Spring" })).json<{ id: string }>()
      assert.strictEqual((yield* send(one, "PUT", `/campaigns/${campaign}/profiles/${username}`, {})).status, 200)
      const posts = (yield* one.get(`/profile/${username}/posts`)).json<Page<{ shortcode: string }>>().data
      assert.strictEqual(
        (yield* send(one, "PUT", `/campaigns/${campaign}/posts/${posts[0]?.shortcode}`, { notes: `of ${username}` })).status,
        200
      )
      const job = (yield* send(one, "POST", "/jobs", { usernames: [username, host] })).json<{ href: string }>()
      yield* until(one.get(job.href), (answer) => answer.json<{ finished_at: string | null }>().finished_at !== null)
      const before = yield* holding(markers)
      for (
        const expected of [
          "profiles.username",
          "profiles.raw_data",
          "profiles.biography",
          "posts.raw_data",
          "posts.owner_username",
          "posts.caption",
          "posts.tagged_users",
          "posts.coauthor_producers",
          "posts.mentions",
          "related_profiles.related_username",
          "mentions.mentioned_username",
          "mentions.mention_context",
          "vendor_answers.payload",
          "vendor_answers.username",
          "post_answers.payload",
          "encoded_answers.body",
          "creator_metadata.details",
          "user_searches.instagram_username",
          "search_history.username",
          "profile_fetches.username",
          "job_items.username",
          "user_favorites.notes",
          "campaign_posts.notes",
          "credit_reservations.subject",
          "webhook_deliveries.payload"
        ]
      ) assert.include(before, expected, "is written by this test")

      const answer = yield* erase({ username: `@${username.toUpperCase()}` })
      assert.strictEqual(answer.status, 200, answer.text)
      const done = answer.json<ErasureDone>()
      assert.lengthOf(done.hashes, 2, "of the name and of the id")
      assert.deepInclude(done.erased, { profiles: 1, user_favorites: 1, user_profile_access: 1, job_items: 1 })
      yield* until(holding(markers), (columns) => columns.length === 0)
      assert.deepStrictEqual(yield* holding(markers), [])
      for (const marker of markers) assert.notInclude(answer.text, marker)

      // What is the other's stays theirs.
      const seen = yield* other.get(`/profile/${host}`)
      assert.strictEqual(seen.status, 200)
      assert.notInclude(seen.text, username)
      const [post] = yield* sql<{ caption: string; tagged: string; n: number }>`
        SELECT caption, tagged_users::text AS tagged, (SELECT count(*)::int FROM post_profiles WHERE post_id = posts.id) AS n
        FROM posts WHERE owner_username = ${host}`
      assert.include(post?.caption, "Out with [removed] today")
      assert.include(post?.tagged, "somebody.else")
      const [raw] = yield* sql<{ raw: string }>`SELECT raw_data::text AS raw FROM profiles WHERE username = ${host}`
      assert.include(raw?.raw, "kiln.house")
      assert.include(raw?.raw, "Friend of [removed]")
      const items = (yield* one.get(`${job.href}/items`)).json<Page<{ username: string; state: string }>>().data
      assert.match(items[0]?.username ?? "", /^erased\.[0-9a-f]{8}$/)
      assert.strictEqual(items[1]?.username, host)

      const audit = yield* sql<{ subject_id: string; details: object }>`
        SELECT subject_id, details FROM audit_entries WHERE action = 'creator.erase' AND subject_id = ${done.id}`
      assert.deepStrictEqual(audit.map(({ details }) => details), [{ reason: "data_subject_request", hashes: done.hashes }])
      const logs = app.logs.length
      assert.deepStrictEqual([(yield* one.get(`/profile/${username}`)).status, yield* asked(username)], [451, 2])
      for (const line of app.logs.slice(logs)) for (const marker of [username, id]) assert.notInclude(line, marker)
    }))

  it.effect("is refused by every way in, with nobody asked, charged or recorded", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const front = yield* VendorFront
      const { host, markers, username } = yield* newCreator
      const user = yield* newUser
      const erasure = (yield* erase({ username })).json<ErasureDone>()
      assert.strictEqual(erasure.erased["profiles"], 0)
      const refused = [
        user.get(`/profile/${username}`),
        user.get(`/profile/${username}?dry_run=true`),
        user.post(`/profile/${username}/refresh`),
        user.post(`/profile/${username}/unlock`),
        send(user, "POST", "/jobs", { usernames: ["natgeo", `@${username}`] })
      ]
      for (const call of refused) {
        const answer = yield* call
        assert.deepStrictEqual([answer.status, slug(answer)], [451, "profile-suppressed"])
      }
      assert.strictEqual((yield* send(user, "PUT", `/me/favorites/${username}`, {})).status, 404)
      assert.strictEqual((yield* user.get(`/profile/${username}/posts`)).status, 404)
      assert.notInclude(front.asked, username)
      assert.deepStrictEqual(yield* holding(markers), [])
      // By the answers of others nothing of them comes back.
      assert.strictEqual((yield* user.get(`/profile/${host}`)).status, 200)
      assert.strictEqual((yield* user.post(`/profile/${host}/sentiment?posts=2`)).status, 200)
      yield* user.get(`/profile/${host}/creator`)
      const found = yield* holding([username])
      assert.deepStrictEqual(found, [])
      const [row] = yield* sql<{ n: number }>`SELECT count(*)::int AS n FROM user_searches WHERE user_id = ${user.id}`
      assert.strictEqual(row?.n, 1, "of the host alone")
    }))

  it.effect("does not come back by a fetch that was under way, whose caller is told at once", () =>
    Effect.gen(function*() {
      const front = yield* VendorFront
      const { markers, username } = yield* newCreator
      const user = yield* newUser
      front.hold(username)
      const call = yield* Effect.forkChild(user.get(`/profile/${username}`))
      yield* until(asked(username), (n) => n === 1)
      assert.strictEqual((yield* erase({ username })).status, 200)
      const answer = yield* Fiber.join(call)
      assert.deepStrictEqual([answer.status, slug(answer)], [451, "profile-suppressed"])
      front.release(username)
      assert.strictEqual((yield* user.get(`/profile/${username}`)).status, 451)
      assert.deepStrictEqual(yield* holding(markers), [])
    }))

  it.effect("is known by the id under another name, which is suppressed from then on without asking again", () =>
    Effect.gen(function*() {
      const front = yield* VendorFront
      const { id, own, username } = yield* newCreator
      const user = yield* newUser
      assert.strictEqual((yield* erase({ instagram_user_id: id })).status, 200)
      const renamed = `renamed.${id.slice(-4)}`
      front.says(renamed, { ...own, data: { user: { ...own.data.user, username: renamed } } })
      for (const _ of [1, 2]) {
        const answer = yield* user.get(`/profile/${renamed}`)
        assert.deepStrictEqual([answer.status, slug(answer)], [451, "profile-suppressed"])
      }
      assert.strictEqual(yield* asked(renamed), 1)
      assert.deepStrictEqual(yield* holding([renamed, id, username]), [])
    }))

  it.effect("is found again by the name, and may be looked up once the erasure is lifted", () =>
    Effect.gen(function*() {
      const { username } = yield* newCreator
      const [admin, user] = [yield* newAdmin, yield* newUser]
      const { id } = (yield* erase({ username, reason: "minor" })).json<ErasureDone>()
      assert.strictEqual((yield* erase({ username })).json<ErasureDone>().id, id, "again is the same erasure")
      const found = (yield* admin.get(`/admin/erasures?username=${username}`)).json<Page<ErasureView>>()
      assert.deepStrictEqual(found.data.map((one) => [one.id, one.reason]), [[id, "minor"]])
      assert.strictEqual((yield* admin.get("/admin/erasures?limit=1")).json<Page<ErasureView>>().data.length, 1)
      assert.strictEqual((yield* send(admin, "DELETE", `/admin/erasures/${id}`)).status, 204)
      const again = yield* send(admin, "DELETE", `/admin/erasures/${id}`)
      assert.deepStrictEqual([again.status, slug(again)], [404, "erasure-not-found"])
      assert.strictEqual((yield* user.get(`/profile/${username}`)).status, 200)
      const told = (yield* admin.get(`/admin/audit?subject_type=creator&subject_id=${id}`)).json<Page<{ action: string }>>()
      assert.deepStrictEqual(told.data.map(({ action }) => action), ["creator.lift", "creator.erase", "creator.erase"])
    }))

  it.effect("needs to be named, by a name that could be one", () =>
    Effect.gen(function*() {
      for (
        const [body, status, problem] of [
          [{}, 400, "invalid-request"],
          [{ username: "no name" }, 400, "invalid-username"],
          [{ instagram_user_id: "x" }, 400, "invalid-request"],
          [{ username: "somebody", reason: "because" }, 400, "invalid-request"]
        ] as const
      ) {
        const answer = yield* erase(body)
        assert.deepStrictEqual([answer.status, slug(answer)], [status, problem])
      }
    }))
})

layer(TestApp.layer(), { excludeTestServices: true })("without a key", (it) => {
  it.effect("nobody is erased, and the answer names the setting", () =>
    Effect.gen(function*() {
      const answer = yield* erase({ username: "somebody" })
      assert.deepStrictEqual([answer.status, slug(answer)], [503, "erasures-unavailable"])
      assert.include(answer.problem.detail, "SUPPRESSION_KEYS")
    }))

  it.effect("that made suppressions nothing new is stored, for who is suppressed cannot be told", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const app = yield* TestApp
      const user = yield* app.newUser
      assert.strictEqual((yield* user.get("/profile/natgeo")).status, 200)
      yield* sql`INSERT INTO suppressions (erasure_id, kind, key_id, hash, reason)
        VALUES (gen_random_uuid(), 'username', 'lost', ${"a".repeat(64)}, 'other')`
      const answer = yield* user.get("/profile/some.creator")
      assert.deepStrictEqual([answer.status, slug(answer)], [503, "database-unavailable"])
      assert.include(answer.problem.detail, "SUPPRESSION_KEYS")
      assert.strictEqual((yield* user.get("/profile/natgeo")).status, 200, "what is stored is read")
      assert.isTrue(app.logs.some((line) => line.includes("lacks a key")))
    }))
})
