import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import type { ProfileAnswer } from "../../src/profiles/ProfileAnswer.ts"
import { profileContent } from "../support/payload.ts"
import { TestApp } from "../support/TestApp.ts"
import { until } from "../support/until.ts"
import { VendorFront } from "../support/VendorFront.ts"

const askedFor = (username: string) => Effect.map(VendorFront, (front) => front.asked.filter((name) => name === username).length)

const settings = { DECODO_PRICE_PER_SUCCESS: "0.001", DECODO_DAILY_CEILING: "0.002", DECODO_USER_DAILY_CEILING: "0.001" }

layer(TestApp.layer({ settings }), { excludeTestServices: true })("a ceiling of what may be spent", (it) => {
  it.effect("that one user has reached refuses that user new names, says so, and nobody else", () =>
    Effect.gen(function*() {
      const app = yield* TestApp
      const [one, other] = [yield* app.newUser, yield* app.newUser]
      assert.strictEqual((yield* one.get("/profile/paid.first")).status, 200)
      const refused = yield* one.get("/profile/paid.second")
      assert.strictEqual(refused.status, 503)
      assert.strictEqual(refused.problem.type, "/problems/spend-ceiling-reached")
      assert.strictEqual(refused.headers.get("retry-after"), String(refused.problem.retry_after))
      assert.strictEqual(yield* askedFor("paid.second"), 0)
      assert.strictEqual((yield* other.get("/profile/paid.second")).status, 200)

      app.clock.advance("25 hours")
      const again = yield* app.signInAgain(one)
      for (const username of ["paid.third", "paid.first"]) yield* again.get(`/profile/${username}`)
      const stale: ProfileAnswer = (yield* again.get("/profile/paid.first")).json()
      assert.deepStrictEqual([stale.freshness.status, stale.freshness.reason], ["stale", "SpendCeilingReached"])
      assert.strictEqual(yield* askedFor("paid.first"), 1)
    }))
})

layer(TestApp.layer(), { excludeTestServices: true })("a name known to lead to nobody", (it) => {
  it.effect("is not asked for, whichever process learned it, until that is believed no longer", () =>
    Effect.gen(function*() {
      const app = yield* TestApp
      const sql = yield* SqlClient
      const front = yield* VendorFront
      const user = yield* app.newUser
      yield* sql`INSERT INTO vendor_absences (target, query, evidence, seen_at, expires_at)
        VALUES ('profile', 'nobody.there', 'user_null', now(), now() + interval '10 minutes')`
      assert.strictEqual((yield* user.get("/profile/nobody.there")).problem.type, "/problems/profile-not-found")
      assert.strictEqual(yield* askedFor("nobody.there"), 0)
      front.says("nobody.there", profileContent({ id: "7001", username: "nobody.there" }, []))
      app.clock.advance("11 minutes")
      assert.strictEqual((yield* user.get("/profile/nobody.there")).status, 200)
      assert.strictEqual(yield* askedFor("nobody.there"), 1)
      // Forgotten behind the answer.
      yield* until(sql`SELECT 1 FROM vendor_absences WHERE query = 'nobody.there'`, (found) => found.length === 0)
    }))

  it.effect("is remembered for every process when the vendor says so", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const user = yield* (yield* TestApp).newUser
      assert.strictEqual((yield* user.get("/profile/sim.gone_b")).status, 404)
      const rows = yield* sql`SELECT target, evidence FROM vendor_absences WHERE query = 'sim.gone_b'`
      assert.deepStrictEqual(rows, [{ target: "profile", evidence: "user_null" }])
    }))
})
