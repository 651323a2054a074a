import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Schema } from "effect"
import { TestClock } from "effect/testing"
import { DecodoClient } from "../../src/decodo/DecodoClient.ts"
import { DecodoError } from "../../src/decodo/DecodoError.ts"
import { billed } from "../../src/decodo/DecodoReason.ts"
import { FetchedProfile } from "../../src/decodo/FetchedProfile.ts"
import { emptyReply, fakeVendor, fetched, profileReply, type Reply } from "./fakeVendor.ts"
import { body, content, userObject } from "./samples.ts"

const failure = (result: FetchedProfile | DecodoError) => {
  if (!(result instanceof DecodoError)) return assert.fail("expected a failure")
  return result
}

const profile = (result: FetchedProfile | DecodoError) => {
  if (result instanceof DecodoError) return assert.fail(result.message)
  return result
}

const basic = Buffer.from("user:hunter2").toString("base64")

const refused = (status: number, headers?: Record<string, string>): Reply => ({
  status,
  body: "{\"status\":\"failed\"}",
  ...(headers && { headers })
})

describe("a call", () => {
  const vendor = fakeVendor({ ...profileReply, after: 3 })
  it.effect("asks as the vendor's schema allows, and says how the answer came", () =>
    Effect.gen(function*() {
      const result = profile(yield* fetched())
      const [call] = vendor.seen
      assert.strictEqual(call?.request.method, "POST")
      assert.strictEqual(call?.request.url, "https://scraper-api.decodo.com/v2/scrape")
      assert.strictEqual(call?.request.headers.authorization, `Basic ${basic}`)
      assert.strictEqual(call?.request.headers.traceparent, undefined)
      assert.deepStrictEqual(sentBody(call), { target: "instagram_graphql_profile", query: "sample.studio" })
      assert.deepStrictEqual(result.meta, {
        id: result.meta.id,
        task_id: "7437926550256772097",
        target: "instagram_graphql_profile",
        fetched_at: result.meta.fetched_at,
        duration_ms: 3000,
        attempts: 1,
        response_bytes: profileReply.body!.length
      })
      assert.strictEqual(result.meta.fetched_at, "1970-01-01T00:00:03.000Z")
      assert.isTrue(Schema.is(Schema.toType(FetchedProfile))(result))
    }).pipe(Effect.provide(vendor.layer())))
})

/** The table of the vendor's failures: what comes, how often it is asked for, what it means and whether it was charged. */
describe("a failure", () => {
  const cases: ReadonlyArray<readonly [string, Reply, number, object, string]> = [
    ["613 without results", { body: JSON.stringify({ status: "failed", status_code: 613 }) }, 4, {
      _tag: "NotScraped",
      statusCode: 613
    }, "no"],
    ["an empty answer", emptyReply, 3, { _tag: "ProfileNotFound", evidence: "empty_answers" }, "no"],
    ["204", { status: 204 }, 3, { _tag: "ProfileNotFound", evidence: "empty_answers" }, "no"],
    ["data.user null", { body: body({ data: { user: null } }) }, 1, { _tag: "ProfileNotFound", evidence: "user_null" }, "yes"],
    ["please wait", { body: body({ message: "Please wait", require_login: true }) }, 4, { _tag: "InstagramLimited" }, "yes"],
    ["another account's profile", { body: body(content(userObject({ username: "else" }))) }, 2, {
      kind: "wrong_shape",
      paths: ["username"]
    }, "yes"],
    ["400", refused(400), 2, { _tag: "RequestRejected", status: 400 }, "no"],
    ["422", refused(422), 1, { _tag: "RequestRejected", status: 422 }, "no"],
    ["404", refused(404), 1, { _tag: "RequestRejected", status: 404 }, "no"],
    ["a redirect", refused(302, { location: "https://elsewhere.example" }), 1, { _tag: "RequestRejected", status: 302 }, "no"],
    ["401", refused(401), 1, { _tag: "Unauthorized" }, "no"],
    ["403", refused(403), 1, { _tag: "TargetForbidden", target: "instagram_graphql_profile" }, "no"],
    ["429", refused(429), 4, { _tag: "RateLimited", retryAfter: null }, "no"],
    ["500", refused(500), 4, { _tag: "VendorUnavailable", status: 500 }, "no"],
    ["503", refused(503, { "retry-after": "9" }), 4, { _tag: "VendorUnavailable", status: 503, retryAfter: 9 }, "no"],
    ["524", refused(524), 4, { _tag: "VendorUnavailable", status: 524 }, "unknown"],
    ["no answer in time", { after: 100_000 }, 2, { _tag: "Timeout" }, "unknown"],
    ["a broken connection", { broken: true }, 4, { _tag: "ConnectionFailed" }, "unknown"],
    ["not JSON", { body: "{" }, 2, { _tag: "ContractBroken", kind: "not_json" }, "yes"],
    ["HTML", { body: "<html>" }, 2, { _tag: "ContractBroken", kind: "html" }, "yes"],
    [
      "wrong kinds",
      { body: body(content({ id: {}, username: [] })) },
      2,
      { _tag: "ContractBroken", paths: ["id", "username"] },
      "yes"
    ],
    ["too much", { body: "x".repeat(1_000_001) }, 2, { _tag: "ContractBroken", kind: "too_large" }, "yes"]
  ]

  it.effect.each(cases)("of %s is asked for again as often as that helps", ([, reply, attempts, reason, charged]) => {
    const vendor = fakeVendor(reply)
    return Effect.gen(function*() {
      const error = failure(yield* fetched())
      assert.deepInclude(error.reason, reason)
      assert.strictEqual(error.attempts, attempts)
      assert.strictEqual(vendor.seen.length, attempts)
      assert.strictEqual(billed(error.reason), charged)
    }).pipe(Effect.provide(vendor.layer({ maxResponseBytes: 1_000_000 })))
  })

  it.effect.each(cases.slice(0, 4))("of %s says nothing of payload or credentials", ([, reply]) => {
    const vendor = fakeVendor({ ...reply, body: `${reply.body ?? ""}` })
    return Effect.gen(function*() {
      const error = failure(yield* fetched())
      const said = `${error.message} ${JSON.stringify(error)} ${error.stack} ${String(error)}`
      assert.notInclude(said, "hunter2")
      assert.notInclude(said, basic)
      assert.include(error.message, error.reason.message)
    }).pipe(Effect.provide(vendor.layer()))
  })
})

