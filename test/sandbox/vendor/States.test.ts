import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Schema } from "effect"
import { TestClock } from "effect/testing"
import type { StateName } from "../../../src/sandbox/vendor/ScriptedStates.ts"
import { scriptedStates } from "../../../src/sandbox/vendor/ScriptedStates.ts"
import { VendorSimulator } from "../../../src/sandbox/vendor/VendorSimulator.ts"
import { get, post, resultOf, scrape, simulated, untilInFlight } from "./simulator.ts"
import type { Reply } from "./simulator.ts"

const User = Schema.Struct({
  username: Schema.String,
  is_private: Schema.Boolean,
  edge_followed_by: Schema.Struct({ count: Schema.Int }),
  edge_owner_to_timeline_media: Schema.Struct({
    count: Schema.Int,
    edges: Schema.Array(Schema.Struct({ node: Schema.Struct({ edge_liked_by: Schema.Struct({ count: Schema.Int }) }) }))
  })
})
const Content = Schema.Struct({ data: Schema.Struct({ user: User }) })

const userOf = (reply: Reply) => Schema.decodeUnknownSync(Content)(resultOf(reply).content).data.user
const posts = (reply: Reply) => userOf(reply).edge_owner_to_timeline_media
const json = (reply: Reply): unknown => JSON.parse(reply.text)
const failed = { status: "failed", status_code: 613, message: "We were not able to scrape the target." }

const http = (status: number, type = "application/json") => (reply: Reply) => {
  assert.strictEqual(reply.status, status)
  assert.include(reply.headers["content-type"] ?? "", type)
}

const content = (expected: unknown, statusCode = 200) => (reply: Reply) => {
  assert.strictEqual(reply.status, 200)
  assert.deepStrictEqual(resultOf(reply).content, expected)
  assert.strictEqual(resultOf(reply).status_code, statusCode)
}

/** What each state answers to a profile scrape of `sim.<state>`; the last three are tested below. */
const answers: Record<Exclude<StateName, "slow" | "hang" | "reset">, (reply: Reply) => void> = {
  private: (reply) => {
    assert.isTrue(userOf(reply).is_private)
    assert.isAbove(posts(reply).count, 0)
    assert.lengthOf(posts(reply).edges, 0)
  },
  noposts: (reply) => {
    assert.isFalse(userOf(reply).is_private)
    assert.isAbove(posts(reply).count, 0)
    assert.lengthOf(posts(reply).edges, 0)
  },
  onepost: (reply) => {
    assert.strictEqual(posts(reply).count, 1)
    assert.lengthOf(posts(reply).edges, 1)
  },
  nolikes: (reply) => {
    assert.isTrue(posts(reply).edges.every(({ node }) => node.edge_liked_by.count === -1))
  },
  zero: (reply) => {
    assert.strictEqual(userOf(reply).edge_followed_by.count, 0)
  },
  gone: content({ data: { user: null }, status: "ok" }),
  string: (reply) => {
    const text = resultOf(reply).content
    assert.isString(text)
    assert.strictEqual(Schema.decodeUnknownSync(Schema.fromJsonString(Content))(text).data.user.username, "sim.string")
  },
  12000: (reply) => {
    assert.strictEqual(resultOf(reply).status_code, 12_000)
    assert.strictEqual(userOf(reply).username, "sim.12000")
  },
  wrongkinds: (reply) => {
    assert.isFalse(Schema.is(Content)(resultOf(reply).content))
    assert.include(reply.text, " followers\"")
  },
  huge: (reply) => {
    assert.isAbove(reply.text.length, 8 * 1024 * 1024)
    assert.strictEqual(userOf(reply).username, "sim.huge")
  },
  deep: (reply) => {
    assert.include(reply.text, `"user":{"nested":${"[".repeat(2_000)}]`)
    assert.strictEqual(userOf(reply).username, "sim.deep")
  },
  malformed: (reply) => {
    assert.strictEqual(reply.status, 200)
    assert.throws(() => json(reply), SyntaxError)
  },
  html: (reply) => {
    assert.match(String(resultOf(reply).content), /^<!DOCTYPE html>/)
  },
  wait: content({
    message: "Please wait a few minutes before you try again.",
    require_login: true,
    igweb_rollout: true,
    status: "fail"
  }),
  613: (reply) => {
    assert.strictEqual(reply.status, 200)
    assert.deepInclude(json(reply), failed)
    assert.notProperty(json(reply), "results")
  },
  result613: content("", 613),
  12002: content({}, 12_002),
  empty: content(""),
  emptyobject: content({}),
  nodata: content({ status: "ok" }),
  error: (reply) => {
    assert.deepInclude(json(reply), { status: "error" })
    assert.notProperty(json(reply), "results")
  },
  faulted: (reply) => {
    assert.deepInclude(json(reply), failed)
  },
  pending: (reply) => {
    assert.deepInclude(json(reply), { status: "pending" })
  },
  pollfail: (reply) => {
    assert.strictEqual(userOf(reply).username, "sim.pollfail")
  },
  400: http(400),
  422: http(422),
  401: http(401),
  403: http(403),
  429: (reply) => {
    http(429)(reply)
    assert.strictEqual(reply.headers["retry-after"], "1")
  },
  "429date": (reply) => {
    http(429)(reply)
    assert.strictEqual(reply.headers["retry-after"], "Thu, 01 Jan 1970 00:00:01 GMT")
  },
  "429bare": (reply) => {
    http(429)(reply)
    assert.isUndefined(reply.headers["retry-after"])
  },
  500: http(500),
  502: http(502, "text/html"),
  503: http(503),
  504: http(504, "text/html"),
  524: http(524, "text/html")
}

