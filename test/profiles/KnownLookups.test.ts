import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { TestApp, type TestUser } from "../support/TestApp.ts"
import { until } from "../support/until.ts"

layer(TestApp.layer(), { excludeTestServices: true })("a repeated look-up", (it) => {
  const lookedUp = Effect.fnUntraced(function*(username: string) {
    const user = yield* (yield* TestApp).newUser
    assert.strictEqual((yield* user.get(`/profile/${username}`)).status, 200)
    // What was cached of a name goes once the fetch is stored, at times after its caller has the answer.
    yield* until(user.get(`/profile/${username}`), ({ headers }) => headers.get("x-data-source") === "cache")
    return user
  })

  const windowOf = Effect.fnUntraced(function*(user: TestUser) {
    const sql = yield* SqlClient
    return yield* sql`SELECT id FROM user_profile_access WHERE user_id = ${user.id}`
  })

  it.effect("is answered at once as the usual way answers it", () =>
    Effect.gen(function*() {
      const user = yield* lookedUp("known.one")
      const comparable = Effect.fnUntraced(function*(path: string, headers: Record<string, string> = {}) {
        const answer = yield* user.get(path, { "x-request-id": "one", ...headers })
        const { age: _age, date: _date, ratelimit: _left, ...rest } = Object.fromEntries(answer.headers)
        return { status: answer.status, headers: rest, text: answer.text }
      })
      // Capitals have to be normalised: that look-up is routed.
      const usual = yield* comparable("/profile/KNOWN.one")
      assert.deepStrictEqual(yield* comparable("/profile/known.one"), usual)
      const tag = { "if-none-match": usual.headers["etag"] ?? "" }
      const unchanged = yield* comparable("/profile/known.one", tag)
      assert.strictEqual(unchanged.status, 304)
      assert.deepStrictEqual(unchanged, yield* comparable("/profile/KNOWN.one", tag))
    }))

  it.effect("is another caller's first one, and nobody's without a token", () =>
    Effect.gen(function*() {
      yield* lookedUp("known.two")
      const app = yield* TestApp
      const other = yield* app.newUser
      assert.strictEqual((yield* other.get("/profile/known.two")).status, 200)
      assert.lengthOf(yield* windowOf(other), 1)
      const stranger = { method: "GET", path: "/profile/known.two" }
      assert.strictEqual((yield* app.call(stranger)).status, 401)
      assert.strictEqual((yield* app.call({ ...stranger, headers: { authorization: `Bearer ${other.token}x` } })).status, 401)
    }))

  it.effect("looks at the window and at the account behind its answers, before they have to wait for it", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const { clock } = yield* TestApp
      const user = yield* lookedUp("known.four")
      yield* sql`DELETE FROM user_profile_access WHERE user_id = ${user.id}`
      clock.advance("1600 millis")
      const opened = Effect.andThen(user.get("/profile/known.four"), windowOf(user))
      assert.lengthOf(yield* opened, 0, "answered by what was known")
      yield* Effect.repeat(opened, { until: ({ length }) => length === 1 })
      yield* sql`UPDATE user_profiles SET status = 'suspended' WHERE user_id = ${user.id}`
      clock.advance("1600 millis")
      assert.strictEqual((yield* user.get("/profile/known.four")).status, 200, "answered by what was known")
      yield* Effect.repeat(user.get("/profile/known.four"), { until: ({ status }) => status === 403 })
    }))

  it.effect("notices within two seconds that the window was taken away, and that the account was suspended", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const { clock } = yield* TestApp
      const user = yield* lookedUp("known.three")
      yield* sql`DELETE FROM user_profile_access WHERE user_id = ${user.id}`
      yield* user.get("/profile/known.three")
      assert.lengthOf(yield* windowOf(user), 0, "nothing is asked within that time")
      clock.advance("2 seconds")
      yield* user.get("/profile/known.three")
      assert.lengthOf(yield* windowOf(user), 1, "a look-up opens a window")
      yield* sql`UPDATE user_profiles SET status = 'suspended' WHERE user_id = ${user.id}`
      clock.advance("2 seconds")
      assert.strictEqual((yield* user.get("/profile/known.three")).status, 403)
    }))
})
