import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import fc from "fast-check"
import { type RawAnswer, rawHttp } from "../support/rawHttp.ts"
import { TestApp } from "../support/TestApp.ts"

/** Raised for a long run: `FUZZ_RUNS=10000 vitest run test/http/Fuzz.test.ts`. */
const given = process.env["FUZZ_RUNS"]
const runs = Number(given ?? 500)

const text = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom(
      "natgeo",
      "some.creator",
      "sim.private",
      "sim.gone",
      "sim.503",
      "@NatGeo",
      "https%3A%2F%2Finstagram.com%2Fx"
    )
  },
  fc.constantFrom(
    "",
    ".",
    "..",
    "%",
    "%zz",
    "%00",
    "%0d%0aset-cookie:x",
    "%F0%9F%92%A9",
    "%ff%fe",
    "a%2fb",
    "__proto__",
    "constructor",
    "null",
    "*",
    ":username",
    "'%20OR%201=1--",
    "x".repeat(2000)
  ),
  fc.string({ maxLength: 20 }).map(encodeURIComponent),
  fc.string({ unit: "binary", maxLength: 12 }).map((value) => encodeURIComponent(value.toWellFormed()))
)

const path = fc.tuple(
  fc.constantFrom(
    "/profile/:x",
    "/profile/:x",
    "/profile/:x/:part",
    "/profile/:x/:part",
    "/jobs/:x",
    "/me/:x",
    "/me/access",
    "/me/favorites/:x",
    "/livez",
    "/readyz",
    "/openapi.json",
    "/:x",
    "/:x/:x/:part",
    "//:x//"
  ),
  text,
  fc.constantFrom("posts", "analytics", "related", "mentions", "refresh", "history", "nothing")
).map(([template, x, part]) => template.replaceAll(":x", () => x).replaceAll(":part", part))

const query = fc.oneof(
  { weight: 2, arbitrary: fc.constant("") },
  fc.array(fc.tuple(fc.constantFrom("limit", "cursor", "state", "tag", "q", "limit[]", "__proto__", "%00"), text), {
    maxLength: 4
  })
    .map((pairs) => `?${pairs.map(([name, value]) => `${name}=${value}`).join("&")}`),
  fc.constantFrom("?", "?&&&", "?limit", "?=", "??", "?%", "?cursor=..", "?limit=5&limit=6")
)

const headers = fc.array(
  fc.tuple(
    fc.constantFrom(
      "prefer",
      "if-none-match",
      "accept",
      "accept-encoding",
      "content-type",
      "content-encoding",
      "origin",
      "x-request-id",
      "traceparent",
      "b3",
      "cookie",
      "range",
      "expect",
      "upgrade",
      "x-forwarded-for",
      "x-http-method-override",
      "idempotency-key"
    ),
    fc.oneof(
      fc.constantFrom(
        "*",
        "wait=1",
        "wait=999999999999",
        "wait=-1",
        "\"",
        "W/",
        "application/json",
        "text/html;q=0.1",
        "identity",
        "gzip, br",
        "null",
        "100-continue",
        "websocket",
        "bytes=0-1",
        "00-x-y-z",
        ",,,,"
      ),
      fc.string({ maxLength: 40 }).map((value) => value.replace(/[\r\n\0]/g, "")),
      fc.constant("y".repeat(3000))
    )
  ),
  { maxLength: 4 }
)

const request = fc.record({
  method: fc.oneof(
    { weight: 12, arbitrary: fc.constant("GET") },
    { weight: 4, arbitrary: fc.constantFrom("HEAD", "POST", "PUT", "DELETE") },
    fc.constantFrom("PATCH", "OPTIONS", "TRACE", "PROPFIND")
  ),
  path,
  query,
  headers,
  token: fc.constantFrom("good", "good", "good", "none", "bad"),
  body: fc.option(
    fc.oneof(
      fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.stringify(value)),
      fc.constantFrom("{", "null", "[]", "\u0000", "{\"__proto__\":1}", `"${"z".repeat(100_000)}"`, "[".repeat(5000))
    ),
    { nil: undefined }
  )
})

layer(TestApp.layer(), { excludeTestServices: true })("fuzzing", (it) => {
  it.effect(`${runs} random requests are never a 500, and every error is a problem`, () =>
    Effect.gen(function*() {
      const app = yield* TestApp
      const user = yield* app.newUser
      const tokens: Readonly<Record<string, string>> = { good: user.token, bad: "a.b.c", none: "" }
      const statuses: Record<number, number> = {}
      const send = Effect.fnUntraced(function*(given: Given) {
        const lines = [
          `${given.method} ${given.path}${given.query} HTTP/1.1`,
          "host: api.example",
          "connection: close",
          ...(given.token === "none" ? [] : [`authorization: Bearer ${tokens[given.token]}`]),
          ...given.headers.map(([name, value]) => `${name}: ${value}`),
          ...(given.body === undefined ? [] : [`content-length: ${Buffer.byteLength(given.body)}`])
        ]
        const answer: RawAnswer = yield* rawHttp(app.url, `${lines.join("\r\n")}\r\n\r\n${given.body ?? ""}`)
        const label = `${lines.join(" | ").slice(0, 400)} → ${answer.status} ${answer.body.slice(0, 200)}`
        statuses[answer.status] = (statuses[answer.status] ?? 0) + 1
        assert.isTrue(answer.status >= 200 && answer.status !== 500 && answer.status < 600, label)
        if (answer.status < 400 || given.method === "HEAD") return
        if (answer.status === 503 && given.path.startsWith("/readyz")) return
        assert.strictEqual(answer.headers["content-type"], "application/problem+json", label)
        const problem: Record<string, unknown> = JSON.parse(answer.body)
        assert.strictEqual(problem["status"], answer.status, label)
        assert.match(String(problem["type"]), /^\/problems\//, label)
        assert.isString(problem["detail"], label)
      })
      const requests = fc.sample(request, { numRuns: runs, ...(given === undefined ? { seed: 7 } : {}) })
      yield* Effect.forEach(requests, send, { concurrency: 8, discard: true })
      yield* Effect.logWarning(statuses)
      assert.isAtLeast(Object.keys(statuses).length, 5)
      assert.deepStrictEqual(app.logs.filter((line) => line.includes("request failed")), [])
      assert.strictEqual((yield* user.get("/profile/natgeo")).status, 200, "and the server goes on")
    }), 600_000)
})

type Given = typeof request extends fc.Arbitrary<infer A> ? A : never
