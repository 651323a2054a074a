import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { rawHttp } from "../support/rawHttp.ts"
import { TestApp } from "../support/TestApp.ts"

layer(TestApp.layer(), { excludeTestServices: true })("problems", (it) => {
  const call = (method: string, path: string, headers: Readonly<Record<string, string>> = {}, body?: string) =>
    Effect.flatMap(TestApp, (app) => app.call({ method, path, headers, ...(body === undefined ? {} : { body }) }))
  const signedIn = Effect.gen(function*() {
    const { token } = yield* (yield* TestApp).newUser
    return { authorization: `Bearer ${token}` }
  })

  it.effect("an unknown address is 404, whatever the method", () =>
    Effect.gen(function*() {
      for (
        const path of [
          "/",
          "/nothing",
          "/profile",
          "/profile/a/b/c",
          "/nowhere",
          "//livez",
          "/profile//natgeo",
          "/%00",
          "/%E0%A4%A",
          "/..%2f..%2fetc/passwd",
          `/${"x".repeat(3000)}`
        ]
      ) {
        for (const method of ["GET", "POST", "DELETE", "PUT", "PATCH"]) {
          const answer = yield* call(method, path)
          assert.strictEqual(answer.status, 404, path)
          assert.strictEqual(answer.problem.type, "/problems/route-not-found")
        }
      }
    }))

  it.effect("a wrong method is 405 with the ones that are right", () =>
    Effect.gen(function*() {
      for (
        const [method, path, allow] of [
          ["DELETE", "/profile/natgeo", "GET, HEAD"],
          ["GET", "/profile/natgeo/refresh", "POST"],
          ["POST", "/livez", "GET, HEAD"],
          ["PATCH", "/me/access", "GET, HEAD"],
          ["POST", "/openapi.json", "GET, HEAD"],
          ["POST", "/docs", "GET, HEAD"]
        ] as const
      ) {
        const answer = yield* call(method, path)
        assert.strictEqual(answer.status, 405, path)
        assert.strictEqual(answer.problem.type, "/problems/method-not-allowed")
        assert.strictEqual(answer.headers.get("allow"), allow, path)
        assert.deepStrictEqual(answer.problem.allow, allow.split(", "))
      }
    }))

  it.effect("a name that is no username is 400 and costs nothing", () =>
    Effect.gen(function*() {
      const headers = yield* signedIn
      for (
        const name of [
          "%20",
          "a%20b",
          "x".repeat(31),
          "%F0%9F%98%80",
          "na%C3%AFve",
          "a%2Fb",
          "a%00b",
          "%3Cscript%3E",
          "..%2F..%2F",
          "@"
        ]
      ) {
        for (const path of [`/profile/${name}`, `/profile/${name}/posts`]) {
          const answer = yield* call("GET", path, headers)
          assert.strictEqual(answer.status, 400, path)
          assert.strictEqual(answer.problem.type, "/problems/invalid-username")
        }
      }
    }))

  it.effect("an address whose parts cannot be read is a wrong request, not a wrong method", () =>
    Effect.gen(function*() {
      const headers = yield* signedIn
      for (const name of ["%", "%ff%fe", "%E0%A4%A", "a".repeat(101), "a".repeat(7000)]) {
        for (const path of [`/profile/${name}`, `/profile/${name}/posts`]) {
          const answer = yield* call("GET", path, headers)
          assert.strictEqual(answer.status, 400, path)
          assert.strictEqual(answer.problem.type, "/problems/invalid-request")
        }
      }
    }))

  it.effect("all ways to write a username are the same one", () =>
    Effect.gen(function*() {
      const headers = yield* signedIn
      const bodies = new Set<string>()
      for (
        const name of [
          "natgeo",
          "NatGeo",
          "@natgeo",
          "%20natgeo%20",
          encodeURIComponent("https://www.instagram.com/NatGeo/?hl=en")
        ]
      ) {
        const answer = yield* call("GET", `/profile/${name}`, headers)
        assert.strictEqual(answer.status, 200, name)
        bodies.add(answer.text)
      }
      assert.lengthOf(bodies, 1)
    }))

  it.effect("a query that does not decode names its fields and never their values", () =>
    Effect.gen(function*() {
      const headers = yield* signedIn
      yield* call("GET", "/profile/natgeo", headers)
      for (
        const query of [
          "limit=0",
          "limit=-1",
          "limit=1e9",
          "limit=",
          "limit=secret%3Cvalue",
          "limit=5&limit=secret",
          `cursor=${"s".repeat(600)}`
        ]
      ) {
        const answer = yield* call("GET", `/profile/natgeo/posts?${query}`, headers)
        assert.strictEqual(answer.status, 400, query)
        assert.strictEqual(answer.problem.type, "/problems/invalid-request")
        assert.notInclude(answer.text, "secret", query)
        assert.strictEqual(answer.problem.errors?.[0]?.path[0], "query", query)
      }
    }))

  it.effect("a missing, malformed or foreign token is 401 and says how to get a right one", () =>
    Effect.gen(function*() {
      const { authorization } = yield* signedIn
      for (
        const value of [
          "",
          "Bearer",
          "Bearer x",
          "Basic eDp5",
          "bearer a.b.c",
          `${authorization}x`,
          authorization.replace("Bearer ", "")
        ]
      ) {
        const answer = yield* call("GET", "/profile/natgeo", value === "" ? {} : { authorization: value })
        assert.strictEqual(answer.status, 401, value)
        assert.match(answer.headers.get("www-authenticate") ?? "", /^Bearer realm=/)
      }
    }))

  it.effect("a request id is echoed, in the problem too; one that could harm a log is replaced", () =>
    Effect.gen(function*() {
      const headers = yield* signedIn
      for (const id of ["abc", "a".repeat(128), "trace:1-2.3_4"]) {
        for (const path of ["/profile/natgeo", "/nothing", "/livez"]) {
          const answer = yield* call("GET", path, { ...headers, "x-request-id": id })
          assert.strictEqual(answer.headers.get("x-request-id"), id)
        }
      }
      const made = new Set<string | null>()
      for (const id of ["", "a b", "a".repeat(129), "<script>", "\u00e9", "a,b", "{}"]) {
        const answer = yield* call("GET", "/nothing", { "x-request-id": id })
        assert.notStrictEqual(answer.headers.get("x-request-id"), id)
        made.add(answer.headers.get("x-request-id"))
      }
      assert.lengthOf(made, 7)
    }))

  it.effect("a body that is too large is 413, before it is read", () =>
    Effect.gen(function*() {
      const headers = yield* signedIn
      for (const [method, path] of [["POST", "/profile/natgeo/refresh"], ["PUT", "/me/favorites/natgeo"]] as const) {
        const answer = yield* call(method, path, { ...headers, "content-type": "application/json" }, " ".repeat(1_100_000))
        assert.strictEqual(answer.status, 413, path)
        assert.strictEqual(answer.problem.type, "/problems/payload-too-large")
      }
    }))

  it.effect("a body that is compressed or in another charset than UTF-8 is 415, whatever the endpoint", () =>
    Effect.gen(function*() {
      const headers = { ...(yield* signedIn), "content-type": "application/json" }
      for (
        const more of [
          { "content-encoding": "gzip" },
          { "content-encoding": "br" },
          { "content-type": "application/json; charset=iso-8859-1" },
          { "content-type": "application/json;charset=\"utf-16\"" }
        ]
      ) {
        for (const [method, path] of [["PATCH", "/me"], ["POST", "/profile/natgeo/refresh"], ["POST", "/campaigns"]] as const) {
          const answer = yield* call(method, path, { ...headers, ...more }, "{}")
          assert.strictEqual(answer.status, 415, `${path} ${JSON.stringify(more)}`)
          assert.strictEqual(answer.problem.type, "/problems/unsupported-media-type")
          assert.strictEqual(answer.headers.get("accept-encoding"), "identity")
        }
      }
      for (const more of [{ "content-encoding": "identity" }, { "content-type": "application/json; charset=UTF-8" }]) {
        assert.strictEqual((yield* call("PATCH", "/me", { ...headers, ...more }, "{}")).status, 200, JSON.stringify(more))
      }
    }))

  it.effect("an instant that does not exist is 400 wherever one is asked for", () =>
    Effect.gen(function*() {
      const headers = yield* signedIn
      yield* call("GET", "/profile/natgeo", headers)
      for (
        const instant of ["0000-01-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-13-01T00:00:00Z", "2026-01-01T24:00:00Z", "x"]
      ) {
        const answer = yield* call("GET", `/profile/natgeo/analytics?as_of=${instant}`, headers)
        assert.strictEqual(answer.status, 400, instant)
        assert.deepStrictEqual(answer.problem.errors?.[0]?.path, ["query", "as_of"])
      }
      for (const instant of ["0001-01-01T00:00:00Z", "2024-02-29T23:59:59.999Z", "9999-12-31T23:59:59Z"]) {
        assert.strictEqual((yield* call("GET", `/profile/natgeo/analytics?as_of=${instant}`, headers)).status, 200, instant)
      }
    }))

  it.effect("a request for no host is a problem, unless its HTTP knows none", () =>
    Effect.gen(function*() {
      const { url } = yield* TestApp
      const { authorization } = yield* signedIn
      const known = `authorization: ${authorization}\r\n`
      yield* call("GET", "/profile/natgeo", { authorization })
      for (const [path, more] of [["/livez", ""], ["/nothing", ""], ["/profile/natgeo", known], ["/profile/natgeo", known]]) {
        const answer = yield* rawHttp(url, `GET ${path} HTTP/1.1\r\n${more}connection: close\r\n\r\n`)
        assert.strictEqual(answer.status, 400, path)
        assert.strictEqual(answer.headers["content-type"], "application/problem+json")
        assert.strictEqual(JSON.parse(answer.body).type, "/problems/malformed-request")
      }
      assert.strictEqual((yield* rawHttp(url, "GET /livez HTTP/1.0\r\n\r\n")).status, 200)
    }))

  it.effect("headers that are too large, and what is no HTTP at all, are problems too", () =>
    Effect.gen(function*() {
      const { url } = yield* TestApp
      const cases = [
        [`GET /livez HTTP/1.1\r\nhost: x\r\nx-large: ${"y".repeat(9000)}\r\n\r\n`, 431, "/problems/headers-too-large"],
        [`GET /${"z".repeat(9000)} HTTP/1.1\r\nhost: x\r\n\r\n`, 431, "/problems/headers-too-large"],
        ["this is no HTTP\r\n\r\n", 400, "/problems/malformed-request"],
        ["GET /livez HTTP/1.1\r\nhost: x\r\ncontent-length: x\r\n\r\n", 400, "/problems/malformed-request"],
        ["GET /li\u0000vez HTTP/1.1\r\nhost: x\r\n\r\n", 400, "/problems/malformed-request"]
      ] as const
      for (const [bytes, status, type] of cases) {
        const answer = yield* rawHttp(url, bytes)
        const label = `${bytes.slice(0, 40)}: ${answer.body}`
        assert.strictEqual(answer.status, status, label)
        assert.strictEqual(answer.headers["content-type"], "application/problem+json", label)
        assert.strictEqual(JSON.parse(answer.body).type, type)
        assert.isString(JSON.parse(answer.body).detail)
        assert.strictEqual(answer.headers["x-request-id"], JSON.parse(answer.body).request_id)
      }
      assert.strictEqual((yield* call("GET", "/livez")).status, 200)
    }))

  it.effect("every answer carries the security headers, and in the sandbox says so", () =>
    Effect.gen(function*() {
      const headers = yield* signedIn
      for (
        const path of [
          "/livez",
          "/readyz",
          "/version",
          "/openapi.json",
          "/docs",
          "/docs/reference",
          "/llms.txt",
          "/profile/natgeo",
          "/me/access",
          "/nothing",
          "/profile/%20"
        ]
      ) {
        const answer = yield* call("GET", path, headers)
        assert.strictEqual(answer.headers.get("x-sandbox"), "true", path)
        assert.strictEqual(answer.headers.get("x-content-type-options"), "nosniff", path)
        assert.strictEqual(answer.headers.get("referrer-policy"), "no-referrer", path)
        if (answer.status >= 400) assert.strictEqual(answer.headers.get("cache-control"), "no-store", path)
      }
    }))

  it.effect("the reference needs nothing from elsewhere", () =>
    Effect.gen(function*() {
      const { text } = yield* call("GET", "/docs/reference")
      const loaded = [...text.matchAll(/<(?:script|link|img|iframe)[^>]+(?:src|href)="([^"]+)"/g)].map((match) => match[1])
      assert.deepStrictEqual(loaded.filter((address) => /^(https?:)?\/\//.test(address ?? "")), [])
      const options = text.slice(text.indexOf("createApiReference(document"))
      assert.include(options, `"showDeveloperTools":"never"`)
      assert.include(options, `"hideClientButton":true`)
      assert.include(options, `"securitySchemes":{"bearer":{"type":"http","scheme":"bearer"}}`, "where a token can be entered")
    }))

  it.effect("HEAD answers as GET does, without the body", () =>
    Effect.gen(function*() {
      const headers = yield* signedIn
      const get = yield* call("GET", "/profile/natgeo", headers)
      const head = yield* call("HEAD", "/profile/natgeo", headers)
      assert.strictEqual(head.status, 200)
      for (const name of ["etag", "content-type", "content-length", "cache-control"]) {
        assert.strictEqual(head.headers.get(name), get.headers.get(name), name)
      }
      assert.strictEqual((yield* call("HEAD", "/nothing")).status, 404)
      assert.strictEqual((yield* call("HEAD", "/profile/natgeo")).status, 401)
    }))
})
