import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { connect, type Socket } from "node:net"
import { send } from "../support/requests.ts"
import { TestApp } from "../support/TestApp.ts"

const origin = "https://app.example"

layer(TestApp.layer({ settings: { HSTS_MAX_AGE: "365 days" } }), { excludeTestServices: true })("a hostile world", (it) => {
  it.effect("a body nested 20,000 deep is refused, and the server goes on", () =>
    Effect.gen(function*() {
      const app = yield* TestApp
      const { token } = yield* app.newUser
      const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" }
      for (const body of ["[".repeat(20_000) + "]".repeat(20_000), `${"{\"a\":".repeat(20_000)}1${"}".repeat(20_000)}`]) {
        for (const [method, path] of [["PATCH", "/me"], ["POST", "/campaigns"], ["PUT", "/me/favorites/natgeo"]] as const) {
          assert.strictEqual((yield* app.call({ method, path, headers, body })).status, 400, path)
        }
      }
      assert.strictEqual((yield* app.call({ method: "GET", path: "/livez" })).status, 200)
    }))

  it.effect("members named to change what all objects have change nothing", () =>
    Effect.gen(function*() {
      const app = yield* TestApp
      const user = yield* app.newUser
      const headers = { authorization: `Bearer ${user.token}`, "content-type": "application/json" }
      for (
        const body of [
          "{\"__proto__\":{\"role\":\"admin\"}}",
          "{\"constructor\":{\"prototype\":{\"role\":\"admin\"}}}",
          "{\"prototype\":1}"
        ]
      ) {
        assert.strictEqual((yield* app.call({ method: "PATCH", path: "/me", headers, body })).status, 400, body)
      }
      yield* user.get("/me/searches?__proto__=1&constructor=2")
      assert.isFalse("role" in {})
      assert.strictEqual((yield* user.get("/me")).json<{ role: string }>().role, "user")
    }))

  it.effect("usernames that only look like others are refused, and nothing is looked up", () =>
    Effect.gen(function*() {
      const user = yield* (yield* TestApp).newUser
      for (
        const name of [
          "ｎatgeo",
          "nаtgeo",
          "nat\u200bgeo",
          "\u202eoegtan",
          "natgeo\u0301",
          "\u212aim",
          "ﬁsh",
          "İstanbul",
          "nat\u00adgeo",
          "𝓷atgeo",
          "natgeo\u0000"
        ]
      ) {
        const answer = yield* user.get(`/profile/${encodeURIComponent(name)}`)
        assert.deepStrictEqual([answer.status, answer.problem.type], [400, "/problems/invalid-username"], JSON.stringify(name))
      }
    }))

  it.effect("lists longer than they may be are refused", () =>
    Effect.gen(function*() {
      const user = yield* (yield* TestApp).newUser
      const tags = Array.from({ length: 1001 }, (_, n) => `t${n}`)
      assert.strictEqual((yield* send(user, "PUT", "/me/favorites/natgeo", { tags })).status, 400)
      assert.strictEqual((yield* user.get(`/profiles/suggest?q=${"x".repeat(201)}`)).status, 400)
    }))

  it.effect("300 connections that say nothing keep nobody out", () =>
    Effect.gen(function*() {
      const app = yield* TestApp
      const { hostname, port } = new URL(app.url)
      yield* Effect.acquireRelease(
        Effect.forEach(Array.from({ length: 300 }), () =>
          Effect.callback<Socket>((resume) => {
            const socket = connect(Number(port), hostname, () => resume(Effect.succeed(socket)))
          }), { concurrency: 50 }),
        (sockets) => Effect.sync(() => sockets.forEach((socket) => socket.destroy()))
      )
      assert.strictEqual((yield* app.call({ method: "GET", path: "/livez" })).status, 200)
    }))

  it.effect("where TLS ends before this server, every answer tells browsers to stay with it", () =>
    Effect.gen(function*() {
      const user = yield* (yield* TestApp).newUser
      for (const path of ["/livez", "/nothing", "/docs", "/profile/natgeo", "/profile/natgeo", "/profile/%20"]) {
        assert.strictEqual((yield* user.get(path)).headers.get("strict-transport-security"), "max-age=31536000", path)
      }
    }))
})

layer(TestApp.layer({ settings: { CORS_ORIGINS: origin, RATE_LIMIT_FACTOR: "0.01" } }), { excludeTestServices: true })((it) => {
  it.effect("a page of a configured origin may read that there were too many requests", () =>
    Effect.gen(function*() {
      const app = yield* TestApp
      const user = yield* app.newUser
      let answer = yield* user.get("/me", { origin })
      for (let n = 0; n < 20 && answer.status !== 429; n++) answer = yield* user.get("/me", { origin })
      assert.strictEqual(answer.status, 429)
      assert.strictEqual(answer.headers.get("access-control-allow-origin"), origin)
      assert.isNotNull(answer.headers.get("retry-after"))
      assert.isNull(answer.headers.get("strict-transport-security"))
    }))
})
