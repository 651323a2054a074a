import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import type { ProfileAnswer } from "../../src/profiles/ProfileAnswer.ts"
import { profileContent } from "../support/payload.ts"
import { TestApp, type TestUser } from "../support/TestApp.ts"
import { until } from "../support/until.ts"
import { VendorFront } from "../support/VendorFront.ts"

const look = (user: TestUser, username: string) =>
  Effect.map(user.get(`/profile/${username}`), (answer) => answer.json<ProfileAnswer>())

layer(TestApp.layer(), { excludeTestServices: true })("a stored profile that is stale by less than PROFILE_STALE_FOR", (it) => {
  it.effect("is answered at once as it is while it is fetched anew, once for everybody and billed to nobody", () =>
    Effect.gen(function*() {
      const app = yield* TestApp
      const front = yield* VendorFront
      const sql = yield* SqlClient
      const before = [yield* app.newUser, yield* app.newUser]
      const account = { id: "8101", username: "nearly.fresh" }
      front.says(account.username, profileContent(account, [], { edge_followed_by: { count: 100 } }))
      for (const user of before) yield* look(user, account.username)
      app.clock.advance("1470 minutes")
      front.says(account.username, profileContent(account, [], { edge_followed_by: { count: 200 } }))
      front.hold(account.username)
      const users = yield* Effect.forEach(before, app.signInAgain)
      for (const user of users) {
        const stale = yield* look(user, account.username)
        assert.strictEqual(stale.profile.followers_count, 100)
        assert.deepStrictEqual([stale.freshness.status, stale.freshness.reason], ["stale", "refreshing"])
      }
      front.release(account.username)
      for (const user of users) {
        const fresh = yield* until(look(user, account.username), ({ freshness }) => freshness.status === "fresh")
        assert.strictEqual(fresh.profile.followers_count, 200)
      }
      assert.lengthOf(front.asked.filter((name) => name === account.username), 2)
      const calls = yield* until(
        sql`SELECT purpose, user_id FROM vendor_calls WHERE purpose = 'refresh'`,
        (rows) => rows.length > 0
      )
      assert.deepStrictEqual(calls, [{ purpose: "refresh", user_id: null }])
    }))

  it.effect("opens the window of whoever gets it, and of nobody else", () =>
    Effect.gen(function*() {
      const app = yield* TestApp
      const sql = yield* SqlClient
      const one = yield* app.newUser
      yield* look(one, "nearly.stale")
      app.clock.advance("1470 minutes")
      const other = yield* app.newUser
      const stale = yield* look(other, "nearly.stale")
      assert.strictEqual(stale.freshness.reason, "refreshing")
      yield* until(look(other, "nearly.stale"), ({ freshness }) => freshness.status === "fresh")
      const windows = yield* sql`SELECT user_id FROM user_profile_access WHERE profile_id = ${stale.profile.id}`
      assert.sameMembers(windows.map((row) => row["user_id"]), [one.id, other.id])
    }))

  it.effect("that is older still waits for the fetch", () =>
    Effect.gen(function*() {
      const app = yield* TestApp
      const user = yield* app.newUser
      yield* look(user, "long.stale")
      app.clock.advance("1501 minutes")
      const fresh = yield* look(yield* app.signInAgain(user), "long.stale")
      assert.strictEqual(fresh.freshness.status, "fresh")
    }))
})
