import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import {
  type DecodoReason,
  EmptyContent,
  InstagramLimited,
  NotScraped,
  ProfileNotFound,
  RateLimited,
  RequestRejected,
  TargetForbidden,
  Unauthorized,
  VendorUnavailable
} from "../../src/decodo/DecodoReason.ts"
import { type Attempt, breakerDefaults, type Breakers, makeBreakers } from "../../src/thrift/Breakers.ts"

const first = (target = "profile"): Attempt => ({ target, number: 1 })
const down = new VendorUnavailable({ status: 503, retryAfter: null })

/** Makes a call that ends so, and says whether it was made. */
const calling = Effect.fnUntraced(function*(breakers: Breakers, end: DecodoReason | "success", attempt = first()) {
  let made = false
  const call = Effect.suspend(() => {
    made = true
    return end === "success" ? Effect.void : Effect.fail(end)
  })
  const result = yield* Effect.result(breakers.guard(attempt, call))
  return { made, reason: result._tag === "Failure" ? result.failure : null }
})

const times = <A, E, R>(count: number, effect: Effect.Effect<A, E, R>) => Effect.replicateEffect(effect, count)

describe("a vendor that fails", () => {
  it.effect("for ten minutes is hardly called meanwhile, and called again by itself afterwards", () =>
    Effect.gen(function*() {
      const breakers = yield* makeBreakers(breakerDefaults)
      const failsUntil = 600_000
      let calls = 0
      let served = 0
      const calledAt: Array<number> = []
      const call = Effect.gen(function*() {
        const now = yield* Clock.currentTimeMillis
        calls++
        calledAt.push(now)
        if (now < failsUntil) return yield* down
        served++
      })
      // Ten new fetches a second for a quarter of an hour, and nobody gives up.
      const load = yield* Effect.forkChild(
        Effect.repeat(
          Effect.andThen(Effect.ignore(breakers.guard(first(), call)), Effect.sleep("100 millis")),
          { times: 9_000 }
        )
      )
      yield* TestClock.adjust("1 second")
      const [opened] = (yield* breakers.state).filter(({ failing }) => failing === "down")
      assert.strictEqual(opened?.state, "open")
      assert.strictEqual(calls, 5)
      assert.isBelow(calledAt[4]!, 1_000)
      yield* TestClock.adjust("599 seconds")
      const during = calls
      assert.isAtMost(during, 20)
      assert.strictEqual(served, 0)
      yield* TestClock.adjust("1 minute")
      assert.isAbove(served, 0)
      yield* TestClock.adjust("5 minutes")
      yield* Fiber.join(load)
      assert.strictEqual(calls - during - served, 0)
      assert.isAbove(served, 2_300)
      assert.deepStrictEqual([...new Set((yield* breakers.state).map(({ state }) => state))], ["closed"])
    }))

  it.effect("is given the time it asked for", () =>
    Effect.gen(function*() {
      const breakers = yield* makeBreakers(breakerDefaults)
      yield* times(5, calling(breakers, new RateLimited({ retryAfter: 120 })))
      const refused = yield* calling(breakers, "success")
      assert.isFalse(refused.made)
      assert.deepInclude(refused.reason, { _tag: "VendorPaused", failing: "throttled", retryAfter: 120 })
      assert.deepInclude(yield* Effect.flip(breakers.check(first())), { failing: "throttled", retryAfter: 120 })
      yield* TestClock.adjust("119 seconds")
      assert.isFalse((yield* calling(breakers, "success")).made)
      yield* TestClock.adjust("1 second")
      assert.isTrue((yield* calling(breakers, "success")).made)
      assert.isTrue((yield* calling(breakers, "success")).made)
    }))

  it.effect("is probed by one call at a time, and a probe that is given up frees its turn", () =>
    Effect.gen(function*() {
      const breakers = yield* makeBreakers(breakerDefaults)
      yield* times(5, calling(breakers, down))
      yield* TestClock.adjust("5 seconds")
      const probe = yield* Effect.forkChild(breakers.guard(first(), Effect.never))
      yield* Effect.yieldNow
      assert.isFalse((yield* calling(breakers, "success")).made)
      assert.deepInclude(yield* Effect.flip(breakers.check(first())), { _tag: "VendorPaused", failing: "down" })
      yield* Fiber.interrupt(probe)
      yield* breakers.check(first())
      assert.isTrue((yield* calling(breakers, "success")).made)
      assert.isTrue((yield* calling(breakers, "success")).made)
    }))

  it.effect("stays paused where the probe is a repeat that fails", () =>
    Effect.gen(function*() {
      const breakers = yield* makeBreakers(breakerDefaults)
      yield* times(5, calling(breakers, down))
      yield* TestClock.adjust("5 seconds")
      assert.isTrue((yield* calling(breakers, down, { target: "profile", number: 3 })).made)
      yield* TestClock.adjust("9 seconds")
      assert.isFalse((yield* calling(breakers, "success")).made)
      yield* TestClock.adjust("1 second")
      assert.isTrue((yield* calling(breakers, "success")).made)
    }))
})

