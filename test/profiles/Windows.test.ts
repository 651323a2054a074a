import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { searchesOf } from "../support/search.ts"
import { TestApp } from "../support/TestApp.ts"

layer(TestApp.layer(), { excludeTestServices: true })("a look-up's window and record", (it) => {
  it.effect("the window opens what is under the profile for 30 days, to the second, and looking up again opens it anew", () =>
    Effect.gen(function*() {
      const app = yield* TestApp
      const sql = yield* SqlClient
      const user = yield* app.newUser
      yield* user.get("/profile/thirty.days")
      const ends = Effect.map(
        sql<{ ends: string }>`SELECT expires_at AS ends FROM user_profile_access WHERE user_id = ${user.id}`,
        ([row]) => Date.parse(row?.ends ?? "")
      )
      const before = yield* ends
      app.clock.advance(before - app.clock.currentTimeMillisUnsafe() - 60_000)
      const again = yield* app.signInAgain(user)
      for (const part of ["posts", "analytics", "related", "mentions"]) {
        assert.strictEqual((yield* again.get(`/profile/thirty.days/${part}`)).status, 200, part)
      }
      app.clock.advance(before - app.clock.currentTimeMillisUnsafe())
      for (const part of ["posts", "analytics", "related", "mentions"]) {
        assert.strictEqual((yield* again.get(`/profile/thirty.days/${part}`)).status, 403, part)
      }
      const reopened = yield* again.get("/profile/thirty.days")
      assert.strictEqual(reopened.status, 200)
      assert.isAbove(yield* ends, before)
      assert.strictEqual((yield* again.get("/profile/thirty.days/posts")).status, 200)
    }))

  it.effect("the answer says when the window ends, as the row has it", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const user = yield* (yield* TestApp).newUser
      for (let i = 0; i < 2; i++) {
        const said = (yield* user.get("/profile/says.when")).headers.get("x-access-expires-at") ?? ""
        const [row] = yield* sql<{ expires_at: string }>`SELECT expires_at FROM user_profile_access WHERE user_id = ${user.id}`
        assert.isBelow(Math.abs(Date.parse(said) - Date.parse(row?.expires_at ?? "")), 1000)
      }
    }))

  it.effect("a window that was taken away stops repeated answers from being free of a new one within two seconds", () =>
    Effect.gen(function*() {
      const app = yield* TestApp
      const sql = yield* SqlClient
      const user = yield* app.newUser
      yield* user.get("/profile/taken.away")
      yield* sql`DELETE FROM user_profile_access WHERE user_id = ${user.id}`
      assert.strictEqual((yield* user.get("/profile/taken.away/posts")).status, 403, "reads ask each time")
      app.clock.advance("2 seconds")
      yield* user.get("/profile/taken.away")
      assert.lengthOf(yield* searchesOf("taken.away"), 2, "another look-up, recorded as one")
    }))

  it.effect("a reload within a minute is the same look-up; one after it is another", () =>
    Effect.gen(function*() {
      const app = yield* TestApp
      const user = yield* app.newUser
      for (let i = 0; i < 5; i++) yield* user.get("/profile/reloaded")
      app.clock.advance("61 seconds")
      yield* user.get("/profile/reloaded")
      const searches = yield* searchesOf("reloaded")
      assert.deepStrictEqual(searches.map((row) => [row.analysis_type, row.data_source, row.success]), [
        ["lookup", "vendor", true],
        ["lookup", "cache", true]
      ])
      assert.isTrue(searches.every((row) => row.search_duration_ms !== null && row.search_duration_ms >= 0))
      assert.isAbove(searches[0]?.profile_snapshot?.["followers_count"] ?? 0, 0, "the key figures of that time")
    }))

  it.effect("of two users' look-ups each has their own window and record", () =>
    Effect.gen(function*() {
      const app = yield* TestApp
      const sql = yield* SqlClient
      const users = [yield* app.newUser, yield* app.newUser]
      for (const user of users) yield* user.get("/profile/shared.name")
      const windows = yield* sql<{ user_id: string }>`
        SELECT user_id FROM user_profile_access JOIN profiles ON profiles.id = profile_id WHERE username = 'shared.name'`
      assert.sameMembers(windows.map((row) => row.user_id), users.map((user) => user.id))
      assert.sameMembers((yield* searchesOf("shared.name")).map((row) => row.user_id), users.map((user) => user.id))
    }))
})
