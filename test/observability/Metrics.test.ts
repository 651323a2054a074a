import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { TestApp } from "../support/TestApp.ts"
import { figuresOf } from "./figures.ts"

/** Past the contract's check: the address is not in the document. */
const metrics = Effect.fnUntraced(function*(authorization?: string) {
  const { url } = yield* TestApp
  return yield* Effect.promise(() => fetch(`${url}/metrics`, { headers: authorization === undefined ? {} : { authorization } }))
})

const token = "metrics-token-of-the-test"

layer(TestApp.layer({ settings: { METRICS_TOKEN: token } }), { excludeTestServices: true })((it) => {
  const scrape = Effect.gen(function*() {
    const answer = yield* metrics(`Bearer ${token}`)
    assert.strictEqual(answer.status, 200)
    assert.strictEqual(answer.headers.get("content-type"), "application/openmetrics-text; version=1.0.0; charset=utf-8")
    return figuresOf(yield* Effect.promise(() => answer.text()))
  })

  it.effect("requests are counted by method, route and class of status, whichever way they were answered", () =>
    Effect.gen(function*() {
      const app = yield* TestApp
      const user = yield* app.newUser
      for (let times = 0; times < 5; times++) yield* user.get("/profile/natgeo")
      yield* user.get("/profile/sim.gone")
      yield* app.call({ method: "GET", path: "/profile/natgeo" })
      yield* app.call({ method: "PATCH", path: "/nowhere/at/all" })
      yield* app.call({ method: "DELETE", path: "/livez" })

      const { value } = yield* scrape
      const requests = (labels: Record<string, string>) => value("http_request_duration_seconds_count", labels)
      assert.strictEqual(requests({ method: "GET", route: "/profile/:username", status: "2xx" }), 5)
      assert.strictEqual(requests({ method: "GET", route: "/profile/:username", status: "4xx" }), 2)
      assert.strictEqual(requests({ method: "other", route: "none", status: "4xx" }), 2)
      assert.strictEqual(value("cache_lookups_total", { result: "hit" }), 4)
      assert.strictEqual(value("vendor_call_seconds_count", { target: "instagram_graphql_profile", outcome: "delivered" }), 2)
      assert.isAbove(value("database_transaction_seconds_count", { part: "running" }) ?? 0, 0)
      assert.strictEqual(value("database_transactions", { state: "waiting" }), 0)
      assert.strictEqual(value("database_transactions", { state: "running" }), 0)
      assert.strictEqual(value("ready", { part: "database" }), 1)
      assert.strictEqual(value("schema_findings", { severity: "breaks_reads" }), 0)
      assert.isAbove(value("process_memory_bytes", { kind: "resident" }) ?? 0, 10_000_000)
    }))

  it.effect("what a caller writes is never a label", () =>
    Effect.gen(function*() {
      const app = yield* TestApp
      const user = yield* app.newUser
      yield* user.get("/profile/some.secret.name")
      yield* app.call({ method: "GET", path: "/some.secret.name/%22%0a" })
      const { text } = yield* scrape
      assert.notInclude(text, "secret")
    }))

  it.effect("nobody reads them without the token that is made for it", () =>
    Effect.gen(function*() {
      const app = yield* TestApp
      const user = yield* app.newUser
      const statuses = yield* Effect.forEach(
        [undefined, `Bearer ${user.token}`, "Bearer metrics-token-of-the-tesT", "Bearer ", `Basic ${token}`],
        (authorization) => Effect.map(metrics(authorization), ({ status }) => status)
      )
      assert.deepStrictEqual(statuses, [401, 401, 401, 401, 401])
      const opened = yield* app.call({ method: "GET", path: "/me", headers: { authorization: `Bearer ${token}` } })
      assert.strictEqual(opened.status, 401)
    }))
})

layer(TestApp.layer(), { excludeTestServices: true })((it) => {
  it.effect("without a token in the settings there is nothing at the address", () =>
    Effect.gen(function*() {
      const answer = yield* metrics("Bearer undefined")
      assert.strictEqual(answer.status, 404)
    }))
})
