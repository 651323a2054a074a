import { assert, layer } from "@effect/vitest"
import { Deferred, Effect, Fiber } from "effect"
import * as HttpApi from "effect/http-api/HttpApi"
import { SqlClient } from "effect/sql/SqlClient"
import { randomUUID } from "node:crypto"
import { Scope } from "../../src/apikeys/ApiKey.ts"
import { keyTextOf, newSecret } from "../../src/apikeys/KeyText.ts"
import { Authorization } from "../../src/auth/Authorization.ts"
import { scopeOf } from "../../src/auth/KeyScopes.ts"
import { Api } from "../../src/http/Api.ts"
import { send } from "../support/requests.ts"
import { TestApp, type TestUser } from "../support/TestApp.ts"
import { until } from "../support/until.ts"

const scopes = Scope.literals

/** Every endpoint that asks who is calling, with the scope that a key needs for it. */
const endpoints: Array<{ readonly method: string; readonly path: string; readonly needs: Scope | null }> = []
HttpApi.reflect(Api, {
  onGroup: () => {},
  onEndpoint: ({ endpoint, group, middleware }) => {
    if (![...middleware].some(({ key }) => key === Authorization.key)) return
    endpoints.push({ method: endpoint.method, path: endpoint.path, needs: scopeOf(endpoint, group) })
  }
})

interface Made {
  readonly id: string
  readonly key: string
  readonly expires_at: string | null
}

