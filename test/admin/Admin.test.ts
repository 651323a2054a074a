import { assert, layer } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import * as HttpApi from "effect/http-api/HttpApi"
import { SqlClient } from "effect/sql/SqlClient"
import { randomUUID } from "node:crypto"
import { AdminOnly } from "../../src/auth/AdminOnly.ts"
import { Authorization } from "../../src/auth/Authorization.ts"
import { Api } from "../../src/http/Api.ts"
import { Standings } from "../../src/users/Standings.ts"
import { UserId } from "../../src/users/UserId.ts"
import { newAdmin, type Page, send } from "../support/requests.ts"
import { TestApp, type TestUser } from "../support/TestApp.ts"
import { until } from "../support/until.ts"

/** Every endpoint under `/admin`, with whether it asks for the role at all. */
const endpoints: Array<{ readonly method: string; readonly path: string; readonly guarded: boolean }> = []
HttpApi.reflect(Api, {
  onGroup: () => {},
  onEndpoint: ({ endpoint, middleware }) => {
    if (!endpoint.path.startsWith("/admin")) return
    const keys = new Set([...middleware].map(({ key }) => key))
    endpoints.push({
      method: endpoint.method,
      path: endpoint.path,
      guarded: keys.has(AdminOnly.key) && keys.has(Authorization.key)
    })
  }
})

const newUser = Effect.gen(function*() {
  const user = yield* (yield* TestApp).newUser
  yield* user.get("/me")
  return user
})

const slug = (text: string) => String(JSON.parse(text).type).replace("/problems/", "")

