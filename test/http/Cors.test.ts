import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { TestApp } from "../support/TestApp.ts"

const origin = "https://app.example"
const settings = { CORS_ORIGINS: `${origin}, https://second.example` }

layer(TestApp.layer({ settings }), { excludeTestServices: true })("pages of a configured origin", (it) => {
  const request = (path: string, headers: Readonly<Record<string, string>>, method = "GET") =>
    Effect.flatMap(TestApp, ({ url }) => Effect.promise(() => fetch(url + path, { method, headers })))

  it.effect("read answers and problems alike, of every kind", () =>
    Effect.gen(function*() {
      const user = yield* (yield* TestApp).newUser
      const authorization = `Bearer ${user.token}`
      const cases: ReadonlyArray<readonly [string, string, number, Record<string, string>]> = [
        ["GET", "/livez", 200, {}],
        ["GET", "/profile/natgeo", 200, { authorization }],
        ["GET", "/profile/natgeo", 304, { authorization, "if-none-match": "*" }],
        ["GET", "/profile/natgeo", 401, {}],
        ["GET", "/profile/sim.gone", 404, { authorization }],
        ["GET", "/profile/sim.503", 503, { authorization }],
        ["GET", "/profile/%20", 400, { authorization }],
        ["GET", "/nothing", 404, {}],
        ["DELETE", "/livez", 405, {}]
      ]
      for (const [method, path, status, headers] of cases) {
        const answer = yield* request(path, { ...headers, origin }, method)
        assert.strictEqual(answer.status, status, path)
        assert.strictEqual(answer.headers.get("access-control-allow-origin"), origin, path)
        const exposed = answer.headers.get("access-control-expose-headers") ?? ""
        for (
          const name of [
            "etag",
            "x-request-id",
            "retry-after",
            "location",
            "link",
            "allow",
            "www-authenticate",
            "preference-applied",
            "ratelimit",
            "ratelimit-policy",
            "x-credits-charged",
            "x-credits-remaining"
          ]
        ) {
          assert.include(exposed.toLowerCase().split(/,\s*/), name, path)
        }
        assert.include((answer.headers.get("vary") ?? "").toLowerCase(), "origin", path)
      }
    }))

  it.effect("may ask before with any method and header in use", () =>
    Effect.gen(function*() {
      for (
        const [method, path] of [["GET", "/profile/natgeo"], ["POST", "/profile/natgeo/refresh"], ["PATCH", "/me"], [
          "DELETE",
          "/anything"
        ]]
      ) {
        const answer = yield* request(path ?? "", {
          origin,
          "access-control-request-method": method ?? "",
          "access-control-request-headers": "authorization,content-type,if-none-match,prefer,x-request-id,idempotency-key"
        }, "OPTIONS")
        assert.strictEqual(answer.status, 204)
        assert.strictEqual(answer.headers.get("access-control-allow-origin"), origin)
        assert.include(answer.headers.get("access-control-allow-methods") ?? "", method ?? "")
        const allowed = (answer.headers.get("access-control-allow-headers") ?? "").toLowerCase().split(/,\s*/)
        for (const name of ["authorization", "content-type", "if-none-match", "prefer", "x-request-id"]) {
          assert.include(allowed, name)
        }
        assert.strictEqual(answer.headers.get("access-control-max-age"), "600")
      }
    }))

  it.effect("are the only ones: another origin is never named, nor is a wildcard", () =>
    Effect.gen(function*() {
      for (const other of ["https://evil.example", "null", `${origin}.evil.example`, "http://app.example"]) {
        for (const method of ["GET", "OPTIONS"]) {
          const answer = yield* request("/livez", { origin: other, "access-control-request-method": "GET" }, method)
          const allowed = answer.headers.get("access-control-allow-origin")
          assert.notInclude([other, "*"], allowed ?? "")
        }
      }
      const second = yield* request("/livez", { origin: "https://second.example" })
      assert.strictEqual(second.headers.get("access-control-allow-origin"), "https://second.example")
    }))
})

layer(TestApp.layer(), { excludeTestServices: true })("without configured origins", (it) => {
  it.effect("no page of another origin may read anything", () =>
    Effect.gen(function*() {
      const { url } = yield* TestApp
      for (const method of ["GET", "OPTIONS"]) {
        const answer = yield* Effect.promise(() => fetch(`${url}/livez`, { method, headers: { origin } }))
        assert.isNull(answer.headers.get("access-control-allow-origin"))
      }
    }))
})
