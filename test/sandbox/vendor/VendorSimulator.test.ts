import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Schema } from "effect"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import { TestClock } from "effect/testing"
import { connect } from "node:net"
import { accountFor } from "../../../src/sandbox/vendor/Account.ts"
import { VendorSimulator } from "../../../src/sandbox/vendor/VendorSimulator.ts"
import { get, post, resultOf, scrape, send, simulated, untilInFlight } from "./simulator.ts"

const now = Date.UTC(2026, 10, 25, 12)
const profile = "instagram_graphql_profile"

describe("a scrape", () => {
  it.effect("gives the account in the vendor's envelope", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(now)
      const reply = yield* scrape("Nora.Lens")
      assert.strictEqual(reply.status, 200)
      assert.strictEqual(reply.headers["content-type"], "application/json")
      const { content, ...rest } = resultOf(reply)
      assert.deepStrictEqual(content, JSON.parse(JSON.stringify({ data: { user: accountFor("nora.lens", now) }, status: "ok" })))
      assert.match(rest.task_id, /^\d{19}$/)
      assert.deepStrictEqual(rest, {
        status_code: 200,
        task_id: rest.task_id,
        created_at: "2026-11-25 12:00:00",
        updated_at: "2026-11-25 12:00:00",
        query: "Nora.Lens"
      })
    }).pipe(simulated()))

  it.effect("of user posts lists them without the profile, of a post gives the one that the profile showed", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(now)
      const posts = decode(UserPosts)(resultOf(yield* scrape("nora.lens", "instagram_graphql_user_posts")).content)
      assert.deepStrictEqual(Object.keys(posts.data.user), ["edge_owner_to_timeline_media"])
      const shapes = new Set<string>()
      for (const { node } of posts.data.user.edge_owner_to_timeline_media.edges) {
        for (const query of [node.shortcode, `https://www.instagram.com/p/${node.shortcode}/`]) {
          const content = decode(PostContent)(resultOf(yield* scrape(query, "instagram_graphql_post")).content)
          const media = "shortcode_media" in content ? content.shortcode_media : content.data.xdt_shortcode_media
          shapes.add(Object.keys(content)[0] as string)
          assert.strictEqual(media.id, node.id)
          assert.strictEqual(media.owner.username, node.owner.username)
        }
      }
      assert.deepStrictEqual([...shapes].sort(), ["data", "shortcode_media"], "both recorded envelopes occur")
    }).pipe(simulated()))

  it.effect("of a shortcode nobody showed gives a stable post of a stranger, of nonsense none", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(now)
      const ask = Effect.map(scrape("DF5s0duxDts", "instagram_graphql_post"), (reply) => resultOf(reply).content)
      assert.deepStrictEqual(yield* ask, yield* ask)
      const none = resultOf(yield* scrape("not a shortcode", "instagram_graphql_post"))
      assert.deepStrictEqual(none.content, { data: { xdt_shortcode_media: null }, status: "ok" })
    }).pipe(simulated()))

  it.effect("of what cannot be a username finds nobody", () =>
    Effect.gen(function*() {
      for (const query of ["a b", "x".repeat(31), "two..dots", "end."]) {
        assert.deepStrictEqual(resultOf(yield* scrape(query)).content, { data: { user: null }, status: "ok" })
      }
    }).pipe(simulated()))

  it.effect("is refused without the right credentials, and not counted", () =>
    Effect.gen(function*() {
      const request = HttpClientRequest.bodyJsonUnsafe(HttpClientRequest.post("/v2/scrape"), { target: profile, query: "nora" })
      const reply = yield* send(request, "wrong")
      assert.strictEqual(reply.status, 401)
      assert.deepStrictEqual(JSON.parse(reply.text), { status: "failed", message: "Username invalid." })
      assert.strictEqual((yield* (yield* VendorSimulator).stats).calls, 0)
    }).pipe(simulated()))

  it.effect("is refused where the body is not what the vendor's schema says", () =>
    Effect.gen(function*() {
      const bodies = [
        { target: profile },
        { target: profile, query: "" },
        { target: profile, query: "x".repeat(2049) },
        { target: "instagram_profile", query: "nora" },
        { target: profile, query: "nora", render_js: true },
        []
      ]
      for (const body of bodies) assert.strictEqual((yield* post("/v2/scrape", body)).status, 400, JSON.stringify(body))
      assert.strictEqual(
        (yield* send(HttpClientRequest.bodyText(HttpClientRequest.post("/v2/scrape"), "{", "application/json"))).status,
        400
      )
      const accepted = yield* post("/v2/scrape", { target: profile, query: "nora", callback_url: "https://example.invalid/" })
      assert.strictEqual(accepted.status, 200)
    }).pipe(simulated()))

  it.effect("takes as long as the latency says, on the test's clock", () =>
    Effect.gen(function*() {
      const fiber = yield* Effect.forkChild(scrape("nora"))
      yield* untilInFlight(1)
      yield* TestClock.adjust("199 millis")
      assert.isUndefined(fiber.pollUnsafe())
      yield* TestClock.adjust("1 millis")
      assert.strictEqual((yield* Fiber.join(fiber)).status, 200)
    }).pipe(simulated({ latency: { min: 200, max: 200 } })))
})

