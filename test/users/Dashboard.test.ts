import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import type { Dashboard } from "../../src/users/Dashboard.ts"
import { send, unlockedProfile } from "../support/requests.ts"
import { TestApp, type TestUser } from "../support/TestApp.ts"

layer(TestApp.layer(), { excludeTestServices: true })("GET /me/dashboard", (it) => {
  const newUser = Effect.flatMap(TestApp, (app) => app.newUser)
  const dashboard = Effect.fnUntraced(function*(user: TestUser) {
    return (yield* user.get("/me/dashboard")).json<Dashboard>()
  })

  it.effect("of somebody new is empty, not zero where it is unknown", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual<unknown>(yield* dashboard(yield* newUser), {
        counts: { unlocked_profiles: 0, expiring_access: 0, searches: 0, favorites: 0, campaigns: 0 },
        recent_searches: [],
        expiring_access: [],
        favorites: [],
        active_campaigns: [],
        credits: null
      })
    }))

  it.effect("shows how much there is, the latest of each, and what ends next", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const user = yield* newUser
      const other = yield* newUser
      yield* unlockedProfile(other)
      const far = yield* unlockedProfile(user, undefined, 20)
      const soon: Array<string> = []
      for (const days of [6.5, 1.5, 3]) soon.push((yield* unlockedProfile(user, undefined, days)).username)
      yield* unlockedProfile(user, undefined, -1)
      yield* user.get("/profile/some.creator")
      yield* send(user, "PUT", `/me/favorites/${far.username}`, { tags: ["x"] })
      const { id } = (yield* send(user, "POST", "/campaigns", { name: "Spring", budget: "100.50", currency: "EUR" })).json<
        { id: string }
      >()
      yield* sql`UPDATE campaigns SET status = 'active' WHERE id = ${id}`
      yield* send(user, "POST", "/campaigns", { name: "A draft" })
      yield* sql`UPDATE user_searches SET search_timestamp = search_timestamp - interval '1 day' WHERE user_id = ${user.id}`
      yield* sql`
        INSERT INTO user_searches (user_id, instagram_username, analysis_type, success, search_timestamp)
        VALUES (${user.id}, 'long.ago', 'lookup', true, now() - interval '31 days')`

      const found = yield* dashboard(user)
      assert.deepStrictEqual(found.counts, { unlocked_profiles: 5, expiring_access: 3, searches: 1, favorites: 1, campaigns: 2 })
      assert.deepStrictEqual(found.recent_searches.map((one) => one.instagram_username), ["some.creator", "long.ago"])
      assert.deepStrictEqual(found.expiring_access.map((one) => one.username), [soon[1]!, soon[2]!, soon[0]!])
      assert.deepStrictEqual(found.expiring_access.map((one) => one.days_remaining), [2, 3, 7])
      assert.deepStrictEqual(found.favorites.map(({ tags, username }) => [username, tags]), [[far.username, ["x"]]])
      assert.deepStrictEqual(found.active_campaigns.map(({ budget, currency, name }) => [name, budget, currency]), [
        ["Spring", "100.50", "EUR"]
      ])
      for (let i = 0; i < 7; i++) yield* send(user, "PUT", `/me/favorites/${(yield* unlockedProfile(user)).username}`, {})
      assert.lengthOf((yield* dashboard(user)).favorites, 5)
    }))
})

layer(TestApp.layer({ settings: { CREDITS_ENABLED: "true" } }), { excludeTestServices: true })(
  "GET /me/dashboard with credits",
  (it) => {
    it.effect("shows the balance that /me/credits shows", () =>
      Effect.gen(function*() {
        const user = yield* Effect.flatMap(TestApp, (app) => app.newUser)
        const { balance } = (yield* user.get("/me/credits")).json<{ balance: number }>()
        assert.isNumber(balance)
        assert.deepStrictEqual((yield* user.get("/me/dashboard")).json<Dashboard>().credits, { balance })
      }))
  }
)