layer(TestApp.layer(), { excludeTestServices: true })("an API key", (it) => {
  const newUser = Effect.flatMap(TestApp, (app) => app.newUser)
  const make = Effect.fnUntraced(function*(user: TestUser, given: object = {}) {
    const answer = yield* send(user, "POST", "/me/api-keys", { name: "reports", scopes: ["me:read"], ...given })
    assert.strictEqual(answer.status, 201, answer.text)
    assert.strictEqual(answer.headers.get("cache-control"), "no-store")
    return answer.json<Made>()
  })
  const call = Effect.fnUntraced(function*(key: string, path = "/me", method = "GET") {
    const app = yield* TestApp
    return yield* app.call({ method, path, headers: { authorization: `Bearer ${key}` } })
  })
  const slug = (answer: { readonly status: number; readonly text: string }) =>
    answer.status < 400 ? "in" : String(JSON.parse(answer.text).type).replace("/problems/", "")

  it.effect("is its owner, as a user and never as an administrator", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const user = yield* newUser
      yield* user.get("/me")
      yield* sql`UPDATE user_profiles SET role = 'admin' WHERE user_id = ${user.id}`
      const { key } = yield* make(user)
      const me = yield* call(key)
      assert.strictEqual(me.json<{ email: string }>().email, user.email)
      assert.strictEqual(slug(yield* call(key, "/me/api-keys")), "api-key-not-allowed")
    }))

  it.effect("reaches with each scope what that scope is for, and nothing else, on every address", () =>
    Effect.gen(function*() {
      const user = yield* newUser
      const keys = new Map<Scope, string>()
      for (const scope of scopes) keys.set(scope, (yield* make(user, { scopes: [scope] })).key)
      for (const { method, needs, path } of endpoints) {
        const address = path.replace(":username", "sim.gone").replace(":shortcode", "C0de").replace(/:\w+/, randomUUID())
        for (const [scope, key] of keys) {
          const name = `${scope}: ${method} ${path}`
          const answer = yield* call(key, address, method)
          if (scope === needs) {
            assert.notInclude(["api-key-not-allowed", "unauthorized"], slug(answer), name)
          } else {
            assert.deepStrictEqual([answer.status, slug(answer)], [403, "api-key-not-allowed"], name)
            assert.strictEqual(answer.json<{ required: string | null }>().required, needs, name)
          }
        }
      }
      const closed = endpoints.filter(({ needs }) => needs === null).map(({ method, path }) => `${method} ${path}`)
      for (const route of ["POST /me/api-keys", "POST /me/password", "DELETE /me", "GET /me/export", "POST /auth/logout"]) {
        assert.include(closed, route)
      }
      for (const scope of scopes) assert.isTrue(endpoints.some(({ needs }) => needs === scope), `${scope} is for something`)
    }))

  it.effect("is refused from the next call on when it was revoked, and 404 for whoever is not its owner", () =>
    Effect.gen(function*() {
      const [user, other] = [yield* newUser, yield* newUser]
      const { id, key } = yield* make(user)
      assert.strictEqual(slug(yield* call(key)), "in")
      for (const [method, path] of [["PATCH", ""], ["DELETE", ""], ["POST", "/rotate"]] as const) {
        const refused = yield* send(other, method, `/me/api-keys/${id}${path}`, method === "PATCH" ? { name: "x" } : undefined)
        assert.deepStrictEqual([refused.status, slug(refused)], [404, "api-key-not-found"])
      }
      assert.strictEqual(slug(yield* call(key)), "in")
      assert.strictEqual((yield* send(user, "DELETE", `/me/api-keys/${id}`)).status, 204)
      assert.strictEqual(slug(yield* call(key)), "unauthorized")
      assert.strictEqual((yield* send(user, "DELETE", `/me/api-keys/${id}`)).status, 204)
      assert.strictEqual(slug(yield* send(user, "PATCH", `/me/api-keys/${id}`, { name: "x" })), "api-key-ended")
    }))

  it.effect("that is revoked with an Idempotency-Key, whose answer is stored in the same transaction, is known until that ends and not after", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const app = yield* TestApp
      const user = yield* newUser
      const { id, key } = yield* make(user)
      assert.strictEqual(slug(yield* call(key)), "in")
      const held = yield* Deferred.make<void>()
      const release = yield* Deferred.make<void>()
      yield* Effect.forkChild(sql.withTransaction(Effect.andThen(
        sql`LOCK TABLE idempotency_keys IN SHARE MODE`,
        Effect.andThen(Deferred.succeed(held, undefined), Deferred.await(release))
      )))
      yield* Deferred.await(held)
      const revoking = yield* Effect.forkChild(app.call({
        method: "DELETE",
        path: `/me/api-keys/${id}`,
        headers: { authorization: `Bearer ${user.token}`, "idempotency-key": randomUUID() }
      }))
      yield* until(
        sql`SELECT 1 FROM pg_stat_activity
          WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%INTO idempotency_keys%'`,
        (waiting) => waiting.length === 1
      )
      assert.strictEqual(slug(yield* call(key)), "in")
      yield* Deferred.succeed(release, undefined)
      assert.strictEqual((yield* Fiber.join(revoking)).status, 204)
      assert.strictEqual(slug(yield* call(key)), "unauthorized")
    }))

  it.effect("that another process revoked is refused within two seconds", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const app = yield* TestApp
      const user = yield* newUser
      const { id, key } = yield* make(user)
      assert.strictEqual(slug(yield* call(key)), "in")
      yield* sql`UPDATE api_keys SET revoked_at = now() WHERE id = ${id}`
      app.clock.advance("2 seconds")
      assert.strictEqual(slug(yield* call(key)), "unauthorized")
    }))

  it.effect("goes on for the overlap after a rotation, and not after", () =>
    Effect.gen(function*() {
      const app = yield* TestApp
      const user = yield* newUser
      const old = yield* make(user, { scopes: ["me:read", "campaigns:read"] })
      const rotated = yield* send(user, "POST", `/me/api-keys/${old.id}/rotate`, { overlap_seconds: 60 })
      const { key } = rotated.json<Made>()
      assert.deepInclude(rotated.json<object>(), { name: "reports", scopes: ["me:read", "campaigns:read"], expires_at: null })
      assert.deepStrictEqual([slug(yield* call(old.key)), slug(yield* call(key))], ["in", "in"])
      app.clock.advance("61 seconds")
      assert.deepStrictEqual([slug(yield* call(old.key)), slug(yield* call(key))], ["unauthorized", "in"])
      const again = yield* send(user, "POST", `/me/api-keys/${old.id}/rotate`, {})
      assert.strictEqual(slug(again), "api-key-ended")
      const zero = yield* make(user)
      yield* send(user, "POST", `/me/api-keys/${zero.id}/rotate`, { overlap_seconds: 0 })
      assert.strictEqual(slug(yield* call(zero.key)), "unauthorized")
    }))

  it.effect("ends when it expires, and says so; a mistyped or unknown one says that", () =>
    Effect.gen(function*() {
      const app = yield* TestApp
      const user = yield* newUser
      const expires_at = new Date(app.clock.currentTimeMillisUnsafe() + 30_000).toISOString()
      const { key } = yield* make(user, { expires_at })
      assert.strictEqual(slug(yield* call(key)), "in")
      app.clock.advance("31 seconds")
      const expired = yield* call(key)
      assert.deepInclude(expired.json<object>(), { status: 401, reason: "expired" })
      assert.include(expired.problem.detail, "API key has expired")
      const mistyped = yield* call(`${key.slice(0, -1)}${key.endsWith("a") ? "b" : "a"}`)
      assert.include(mistyped.problem.detail, "mistyped")
      const unknown = yield* call(keyTextOf({ id: randomUUID(), secret: newSecret() }))
      assert.include(unknown.problem.detail, "not valid")
      const { id } = yield* make(user)
      assert.strictEqual(slug(yield* call(keyTextOf({ id, secret: newSecret() }))), "unauthorized", "the id alone is no key")
    }))

  it.effect("of a suspended or banned owner is refused", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const app = yield* TestApp
      const user = yield* newUser
      const { key } = yield* make(user)
      assert.strictEqual(slug(yield* call(key)), "in")
      yield* sql`UPDATE user_profiles SET status = 'suspended' WHERE user_id = ${user.id}`
      app.clock.advance("2 seconds")
      assert.strictEqual(slug(yield* call(key)), "account-suspended")
      yield* sql`UPDATE user_profiles SET status = 'active' WHERE user_id = ${user.id}`
      yield* sql`UPDATE auth_users SET banned_until = now() + interval '1 day' WHERE id = ${user.id}`
      assert.strictEqual(slug(yield* call(key)), "account-banned")
    }))

  it.effect("is listed with its last use, which is noted once a minute, and never with its secret", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const app = yield* TestApp
      const user = yield* newUser
      const { id, key } = yield* make(user)
      const lastUse = Effect.map(
        sql<{ last_used_at: string | null }>`SELECT last_used_at FROM api_keys WHERE id = ${id}`,
        ([row]) => row?.last_used_at ?? null
      )
      assert.isNull(yield* lastUse)
      yield* call(key)
      const first = yield* until(lastUse, (at) => at !== null)
      app.clock.advance("3 seconds")
      yield* call(key)
      assert.strictEqual(yield* lastUse, first)
      app.clock.advance("61 seconds")
      yield* call(key)
      yield* until(lastUse, (at) => at !== first)
      const list = yield* user.get("/me/api-keys")
      const secret = key.slice(-49)
      assert.lengthOf(list.json<{ data: ReadonlyArray<object> }>().data, 1)
      const [row] = yield* sql<{ text: string }>`SELECT t::text AS text FROM api_keys AS t WHERE id = ${id}`
      for (const text of [list.text, row?.text ?? secret, ...app.logs]) assert.notInclude(text, secret.slice(0, 20))
    }))

  it.effect("is changed by its owner, one beyond twenty-five is refused, and bad wishes name their field", () =>
    Effect.gen(function*() {
      const user = yield* newUser
      const { id, key } = yield* make(user)
      assert.strictEqual(slug(yield* call(key, "/campaigns")), "api-key-not-allowed")
      yield* send(user, "PATCH", `/me/api-keys/${id}`, { scopes: ["campaigns:read"], name: "renamed" })
      assert.strictEqual(slug(yield* call(key, "/campaigns")), "in")
      assert.strictEqual(slug(yield* call(key)), "api-key-not-allowed")
      for (const wrong of [{ scopes: [] }, { scopes: ["admin"] }, { name: "" }, { expires_at: "soon" }, { role: "admin" }]) {
        const refused = yield* send(user, "POST", "/me/api-keys", { name: "x", scopes: ["me:read"], ...wrong })
        assert.strictEqual(slug(refused), "invalid-request", JSON.stringify(wrong))
      }
      const answers = yield* Effect.forEach(
        Array.from({ length: 30 }),
        () => send(user, "POST", "/me/api-keys", { name: "more", scopes: ["me:read"] }),
        { concurrency: 10 }
      )
      assert.lengthOf(answers.filter(({ status }) => status === 201), 24)
      assert.lengthOf(answers.filter((answer) => slug(answer) === "too-many-api-keys"), 6)
    }))
})