describe("scripted states", () => {
  for (const state of scriptedStates) {
    if (state.name === "slow" || state.name === "hang" || state.name === "reset") continue
    const check = answers[state.name]
    const lasting = state.times === Infinity ? "for ever" : "once, then the account"
    it.effect(`${state.name}: ${lasting}, ${state.billed ? "billed" : "not billed"}`, () =>
      Effect.gen(function*() {
        const simulator = yield* VendorSimulator
        check(yield* scrape(`sim.${state.name}`))
        assert.strictEqual((yield* simulator.stats).billed, state.billed ? 1 : 0)
        const again = yield* scrape(`sim.${state.name}`)
        if (state.times === Infinity) check(again)
        else assert.strictEqual(userOf(again).username, `sim.${state.name}`)
      }).pipe(simulated()))
  }

  it.effect("are counted per username and start again with a reset", () =>
    Effect.gen(function*() {
      const simulator = yield* VendorSimulator
      const failures = (query: string) => Effect.map(scrape(query), ({ text }) => text.includes("613,"))
      const four = (query: string) => Effect.all([failures(query), failures(query), failures(query), failures(query)])
      assert.deepStrictEqual(yield* four("sim.613x3"), [true, true, true, false])
      assert.deepStrictEqual(yield* four("sim.613x3_b"), [true, true, true, false])
      assert.deepStrictEqual(yield* four("sim.613.always"), [true, true, true, true])
      assert.isFalse(yield* failures("sim.613x3"))
      yield* simulator.reset
      assert.deepStrictEqual(yield* four("sim.613x3"), [true, true, true, false])
    }).pipe(simulated()))

  it.effect("reach every target", () =>
    Effect.gen(function*() {
      for (const target of ["instagram_graphql_user_posts", "instagram_graphql_post"]) {
        const first = yield* scrape(`sim.613_${target.at(-1)}`, target)
        assert.deepInclude(json(first), failed)
        assert.strictEqual(resultOf(yield* scrape(`sim.613_${target.at(-1)}`, target)).status_code, 200)
      }
      assert.include((yield* scrape("sim.gone", "instagram_graphql_post")).text, `shortcode_media":null`)
    }).pipe(simulated()))

  it.effect("a name that is nearly one is refused, not made up", () =>
    Effect.gen(function*() {
      for (const query of ["sim.nope", "rec.1"]) assert.strictEqual((yield* scrape(query)).status, 400)
    }).pipe(simulated()))

  it.effect("slow: answers after its seconds", () =>
    Effect.gen(function*() {
      const call = yield* Effect.forkChild(scrape("sim.slow.60"))
      yield* untilInFlight(1)
      yield* TestClock.adjust("59 seconds")
      assert.isUndefined(call.pollUnsafe())
      yield* TestClock.adjust("1 seconds")
      assert.strictEqual(userOf(yield* Fiber.join(call)).username, "sim.slow.60")
    }).pipe(simulated()))

  it.effect("hang: nothing until the client goes, nothing billed", () =>
    Effect.gen(function*() {
      const call = yield* Effect.forkChild(scrape("sim.hang"))
      yield* untilInFlight(1)
      yield* TestClock.adjust("1 hours")
      assert.isUndefined(call.pollUnsafe())
      yield* Fiber.interrupt(call)
      yield* untilInFlight(0)
      assert.deepInclude(yield* (yield* VendorSimulator).stats, { calls: 1, billed: 0 })
    }).pipe(simulated()))

  it.effect("reset: a connection error, then the account", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(scrape("sim.resetx1"))
      assert.strictEqual(error._tag, "HttpClientError")
      assert.strictEqual(userOf(yield* scrape("sim.resetx1")).username, "sim.resetx1")
    }).pipe(simulated()))

  it.effect("pending: a task id, polled to its result", () =>
    Effect.gen(function*() {
      const { task_id } = Schema.decodeUnknownSync(Schema.Struct({ task_id: Schema.String }))(
        json(yield* scrape("sim.pending.2"))
      )
      const poll = get(`/v3/task/${task_id}/results`)
      assert.strictEqual((yield* poll).status, 204)
      assert.strictEqual((yield* poll).status, 204)
      const done = yield* poll
      assert.strictEqual(resultOf(done).task_id, task_id)
      assert.strictEqual(userOf(done).username, "sim.pending.2")
    }).pipe(simulated()))

  it.effect("an HTTP failure fails a task's submission", () =>
    Effect.gen(function*() {
      const submit = post("/v3/task", { target: "instagram_graphql_profile", query: "sim.503" })
      assert.strictEqual((yield* submit).status, 503)
      assert.strictEqual((yield* submit).status, 200)
    }).pipe(simulated()))
})
