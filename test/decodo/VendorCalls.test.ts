import { assert, describe, it } from "@effect/vitest"
import { Clock, Duration, Effect, Fiber, Layer } from "effect"
import { TestClock } from "effect/testing"
import { millisOf } from "../../src/database/Instant.ts"
import { DecodoClient } from "../../src/decodo/DecodoClient.ts"
import { DecodoError } from "../../src/decodo/DecodoError.ts"
import { Metrics, MetricsRegistry } from "../../src/observability/Metrics.ts"
import { CallMeter } from "../../src/thrift/CallMeter.ts"
import { VendorGuard } from "../../src/thrift/VendorGuard.ts"
import { VendorTaskRepo } from "../../src/thrift/VendorTaskRepo.ts"
import { VendorTasks } from "../../src/thrift/VendorTasks.ts"
import { fakeVendor, fetched, meteredBy, profileReply, unguarded } from "./fakeVendor.ts"
import { body, content, userObject } from "./samples.ts"

/** Tasks that only this process knows. */
const withTasks = Layer.merge(
  unguarded,
  VendorTasks.layerNoDeps.pipe(Layer.provide(Layer.mock(VendorTaskRepo, {
    findOpen: () => Effect.undefined,
    insert: () => Effect.void,
    setAnswered: () => Effect.succeed(true),
    setEnded: () => Effect.void
  })))
)

/** How the calls of a fetch ended, as they are scraped. */
const outcomes = Effect.fnUntraced(function*(vendor: ReturnType<typeof fakeVendor>, options = {}) {
  const registry = new MetricsRegistry()
  yield* fetched().pipe(
    Effect.provide(vendor.layer({ retry: { attempts: 1 }, ...options }, withTasks)),
    Effect.provideService(Metrics, registry)
  )
  const family = registry.families.get("vendor_call_seconds")
  return family?.type === "histogram" ? [...family.histogram.cells.values()].map(({ labels }) => labels[1]) : []
})

describe("the figures of calls", () => {
  const strange = { body: body(content(userObject({ id: {}, username: [] }))) }
  const noUser = { body: body({ data: { user: null } }) }
  const task = { body: `{"id":"1"}` }

  it.effect("count what came and could not be read, whichever the mode", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* outcomes(fakeVendor(strange)), ["ContractBroken"])
      assert.deepStrictEqual(yield* outcomes(fakeVendor(task, strange), { mode: "async" }), ["ContractBroken"])
    }))

  it.effect("take an answer for one, also where it says that there is nobody", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* outcomes(fakeVendor(profileReply)), ["delivered"])
      assert.deepStrictEqual(yield* outcomes(fakeVendor(noUser)), ["delivered"])
      assert.deepStrictEqual(yield* outcomes(fakeVendor(task, profileReply), { mode: "async" }), ["delivered"])
    }))

  it.effect("tell a vendor that does not answer from a task that goes on", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* outcomes(fakeVendor({ after: 100_000 })), ["Timeout"])
      assert.deepStrictEqual(yield* outcomes(fakeVendor(task, { status: 204 }), { mode: "async" }), ["given_up"])
    }))
})

describe("an order that the vendor does not answer", () => {
  it.effect("ends by itself, though nobody may cut it off", () => {
    const vendor = fakeVendor({ after: 100_000 })
    return Effect.gen(function*() {
      const failed = yield* fetched()
      assert(failed instanceof DecodoError)
      assert.deepStrictEqual([failed.reason._tag, failed.durationMs], ["Timeout", 30_000])
    }).pipe(Effect.provide(vendor.layer({ mode: "async", retry: { attempts: 1 } }, withTasks)))
  })
})

describe("a call that waited for its place", () => {
  it.effect("waits among the processes for no more than was left of that, and has as much time again", () => {
    const vendor = fakeVendor({ ...profileReply, after: 100 })
    const waits: Array<number> = []
    const guard = Layer.mock(VendorGuard, {
      call: ({ within }, call) => {
        waits.push(Duration.toMillis(within))
        return call
      }
    })
    return Effect.gen(function*() {
      const client = yield* DecodoClient
      const both = yield* Effect.forkChild(
        Effect.all([client.fetchProfile("sample.studio"), client.fetchProfile("sample.studio")], { concurrency: 2 })
      )
      yield* TestClock.adjust("100 seconds")
      yield* TestClock.adjust("100 seconds")
      yield* Fiber.join(both)
      assert.deepStrictEqual(waits, [200_000, 100_000])
    }).pipe(Effect.provide(vendor.layer({ concurrency: 1, retry: { budget: "400 seconds" } }, Layer.merge(withTasks, guard))))
  })
})

describe("a machine whose clock is set while a call is under way", () => {
  for (const by of [-600_000, 600_000]) {
    it.effect(`is told how long it took: by ${by / 1000} s`, () => {
      const vendor = fakeVendor({ after: 20, status: 500 }, { ...profileReply, after: 20 })
      const recorded: Array<number> = []
      const meter = Layer.mock(CallMeter, {
        record: ({ duration_ms }) => Effect.sync(() => recorded.push(duration_ms))
      })
      return Effect.gen(function*() {
        const client = yield* DecodoClient
        const clock = yield* Clock.Clock
        let offset = 0
        const wall = () => clock.currentTimeMillisUnsafe() + offset
        const set = Object.assign(Object.create(clock), {
          currentTimeMillisUnsafe: wall,
          currentTimeMillis: Effect.sync(wall)
        })
        const running = yield* Effect.forkChild(Effect.provideService(client.fetchProfile("sample.studio"), Clock.Clock, set))
        yield* TestClock.adjust("10 seconds")
        offset = by
        yield* TestClock.adjust("100 seconds")
        const { meta } = yield* Fiber.join(running)
        assert.strictEqual(meta.attempts, 2)
        assert.approximately(millisOf(meta.fetched_at), meta.duration_ms + by, 1)
        assert.isAtLeast(meta.duration_ms, 40_000)
        assert.isBelow(meta.duration_ms, 110_000)
        assert.deepStrictEqual(recorded, [20_000, 20_000])
      }).pipe(Effect.provide(vendor.layer({}, meteredBy(meter))))
    })
  }
})
