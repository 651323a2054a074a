import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { TestApp } from "../support/TestApp.ts"
import { VendorFront } from "../support/VendorFront.ts"

layer(TestApp.layer({ settings: { CREDITS_ENABLED: "true" } }), { excludeTestServices: true })("a renewal", (it) => {
  it.effect("that is not answered costs nothing and moves no end", () =>
    Effect.gen(function*() {
      const app = yield* TestApp
      const sql = yield* SqlClient
      const front = yield* VendorFront
      const user = yield* app.newUser
      yield* user.get("/profile/gone.meanwhile")
      const before = yield* sql`SELECT expires_at FROM user_profile_access WHERE user_id = ${user.id}`
      app.clock.advance("2 days")
      front.says("gone.meanwhile", { data: { user: null } })
      const later = yield* app.signInAgain(user)
      const renewal = (key: string) => later.post("/profile/gone.meanwhile/unlock", { "idempotency-key": key })
      assert.strictEqual((yield* renewal("one")).status, 404)
      assert.strictEqual((yield* renewal("two")).status, 404)
      assert.deepStrictEqual(yield* sql`SELECT expires_at FROM user_profile_access WHERE user_id = ${user.id}`, before)
      const charges = yield* sql`SELECT 1 FROM credit_entries WHERE user_id = ${user.id} AND kind = 'charge'`
      assert.lengthOf(charges, 1, "the unlock")
    }))
})