describe("the bill", () => {
  it.effect("counts successes at the price, per target, until reset", () =>
    Effect.gen(function*() {
      const simulator = yield* VendorSimulator
      yield* Effect.all([
        scrape("a"),
        scrape("b"),
        scrape("c", "instagram_graphql_user_posts"),
        scrape("sim.613"),
        scrape("sim.500")
      ])
      const stats = yield* simulator.stats
      assert.deepStrictEqual(stats, {
        calls: 5,
        billed: 3,
        cost_usd: 0.0021,
        by_target: { [profile]: { calls: 4, billed: 2 }, instagram_graphql_user_posts: { calls: 1, billed: 1 } },
        in_flight: 0
      })
      assert.deepStrictEqual(JSON.parse((yield* get("/_sim/stats")).text), stats)
      assert.strictEqual((yield* post("/_sim/reset", {})).status, 204)
      assert.deepStrictEqual(yield* simulator.stats, { calls: 0, billed: 0, cost_usd: 0, by_target: {}, in_flight: 0 })
    }).pipe(simulated({ costPerSuccess: 0.0007 })))

  it.effect("includes an answer that nobody waited for", () =>
    Effect.gen(function*() {
      const { stats } = yield* VendorSimulator
      const client = yield* Effect.forkChild(scrape("sim.slow.60"))
      yield* untilInFlight(1)
      yield* Fiber.interrupt(client)
      // A few round trips, by which the server has seen the connection close.
      yield* Effect.repeat(get("/_sim/stats"), { times: 5 })
      assert.deepInclude(yield* stats, { billed: 0, in_flight: 1 })
      yield* TestClock.adjust("60 seconds")
      yield* untilInFlight(0)
      assert.strictEqual((yield* stats).billed, 1)
    }).pipe(simulated()))
})