describe("a circuit", () => {
  const stays = [
    ["a profile that does not exist", new ProfileNotFound({ evidence: "user_null" })],
    ["answers without content", new EmptyContent({ count: 1 })],
    ["requests of ours that are wrong", new RequestRejected({ status: 422 })]
  ] as const
  it.effect.each(stays)("stays closed for %s, however many", ([, reason]) =>
    Effect.gen(function*() {
      const breakers = yield* makeBreakers(breakerDefaults)
      yield* times(100, calling(breakers, reason))
      assert.isTrue((yield* calling(breakers, "success")).made)
    }))

  it.effect("counts a fetch once, however often it is repeated", () =>
    Effect.gen(function*() {
      const breakers = yield* makeBreakers(breakerDefaults)
      for (let number = 1; number <= 20; number++) yield* calling(breakers, down, { target: "profile", number })
      assert.isTrue((yield* calling(breakers, "success")).made)
    }))

  it.effect("of credentials is one a target, for a plan can leave one out", () =>
    Effect.gen(function*() {
      const breakers = yield* makeBreakers(breakerDefaults)
      yield* times(5, calling(breakers, new TargetForbidden({ target: "post" }), first("post")))
      assert.deepInclude((yield* calling(breakers, "success", first("post"))).reason, { failing: "credentials" })
      assert.isTrue((yield* calling(breakers, new Unauthorized({}))).made)
      assert.deepStrictEqual(
        (yield* breakers.state).filter(({ state }) => state !== "closed"),
        [{ failing: "credentials", target: "post", state: "open", since: 0, retry_after: 5 }]
      )
    }))

  it.effect("of scrapes that fail opens when most of many do, not for single names", () =>
    Effect.gen(function*() {
      const breakers = yield* makeBreakers(breakerDefaults)
      const failed = new NotScraped({ statusCode: 613, taskId: null })
      for (let i = 0; i < 50; i++) {
        yield* calling(breakers, failed)
        assert.isTrue((yield* calling(breakers, "success")).made)
      }
      yield* times(20, calling(breakers, failed))
      assert.deepInclude((yield* calling(breakers, "success")).reason, { failing: "not_scraped" })
    }))

  it.effect("closes by a failure that comes from further behind", () =>
    Effect.gen(function*() {
      const breakers = yield* makeBreakers(breakerDefaults)
      yield* times(5, calling(breakers, down))
      yield* TestClock.adjust("5 seconds")
      assert.isTrue((yield* calling(breakers, new InstagramLimited({}))).made)
      assert.deepStrictEqual((yield* breakers.state).filter(({ state }) => state !== "closed"), [])
      assert.isTrue((yield* calling(breakers, "success")).made)
    }))
})
