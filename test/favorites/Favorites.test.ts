import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import type { SavedProfile } from "../../src/favorites/SavedProfile.ts"
import { lockAll, type Page, send, unlockedProfile, walk } from "../support/requests.ts"
import { insertProfile } from "../support/rows.ts"
import { TestApp, type TestUser } from "../support/TestApp.ts"

type Saved = typeof SavedProfile.Type

layer(TestApp.layer(), { excludeTestServices: true })("favourites", (it) => {
  const saved = Effect.fnUntraced(function*(user: TestUser, query = "") {
    return (yield* user.get(`/me/favorites${query}`)).json<Page<Saved>>().data
  })
  const newUser = Effect.flatMap(TestApp, (app) => app.newUser)

  it.effect("a saved profile is read back with what was said of it; absent stays, null clears", () =>
    Effect.gen(function*() {
      const user = yield* newUser
      const { username } = yield* unlockedProfile(user)
      const path = `/me/favorites/${username}`
      const said = { notes: "asked twice 👋", tags: [" Food ", "travel", "FOOD"] }
      assert.strictEqual((yield* send(user, "PUT", path, said)).status, 200)
      const [first] = yield* saved(user)
      assert.deepInclude(first, { username, notes: "asked twice 👋", tags: ["food", "travel"] })
      assert.isNotNull(first?.access_expires_at)

      yield* send(user, "PUT", path, { notes: "asked again" })
      assert.deepInclude((yield* saved(user))[0], { notes: "asked again", tags: ["food", "travel"] })
      yield* send(user, "PUT", path, { tags: null })
      assert.deepInclude((yield* saved(user))[0], { notes: "asked again", tags: [] })
      yield* send(user, "PUT", path, { notes: null, tags: ["x"] })
      assert.deepInclude((yield* saved(user))[0], { notes: null, tags: ["x"] })
      assert.strictEqual((yield* send(user, "PUT", path)).status, 200, "no body at all")
      const after = yield* saved(user)
      assert.lengthOf(after, 1)
      assert.deepInclude(after[0], { notes: null, tags: ["x"] })
      assert.strictEqual(after[0]?.added_at, first?.added_at)
    }))

  it.effect("a name is understood as everywhere: with @, in capitals, as a profile address", () =>
    Effect.gen(function*() {
      const user = yield* newUser
      const { username } = yield* unlockedProfile(user)
      const address = encodeURIComponent(`https://www.instagram.com/${username.toUpperCase()}/?hl=en`)
      for (const name of [`@${username.toUpperCase()}`, address]) {
        assert.strictEqual((yield* send(user, "PUT", `/me/favorites/${name}`, {})).status, 200, name)
      }
      assert.lengthOf(yield* saved(user), 1)
      const refused = yield* send(user, "PUT", "/me/favorites/no%20name", {})
      assert.strictEqual(refused.problem.type, "/problems/invalid-username")
    }))

  it.effect("saving needs a stored profile and open access, and stores nothing without", () =>
    Effect.gen(function*() {
      const user = yield* newUser
      const unknown = yield* send(user, "PUT", "/me/favorites/never.seen.before", {})
      assert.deepStrictEqual([unknown.status, unknown.problem.type], [404, "/problems/profile-not-found"])
      const never = yield* insertProfile()
      const ended = yield* unlockedProfile(user, undefined, -1)
      for (const { username } of [never, ended]) {
        const locked = yield* send(user, "PUT", `/me/favorites/${username}`, {})
        assert.deepStrictEqual([locked.status, locked.problem.type], [403, "/problems/access-required"])
        assert.strictEqual(locked.json<{ unlock: string }>().unlock, `/profile/${username}`)
      }
      assert.isEmpty(yield* saved(user))
    }))

  it.effect("what is saved stays when access ends: public summary alone, and still the caller's to change and forget", () =>
    Effect.gen(function*() {
      const user = yield* newUser
      const sql = yield* SqlClient
      const { id, username } = yield* unlockedProfile(user)
      yield* sql`UPDATE profiles SET followers_count = 0, full_name = 'N', engagement_rate = 4.5 WHERE id = ${id}`
      yield* send(user, "PUT", `/me/favorites/${username}`, { tags: ["kept"] })
      yield* lockAll(user)
      const [after] = yield* saved(user)
      const summary = ["profile_id", "username", "full_name", "profile_pic_url", "followers_count", "is_verified", "availability"]
      const own = ["notes", "tags", "added_at", "updated_at", "access_expires_at"]
      assert.sameMembers(Object.keys(after ?? {}), [...summary, ...own])
      assert.deepInclude(after, { followers_count: 0, full_name: "N", access_expires_at: null, is_verified: null })
      assert.strictEqual((yield* send(user, "PUT", `/me/favorites/${username}`, { notes: "later" })).status, 200)
      assert.deepInclude((yield* saved(user))[0], { notes: "later", tags: ["kept"] })
      assert.strictEqual((yield* send(user, "DELETE", `/me/favorites/${username}`)).status, 204)
      assert.isEmpty(yield* saved(user))
      assert.strictEqual((yield* send(user, "PUT", `/me/favorites/${username}`, {})).status, 403)
    }))

  it.effect("forgetting is the same whether or not it was saved, and forgets nobody else's", () =>
    Effect.gen(function*() {
      const [one, other] = [yield* newUser, yield* newUser]
      const { username } = yield* unlockedProfile(one)
      yield* send(one, "PUT", `/me/favorites/${username}`, {})
      for (const name of [username, "never.seen.before"]) {
        assert.strictEqual((yield* send(other, "DELETE", `/me/favorites/${name}`)).status, 204)
      }
      assert.lengthOf(yield* saved(one), 1)
      assert.isEmpty(yield* saved(other))
    }))

  it.effect("what a body may hold is told by name, and nothing of a refused one is stored", () =>
    Effect.gen(function*() {
      const user = yield* newUser
      const { username } = yield* unlockedProfile(user)
      for (
        const [body, field] of [
          [{ note: "typo" }, "payload.note"],
          [{ notes: "n".repeat(5001) }, "payload.notes"],
          [{ notes: "nul \0" }, "payload.notes"],
          [{ notes: "half \ud83d" }, "payload.notes"],
          [{ notes: 3 }, "payload.notes"],
          [{ tags: "food" }, "payload.tags"],
          [{ tags: ["ok", "  "] }, "payload.tags.1"],
          [{ tags: ["t".repeat(51)] }, "payload.tags.0"],
          [{ tags: Array.from({ length: 51 }, (_, i) => `t${i}`) }, "payload.tags"],
          [[], "payload"]
        ] as const
      ) {
        const refused = yield* send(user, "PUT", `/me/favorites/${username}`, body)
        assert.strictEqual(refused.problem.type, "/problems/invalid-request", JSON.stringify(body).slice(0, 40))
        assert.include((refused.problem.errors ?? []).map((error) => error.path.join(".")), field)
      }
      assert.isEmpty(yield* saved(user))
      const longest = { notes: "👋".repeat(5000), tags: ["👋".repeat(50)] }
      assert.strictEqual((yield* send(user, "PUT", `/me/favorites/${username}`, longest)).status, 200, "counted in characters")
      assert.deepInclude((yield* saved(user))[0], longest)
    }))

  it.effect("the list is newest first, once over pages, also by tag; a cursor is good for its list alone", () =>
    Effect.gen(function*() {
      const user = yield* newUser
      const names: Array<string> = []
      for (let i = 0; i < 9; i++) {
        const { username } = yield* unlockedProfile(user)
        names.unshift(username)
        yield* send(user, "PUT", `/me/favorites/${username}`, { tags: i % 2 === 0 ? ["Even", "all"] : ["all"] })
      }
      const all = yield* walk<Saved>(user, "/me/favorites?limit=2")
      assert.deepStrictEqual(all.map((one) => one.username), names.map(String))
      const even = yield* walk<Saved>(user, "/me/favorites?limit=2&tag=even")
      assert.deepStrictEqual(even.map((one) => one.username), names.filter((_, i) => i % 2 === 0).map(String))
      assert.lengthOf(yield* saved(user, "?tag=EVEN"), 5)
      assert.isEmpty(yield* saved(user, "?tag=none"))
      const { page } = (yield* user.get("/me/favorites?limit=2&tag=even")).json<Page<Saved>>()
      const other = yield* newUser
      for (
        const refused of [
          user.get(`/me/favorites?cursor=${page.next_cursor}`),
          other.get(`/me/favorites?tag=even&cursor=${page.next_cursor}`)
        ]
      ) {
        assert.strictEqual((yield* refused).problem.type, "/problems/invalid-request")
      }
    }))

  it.effect("50 at once save one row, and every caller is answered with it", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const user = yield* newUser
      const { id, username } = yield* unlockedProfile(user)
      const answers = yield* Effect.all(
        Array.from({ length: 50 }, (_, i) => send(user, "PUT", `/me/favorites/${username}`, { notes: `${i}` })),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual([...new Set(answers.map((answer) => answer.status))], [200])
      assert.lengthOf(yield* sql`SELECT 1 FROM user_favorites WHERE profile_id = ${id}`, 1)
      assert.include(answers.map((answer) => answer.json<Saved>().notes), (yield* saved(user))[0]?.notes)
    }))
})
