import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as OpenApi from "effect/http-api/OpenApi"
import { SqlClient } from "effect/sql/SqlClient"
import { randomUUID } from "node:crypto"
import { Api } from "../../src/http/Api.ts"
import { send } from "../support/requests.ts"
import { TestApp, type TestUser } from "../support/TestApp.ts"
import { VendorFront } from "../support/VendorFront.ts"

/** Every operation of the document whose address names something. */
const operations = Object.entries(OpenApi.fromApi(Api).paths).flatMap(([path, methods]) =>
  path.includes("{") ? Object.keys(methods).map((method) => ({ method: method.toUpperCase(), path })) : []
)

/** What the address names is one user's, and nobody else is to learn that it is there. */
const owned = operations.filter(({ path }) => /^\/(me\/searches|me\/api-keys|me\/webhooks|jobs|campaigns)\/\{id\}/.test(path))
/** Instagram's, and open to whoever holds a window on it; asking for the first three opens one. */
const profiles = operations.filter(({ path }) => path.startsWith("/profile/{username}"))
/** The caller's own, whatever the name. */
const mine = operations.filter(({ path }) => path.startsWith("/me/favorites/{username}"))

/** Whoever has the token in the address may call it, and learns nothing: held by the vendor's own tests. */
const notices = operations.filter(({ path }) => path === "/vendor/callbacks/{token}")

/** An administrator's alone. */
const administered = operations.filter(({ path }) => path.startsWith("/admin/"))

const looksUp = ({ path }: { readonly path: string }) => path === "/profile/{username}" || /\/(refresh|unlock)$/.test(path)

layer(TestApp.layer(), { excludeTestServices: true })("two users", (it) => {
  const creator = "some.creator"
  const newUser = Effect.flatMap(TestApp, (app) => app.newUser)
  const owner = Effect.tap(newUser, (user) => user.get(`/profile/${creator}`))

  /** Something of the user's for each kind of address: the address with its id. */
  const makers: Readonly<Record<string, (user: TestUser) => Effect.Effect<string, unknown, SqlClient | TestApp | VendorFront>>> =
    {
      "/me/searches/{id}": Effect.fnUntraced(function*(user) {
        const sql = yield* SqlClient
        const [search] = yield* sql<{ id: string }>`
        INSERT INTO user_searches (user_id, instagram_username, analysis_type, success)
        VALUES (${user.id}, 'anna', 'lookup', true) RETURNING id`
        return `/me/searches/${search?.id}`
      }),
      "/me/api-keys/{id}": Effect.fnUntraced(function*(user) {
        const made = yield* send(user, "POST", "/me/api-keys", { name: "mine", scopes: ["me:read"] })
        return `/me/api-keys/${made.json<{ id: string }>().id}`
      }),
      "/jobs/{id}": Effect.fnUntraced(function*(user) {
        return `/jobs/${(yield* send(user, "POST", "/jobs", { usernames: [creator] })).json<{ id: string }>().id}`
      }),
      "/campaigns/{id}": Effect.fnUntraced(function*(user) {
        const { id } = (yield* send(user, "POST", "/campaigns", { name: "Spring" })).json<{ id: string }>()
        return `/campaigns/${id}`
      }),
      "/me/webhooks/{id}": Effect.fnUntraced(function*(user) {
        const body = { url: "https://hooks.example.com/in", events: ["job.finished"] }
        return `/me/webhooks/${(yield* send(user, "POST", "/me/webhooks", body)).json<{ id: string }>().id}`
      })
    }

  const addressOf = Effect.fnUntraced(function*(path: string, user: TestUser, shortcode: string) {
    const [start] = /^.*?\{id\}/.exec(path) ?? [path]
    const make = makers[start]
    if (make === undefined) return yield* Effect.die(`${path}: say in this test how something of a user's comes to be there`)
    const here = yield* make(user)
    if (path.endsWith("/restore")) yield* send(user, "DELETE", here)
    const delivery = path.includes("{delivery}") ? (yield* send(user, "POST", `${here}/test`)).json<{ id: string }>().id : ""
    return path.replace(start, here).replace("{username}", creator).replace("{shortcode}", shortcode).replace(
      "{delivery}",
      delivery
    )
  })

  const call = (user: TestUser, { method, path }: { readonly method: string; readonly path: string }) =>
    send(user, method, path, method === "PATCH" ? {} : undefined)

  it.effect("every address that names something is of a kind that this test knows", () =>
    Effect.sync(() => {
      const known = new Set([...owned, ...profiles, ...mine, ...notices, ...administered])
      const unknown = operations.filter((operation) => !known.has(operation))
      assert.deepStrictEqual(unknown, [], "say in this test whose it is")
      assert.isAtLeast(owned.length, 14)
      assert.isAtLeast(profiles.length, 12)
    }))

  it.effect("what is one's is 404 for the other, as if it were not there, on every address; and is not touched", () =>
    Effect.gen(function*() {
      const [one, other] = [yield* owner, yield* newUser]
      const posts = (yield* one.get(`/profile/${creator}/posts?limit=1`)).json<{ data: ReadonlyArray<{ shortcode: string }> }>()
      const shortcode = posts.data[0]?.shortcode ?? ""
      for (const { method, path } of owned) {
        const address = yield* addressOf(path, one, shortcode)
        const name = `${method} ${path}`
        const refused = yield* call(other, { method, path: address })
        assert.strictEqual(refused.status, 404, `${name}: ${refused.text}`)
        assert.notStrictEqual(refused.problem.type, "/problems/route-not-found", name)
        const nothing = address.replace(/[0-9a-f-]{36}/, randomUUID())
        const absent = yield* call(other, { method, path: nothing })
        assert.deepStrictEqual(
          { ...refused.problem, instance: "", request_id: "" },
          { ...absent.problem, instance: "", request_id: "" },
          `${name}: told apart from what is not there`
        )
        const own = yield* call(one, { method, path: address })
        assert.isBelow(own.status, 400, `${name} by its owner: ${own.text}`)
      }
    }))

  it.effect("what is stored of a profile is 403 for who has not unlocked it, on every address", () =>
    Effect.gen(function*() {
      const [one, other] = [yield* owner, yield* newUser]
      for (const operation of profiles.filter((operation) => !looksUp(operation))) {
        const name = `${operation.method} ${operation.path}`
        const path = operation.path.replace("{username}", creator)
        const refused = yield* call(other, { ...operation, path })
        assert.deepStrictEqual([refused.status, refused.problem.type], [403, "/problems/access-required"], name)
        const unknown = yield* call(other, { ...operation, path: operation.path.replace("{username}", "never.seen.before") })
        assert.deepStrictEqual([unknown.status, unknown.problem.type], [404, "/problems/profile-not-found"], name)
        const own = yield* call(one, { ...operation, path })
        assert.isBelow(own.status, 400, `${name} by who has: ${own.text}`)
      }
    }))

  it.effect("what one has saved is not the other's to see, change or forget", () =>
    Effect.gen(function*() {
      const [one, other] = [yield* owner, yield* newUser]
      const saved = Effect.map(one.get("/me/favorites"), (answer) => answer.json<{ data: ReadonlyArray<object> }>().data)
      yield* send(one, "PUT", `/me/favorites/${creator}`, { notes: "mine" })
      const before = yield* saved
      assert.lengthOf(before, 1)
      for (const operation of mine) yield* call(other, { ...operation, path: operation.path.replace("{username}", creator) })
      assert.deepStrictEqual(yield* saved, before)
      assert.deepStrictEqual((yield* other.get("/me/favorites")).json<{ data: unknown }>().data, [])
    }))
})