describe("repeating", () => {
  it.effect("ends with the first good answer", () => {
    const vendor = fakeVendor(refused(503), { broken: true }, profileReply)
    return Effect.gen(function*() {
      const result = profile(yield* fetched())
      assert.strictEqual(result.meta.attempts, 3)
      assert.strictEqual(result.meta.duration_ms, Math.round(vendor.seen[2]!.at * 1000))
    }).pipe(Effect.provide(vendor.layer()))
  })

  it.effect("waits longer each time, with jitter, up to the longest wait", () => {
    const vendor = fakeVendor(refused(500))
    return Effect.gen(function*() {
      failure(yield* fetched())
      assert.strictEqual(vendor.waits.length, 5)
      vendor.waits.forEach((wait, i) => {
        const base = Math.min(2 ** i, 10)
        assert.isAtLeast(wait, base * 0.8 - 0.001)
        assert.isAtMost(wait, base * 1.2 + 0.001)
      })
    }).pipe(Effect.provide(vendor.layer({ retry: { attempts: 6, baseDelay: "1 second", maxDelay: "10 seconds" } })))
  })

  it.effect("never comes sooner than Retry-After asks, in seconds or as a date", () => {
    const inAMinute = new Date(60_000).toUTCString()
    const vendor = fakeVendor(
      refused(429, { "retry-after": "20" }),
      refused(429, { "retry-after": inAMinute }),
      refused(429, { "retry-after": "soon" }),
      profileReply
    )
    return Effect.gen(function*() {
      profile(yield* fetched())
      assert.strictEqual(vendor.waits[0], 20)
      assert.strictEqual(vendor.waits[1], 40)
      assert.isAtMost(vendor.waits[2]!, 10)
    }).pipe(Effect.provide(vendor.layer()))
  })

  it.effect("is given up at once when Retry-After lies beyond the budget, and the wait is handed on", () => {
    const vendor = fakeVendor(refused(429, { "retry-after": "600" }))
    return Effect.gen(function*() {
      const error = failure(yield* fetched())
      assert.deepInclude(error.reason, { _tag: "RateLimited", retryAfter: 600 })
      assert.deepInclude(error, { attempts: 1, durationMs: 0 })
    }).pipe(Effect.provide(vendor.layer()))
  })

  it.effect("stays within the time budget: the last call gets only what is left", () => {
    const vendor = fakeVendor({ after: 100_000 })
    return Effect.gen(function*() {
      const error = failure(yield* fetched())
      assert.strictEqual(error.reason._tag, "Timeout")
      assert.deepInclude(error, { attempts: 2, durationMs: 300_000 })
    }).pipe(Effect.provide(vendor.layer()))
  })

  it.effect("asks once more for 400 and a broken contract only if it was not the same before", () => {
    const vendor = fakeVendor(refused(400), { body: "{" }, refused(400), refused(400), profileReply)
    return Effect.gen(function*() {
      assert.deepInclude(failure(yield* fetched()), { attempts: 4 })
    }).pipe(Effect.provide(vendor.layer({ retry: { attempts: 9 } })))
  })

  it.effect("moves on to the fallback targets, and the last one stays", () => {
    const vendor = fakeVendor(refused(500), refused(500), profileReply)
    return Effect.gen(function*() {
      const result = profile(yield* fetched())
      assert.deepStrictEqual(vendor.seen.map(sentBody), [
        { target: "instagram_graphql_profile", query: "sample.studio" },
        { target: "fallback", query: "sample.studio", geo: "US" },
        { target: "fallback", query: "sample.studio", geo: "US" }
      ])
      assert.strictEqual(result.meta.target, "fallback")
    }).pipe(Effect.provide(vendor.layer({ fallbackTargets: [{ target: "fallback", parameters: { geo: "US", query: "no" } }] })))
  })
})

