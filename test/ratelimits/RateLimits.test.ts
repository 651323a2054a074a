import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Layer, Redacted } from "effect"
import { TestClock } from "effect/testing"
import { LimitStore } from "../../src/ratelimits/LimitStore.ts"
import type { Quota } from "../../src/ratelimits/Policy.ts"
import { limitHeaders } from "../../src/ratelimits/Quotas.ts"
import { RateLimits } from "../../src/ratelimits/RateLimits.ts"
import * as RedisLimitStore from "../../src/ratelimits/RedisLimitStore.ts"
import { redisInstalled, redisServer, whereRedis } from "../support/redisServer.ts"
import { until } from "../support/until.ts"

const quota = (limit: number, window = 60, name = "burst", key = "ada"): Quota => ({ key, policy: { name, limit, window } })
const limiter = RateLimits.layerNoDeps({ factor: 1 })
const memory = limiter.pipe(Layer.provide(LimitStore.layerMemory))
const away = limiter.pipe(Layer.provide(Layer.succeed(LimitStore, { take: () => Effect.fail("unavailable") })))

/** How many of so many requests are let through. */
const admitted = Effect.fnUntraced(function*(quotas: ReadonlyArray<Quota>, requests: number, cost = 1) {
  const limits = yield* RateLimits
  const outcomes = yield* Effect.forEach(
    Array.from({ length: requests }),
    () => Effect.match(limits.admit(quotas, cost), { onFailure: () => 0, onSuccess: () => 1 }),
    { concurrency: 16 }
  )
  return outcomes.reduce<number>((sum, one) => sum + one, 0)
})

describe("rate limits", () => {
  it.effect("let exactly the limit through, begin anew with the window, and count each key by itself", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* admitted([quota(100)], 250), 100)
      assert.strictEqual(yield* admitted([quota(100, 60, "burst", "charles")], 250), 100)
      yield* TestClock.adjust("59 seconds")
      const limits = yield* RateLimits
      const refused = yield* Effect.flip(limits.admit([quota(100)], 1))
      assert.deepInclude({ ...refused }, { policy: "burst", limit: 100, retry_after: 1, status: 429 })
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* admitted([quota(100)], 250), 100)
    }).pipe(Effect.provide(memory)))

  it.effect("take from every quota or from none", () =>
    Effect.gen(function*() {
      const limits = yield* RateLimits
      const [burst, daily] = [quota(10), quota(15, 86_400, "daily")]
      assert.strictEqual(yield* admitted([daily, burst], 30), 10)
      assert.deepStrictEqual(limits.remaining([burst, daily], 0).map(({ remaining }) => remaining), [0, 5])
      yield* TestClock.adjust("1 minute")
      assert.isUndefined(limits.admitNow([burst, daily], 6, 60_000))
      const left = limits.admitNow([burst, daily], 5, 60_000)
      assert.deepStrictEqual(left, limits.remaining([burst, daily], 60_000))
      assert.deepStrictEqual(limitHeaders(left ?? []), {
        "ratelimit-policy": "\"burst\";q=10;w=60, \"daily\";q=15;w=86400",
        ratelimit: "\"burst\";r=5;t=60, \"daily\";r=0;t=86340"
      })
    }).pipe(Effect.provide(memory)))

  it.effect("weigh, and charge afterwards what there is", () =>
    Effect.gen(function*() {
      const limits = yield* RateLimits
      assert.strictEqual(yield* admitted([quota(25)], 10, 10), 2)
      yield* limits.charge([quota(25)], 9)
      assert.strictEqual(yield* admitted([quota(25)], 1), 0)
      yield* limits.charge([quota(25)], 9)
      assert.strictEqual(limits.remaining([quota(25)], 0)[0]?.remaining, 0)
    }).pipe(Effect.provide(memory)))

  it.effect("go on while the shared counts are away: each process by itself, and for what asks the vendor a tenth", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* admitted([quota(100)], 250), 100)
      assert.strictEqual(yield* admitted([quota(100, 60, "burst", "vendor")], 50, 10), 1)
    }).pipe(Effect.provide(away)))

  it.effect("of factor 0 limit nothing and say nothing", () =>
    Effect.gen(function*() {
      const limits = yield* RateLimits
      assert.strictEqual(yield* admitted([quota(1)], 50), 50)
      assert.deepStrictEqual(limitHeaders(limits.remaining([quota(1)], 0)), {})
    }).pipe(Effect.provide(RateLimits.layerNone)))

  it.live.skipIf(!redisInstalled)(
    `four processes on one Redis let through what one would${whereRedis}`,
    () =>
      Effect.scoped(Effect.gen(function*() {
        const redis = yield* redisServer
        const processes = yield* Effect.forEach(
          Array.from({ length: 4 }),
          () =>
            Effect.map(
              Layer.build(Layer.fresh(limiter.pipe(
                Layer.provideMerge(RedisLimitStore.layer({ url: Redacted.make(redis.url), commandTimeout: Duration.seconds(5) }))
              ))),
              (context) => Effect.provideContext(context)
            )
        )
        const probe = { key: "probe", window: 0, limit: 1_000_000, needed: 1, endsIn: 60_000 }
        const connected = Effect.flatMap(
          LimitStore,
          ({ take }) => take === undefined ? Effect.succeed(false) : Effect.isSuccess(take(probe))
        )
        for (const within of processes) yield* within(until(connected, (yes) => yes))
        // Windows of a day: none ends while the test runs but at midnight, and then both counts begin anew.
        const shared = quota(2000, 86_400, "daily", "shared")
        const total = yield* Effect.map(
          Effect.forEach(processes, (within) => within(admitted([shared], 1000)), { concurrency: 4 }),
          (counts) => counts.reduce((sum, one) => sum + one, 0)
        )
        assert.isAtMost(total, 2000)
        assert.isAtLeast(total, 1980, "an error under 1 %")
        // Once Redis is away each counts alone; nothing hangs and nothing fails.
        yield* redis.kill
        const [first] = processes
        if (first !== undefined) assert.strictEqual(yield* first(admitted([quota(10, 86_400, "daily", "alone")], 20)), 10)
      })),
    60_000
  )
})