describe("tasks", () => {
  it.effect("are pending, then done, and keep their results for a day", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(now)
      const task = decode(TaskBody)(JSON.parse((yield* post("/v3/task", { target: profile, query: "sim.slow.5" })).text))
      assert.match(task.id, /^\d{19}$/)
      assert.strictEqual(task.status, "pending")
      assert.strictEqual((yield* get(`/v3/task/${task.id}/results`)).status, 204)
      yield* TestClock.adjust("5 seconds")
      yield* untilInFlight(0)
      assert.strictEqual(decode(TaskBody)(JSON.parse((yield* get(`/v3/task/${task.id}`)).text)).status, "done")
      const result = resultOf(yield* get(`/v2/task/${task.id}/results`))
      assert.deepInclude(result, { task_id: task.id, created_at: "2026-11-25 12:00:00", updated_at: "2026-11-25 12:00:05" })
      yield* TestClock.adjust("24 hours")
      assert.strictEqual((yield* get(`/v3/task/${task.id}/results`)).status, 404)
      assert.strictEqual((yield* get("/v3/task/1234567890123456789")).status, 404)
    }).pipe(simulated()))

  it.effect("that cannot be done end faulted, unpaid", () =>
    Effect.gen(function*() {
      const task = decode(TaskBody)(JSON.parse((yield* post("/v3/task", { target: profile, query: "sim.faulted" })).text))
      assert.strictEqual(decode(TaskBody)(JSON.parse((yield* get(`/v3/task/${task.id}`)).text)).status, "faulted")
      assert.deepInclude(JSON.parse((yield* get(`/v3/task/${task.id}/results`)).text), {
        status: "failed",
        status_code: 613,
        task_id: task.id
      })
      assert.strictEqual((yield* (yield* VendorSimulator).stats).billed, 0)
    }).pipe(simulated()))

  it.effect("come in batches of up to 3,000, one a second; one that fails does not fail the others", () =>
    Effect.gen(function*() {
      const query = ["nora", "sim.503", "sim.hang", "omar"]
      const batch = decode(BatchReply)(JSON.parse((yield* post("/v3/task/batch", { target: profile, query })).text))
      assert.deepStrictEqual(batch.queries.map((task) => task.query), query)
      const statuses = yield* Effect.forEach(
        batch.queries,
        ({ id }) => Effect.map(get(`/v3/task/${id}`), ({ text }) => decode(TaskBody)(JSON.parse(text)).status)
      )
      assert.deepStrictEqual(statuses, ["done", "faulted", "faulted", "done"])
      const second = yield* post("/v3/task/batch", { target: profile, query })
      assert.deepInclude(second, { status: 429 })
      assert.strictEqual(second.headers["retry-after"], "1")
      yield* TestClock.adjust("1 seconds")
      assert.strictEqual(
        (yield* post("/v3/task/batch", { target: profile, query: Array.from({ length: 3_001 }, () => "a") })).status,
        400
      )
      assert.strictEqual(
        (yield* post("/v3/task/batch", { target: profile, query: Array.from({ length: 3_000 }, (_, n) => `user${n}`) })).status,
        200
      )
      assert.deepInclude(yield* (yield* VendorSimulator).stats, { calls: 3_004, billed: 3_002, in_flight: 0 })
    }).pipe(simulated()))
})

it.effect("closes without waiting for what hangs", () =>
  Effect.gen(function*() {
    yield* Effect.forkDetach(Effect.all([scrape("sim.hang"), scrape("sim.hang_a"), scrape("sim.hang_b")], { concurrency: 3 }))
    yield* untilInFlight(3)
    yield* halfARequest
  }).pipe(simulated()))

/** A client that connects, begins to speak and stops: a server that waits for its connections to end waits for ever. */
const halfARequest = Effect.gen(function*() {
  const { url } = yield* VendorSimulator
  yield* Effect.callback<void>((resume) => {
    const socket = connect(
      Number(new URL(url).port),
      "127.0.0.1",
      () => socket.write("POST /v2/scrape HTTP/1.1\r\nhost:", () => resume(Effect.void))
    )
    socket.on("error", () => {})
  })
})

const decode = <S extends Schema.Decoder<unknown>>(schema: S) => Schema.decodeUnknownSync(schema)
const Node = Schema.Struct({ id: Schema.String, shortcode: Schema.String, owner: Schema.Struct({ username: Schema.String }) })
const TaskBody = Schema.Struct({
  id: Schema.String,
  query: Schema.String,
  status: Schema.Literals(["pending", "done", "faulted"])
})
const BatchReply = Schema.Struct({ id: Schema.String, queries: Schema.Array(TaskBody) })
const UserPosts = Schema.Struct({
  data: Schema.Struct({
    user: Schema.Struct({ edge_owner_to_timeline_media: Schema.Struct({ edges: Schema.Array(Schema.Struct({ node: Node })) }) })
  })
})
const PostContent = Schema.Union([
  Schema.Struct({ shortcode_media: Node }),
  Schema.Struct({ data: Schema.Struct({ xdt_shortcode_media: Node }) })
])