layer(TestApp.layer(), { excludeTestServices: true })("administration", (it) => {
  it.effect("is closed to everybody but an administrator who is signed in, on every address", () =>
    Effect.gen(function*() {
      const app = yield* TestApp
      const sql = yield* SqlClient
      const [user, admin, suspended] = [yield* newUser, yield* newAdmin, yield* newAdmin]
      yield* sql`UPDATE user_profiles SET status = 'suspended' WHERE user_id = ${suspended.id}`
      const scopes = ["me:read", "me:write", "profiles:read", "profiles:lookup", "campaigns:read", "campaigns:write"]
      const made = yield* send(admin, "POST", "/me/api-keys", { name: "key", scopes })
      const { key } = made.json<{ key: string }>()
      const callers: ReadonlyArray<readonly [string | undefined, number, string]> = [
        [undefined, 401, "unauthorized"],
        ["garbage", 401, "unauthorized"],
        [user.token, 403, "admin-required"],
        [suspended.token, 403, "account-suspended"],
        [key, 403, "api-key-not-allowed"]
      ]
      assert.isAbove(endpoints.length, 5)
      for (const { guarded, method, path } of endpoints) {
        assert.isTrue(guarded, `${method} ${path} asks for the role`)
        const address = path.replace(/:\w+/, randomUUID())
        for (const [token, status, problem] of callers) {
          const answer = yield* app.call({
            method,
            path: address,
            headers: token === undefined ? {} : { authorization: `Bearer ${token}` }
          })
          assert.deepStrictEqual([answer.status, slug(answer.text)], [status, problem], `${method} ${path}`)
        }
        const let_in = yield* app.call({ method, path: address, headers: { authorization: `Bearer ${admin.token}` } })
        assert.notInclude([401, 403], let_in.status, `${method} ${path}`)
      }
    }))

  it.effect("suspends at once, lets in again, and tells of both, of who did it and of whom", () =>
    Effect.gen(function*() {
      const [user, admin] = [yield* newUser, yield* newAdmin]
      const status = (to: string) => send(admin, "PUT", `/admin/users/${user.id}/status`, { status: to, reason: "abuse" })
      assert.deepInclude((yield* status("suspended")).json<object>(), { id: user.id, status: "suspended" })
      assert.deepStrictEqual((yield* user.get("/me")).status, 403)
      assert.strictEqual((yield* status("active")).status, 200)
      assert.strictEqual((yield* user.get("/me")).status, 200)
      const told = yield* admin.get(`/admin/audit?subject_user=${user.id}`)
      const { data } = told.json<Page<Readonly<Record<string, unknown>>>>()
      assert.deepStrictEqual(data.map(({ action }) => action), ["user.reinstate", "user.suspend"])
      for (const entry of data) {
        assert.deepInclude(entry, {
          actor_kind: "admin",
          actor_user_id: admin.id,
          subject_user_id: user.id,
          address: "127.0.0.1"
        })
        assert.isString(entry["request_id"])
      }
    }))

  it.effect("gives the role and takes it, from the next call on, and never one's own", () =>
    Effect.gen(function*() {
      const [user, admin] = [yield* newUser, yield* newAdmin]
      const role = (id: string, to: string) => send(admin, "PUT", `/admin/users/${id}/role`, { role: to, reason: "joined" })
      assert.strictEqual((yield* role(user.id, "admin")).status, 200)
      assert.strictEqual((yield* user.get("/admin/users")).status, 200)
      assert.strictEqual((yield* role(user.id, "user")).status, 200)
      assert.strictEqual((yield* user.get("/admin/users")).status, 403)
      const own = yield* role(admin.id, "user")
      assert.deepStrictEqual([own.status, slug(own.text)], [409, "own-standing"])
      assert.strictEqual((yield* role(randomUUID(), "user")).status, 404)
    }))

  it.effect("two administrators who take the role from each other at once leave one, who is told nothing of the other's attempt", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const [one, two] = [yield* newAdmin, yield* newAdmin]
      const demote = (by: TestUser, whom: TestUser) =>
        send(by, "PUT", `/admin/users/${whom.id}/role`, { role: "user", reason: "a race" })
      const pair = sql.in("user_id", [one.id, two.id])
      const waiting = sql<{ n: number }>`
        SELECT count(*)::integer AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`
      // Both are let in as administrators, and wait for the rows.
      const both = yield* sql.withTransaction(Effect.gen(function*() {
        yield* sql`SELECT 1 FROM user_profiles WHERE ${pair} FOR UPDATE`
        const asked = yield* Effect.forEach([[one, two], [two, one]] as const, ([by, whom]) => Effect.forkChild(demote(by, whom)))
        yield* until(waiting, ([row]) => row?.n === 2)
        return asked
      }))
      const statuses = yield* Effect.forEach(both, (asked) => Effect.map(Fiber.join(asked), ({ status }) => status))
      assert.deepStrictEqual(statuses.toSorted(), [200, 403])
      assert.lengthOf(yield* sql`SELECT 1 FROM user_profiles WHERE ${pair} AND role = 'admin'`, 1)
    }))

  it.effect("changes what it is asked to: a role given while somebody suspends leaves them suspended, and the other way round", () =>
    Effect.gen(function*() {
      const standings = yield* Standings
      const user = UserId.make((yield* newUser).id)
      const seen = yield* standings.find(user)
      yield* standings.set(user, { status: "suspended" })
      yield* standings.set(user, { role: "admin" })
      assert.strictEqual(seen?.status, "active")
      assert.deepInclude(yield* standings.find(user), { role: "admin", status: "suspended" })
      yield* standings.set(user, { status: "active" })
      assert.deepInclude(yield* standings.find(user), { role: "admin", status: "active" })
    }).pipe(Effect.provide(Standings.layer)))

  it.effect("finds users by address and standing, and tells that they were read", () =>
    Effect.gen(function*() {
      const [user, admin] = [yield* newUser, yield* newAdmin]
      const found = (yield* admin.get(`/admin/users?email=${user.email.toUpperCase()}`)).json<Page<{ id: string }>>()
      assert.deepStrictEqual(found.data.map(({ id }) => id), [user.id])
      assert.strictEqual((yield* admin.get(`/admin/users/${user.id}`)).json<{ email: string }>().email, user.email)
      const admins = (yield* admin.get("/admin/users?role=admin&limit=1")).json<Page<{ id: string; role: string }>>()
      assert.deepStrictEqual(admins.data.map(({ role }) => role), ["admin"])
      const read = (yield* admin.get(`/admin/audit?action=user.read&actor=${admin.id}`)).json<Page<object>>()
      assert.strictEqual(read.data.length, 1)
      const listed = (yield* admin.get(`/admin/audit?subject_type=users&actor=${admin.id}`)).json<Page<object>>()
      assert.strictEqual(listed.data.length, 2)
      assert.strictEqual((yield* admin.get("/admin/usage?since=2025-01-01&until=2025-02-01")).status, 200)
      const noDay = yield* admin.get("/admin/usage?since=2025-01-01&until=2025-02-30")
      assert.deepStrictEqual([noDay.status, slug(noDay.text)], [400, "invalid-request"])
    }))
})