describe("empty answers", () => {
  it.effect("never mean that a known profile is gone", () => {
    const vendor = fakeVendor(emptyReply)
    return Effect.gen(function*() {
      const error = failure(yield* fetched("sample.studio", { known: true }))
      assert.deepInclude(error.reason, { _tag: "EmptyContent", count: 3 })
      assert.strictEqual(error.attempts, 3)
    }).pipe(Effect.provide(vendor.layer()))
  })

  it.effect("mean nothing unless three come in a row", () => {
    const vendor = fakeVendor(emptyReply, emptyReply, refused(500), emptyReply)
    return Effect.gen(function*() {
      assert.deepInclude(failure(yield* fetched()).reason, { _tag: "EmptyContent", count: 1 })
    }).pipe(Effect.provide(vendor.layer()))
  })
})

describe("a pending result", () => {
  const pending: Reply = { body: JSON.stringify({ status: "pending", task_id: "74379265502567720" }) }

  it.effect("is polled by its task within the same call", () => {
    const vendor = fakeVendor(pending, { status: 204 }, pending, profileReply)
    return Effect.gen(function*() {
      const result = profile(yield* fetched())
      assert.strictEqual(result.meta.attempts, 1)
      assert.deepStrictEqual(vendor.seen.map(({ at, request }) => [at, request.method, new URL(request.url).pathname]), [
        [0, "POST", "/v2/scrape"],
        [2, "GET", "/v3/task/74379265502567720/results"],
        [4, "GET", "/v3/task/74379265502567720/results"],
        [6, "GET", "/v3/task/74379265502567720/results"]
      ])
    }).pipe(Effect.provide(vendor.layer()))
  })

  it.effect("that never comes is a time-out", () => {
    const vendor = fakeVendor(pending)
    return Effect.gen(function*() {
      assert.strictEqual(failure(yield* fetched()).reason._tag, "Timeout")
    }).pipe(Effect.provide(vendor.layer({ retry: { attempts: 1 } })))
  })
})

describe("many fetches at once", () => {
  it.effect("hold no more calls open than allowed, in the order in which they came", () => {
    const vendor = fakeVendor({ ...profileReply, after: 100 })
    return Effect.gen(function*() {
      const client = yield* DecodoClient
      const fetches = Array.from({ length: 6 }, () => client.fetchProfile("sample.studio"))
      const fiber = yield* Effect.forkChild(Effect.all(fetches, { concurrency: "unbounded" }))
      yield* TestClock.adjust("1 hour")
      const results = yield* Fiber.join(fiber)
      assert.strictEqual(vendor.mostInFlight, 2)
      assert.deepStrictEqual(results.map((result) => result.meta.duration_ms), Array.from({ length: 6 }, () => 100_000))
      assert.deepStrictEqual(
        results.map((result) => result.meta.fetched_at.slice(14, 19)),
        ["01:40", "01:40", "03:20", "03:20", "05:00", "05:00"]
      )
    }).pipe(Effect.provide(vendor.layer({ concurrency: 2, retry: { budget: "10 minutes" } })))
  })

  it.effect("wait for a place no longer than half their budget, and what comes too late is no call", () => {
    const vendor = fakeVendor({ ...profileReply, after: 100 })
    return Effect.gen(function*() {
      const client = yield* DecodoClient
      const fetches = Array.from({ length: 6 }, () => Effect.result(client.fetchProfile("sample.studio")))
      const fiber = yield* Effect.forkChild(Effect.all(fetches, { concurrency: "unbounded" }))
      yield* TestClock.adjust("1 hour")
      const results = yield* Fiber.join(fiber)
      const failed = results.flatMap((result) => result._tag === "Failure" ? [result.failure] : [])
      assert.deepStrictEqual(failed.map(({ attempts, reason }) => [reason._tag, attempts]), [["VendorBusy", 0], [
        "VendorBusy",
        0
      ]])
      assert.strictEqual(vendor.seen.length, 4)
    }).pipe(Effect.provide(vendor.layer({ concurrency: 2, retry: { budget: "220 seconds" } })))
  })
})

const sentBody = (call: { readonly request: { readonly body: { readonly _tag: string } } } | undefined): unknown => {
  const sent = call?.request.body
  return sent !== undefined && "body" in sent && sent.body instanceof Uint8Array
    ? JSON.parse(new TextDecoder().decode(sent.body))
    : undefined
}
