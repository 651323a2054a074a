import { assert, it } from "@effect/vitest"
import { Duration, Effect } from "effect"
import * as TestClock from "effect/testing/TestClock"
import { Cache, type CachedBody } from "../../src/cache/Cache.ts"

const body = (bytes: number): CachedBody => ({
  body: new Uint8Array(bytes).fill(65),
  etag: "\"a\"",
  subject: "subject",
  refreshedAt: 0,
  freshUntil: 1
})

it.effect("the memory cache keeps a body for its time", () =>
  Effect.gen(function*() {
    const cache = yield* Cache
    yield* cache.set("a", body(10), Duration.seconds(5))
    yield* TestClock.adjust("4999 millis")
    assert.deepStrictEqual(yield* cache.get("a"), body(10))
    yield* TestClock.adjust("1 millis")
    assert.isUndefined(yield* cache.get("a"))
  }).pipe(Effect.provide(Cache.layerMemory({ capacityBytes: 100_000 }))))

it.effect("the memory cache stays within its bytes, keys and small bodies counted", () =>
  Effect.gen(function*() {
    const cache = yield* Cache
    const kept = (bytes: number) =>
      Effect.gen(function*() {
        for (let i = 0; i < 1000; i++) yield* cache.set(`${bytes}/${i}`, body(bytes), Duration.hours(1))
        let count = 0
        for (let i = 0; i < 1000; i++) if ((yield* cache.get(`${bytes}/${i}`)) !== undefined) count++
        return count
      })
    assert.isAtMost(yield* kept(10_000), 10)
    assert.isAbove(yield* kept(10_000), 3)
    assert.isAtMost(yield* kept(1), 200, "a tiny body is not free")
    yield* cache.set("huge", body(60_000), Duration.hours(1))
    assert.isUndefined(yield* cache.get("huge"), "nor does one body push all others out")
  }).pipe(Effect.provide(Cache.layerMemory({ capacityBytes: 100_000 }))))

it.effect("a deleted body is gone, and the switched-off cache keeps none", () =>
  Effect.gen(function*() {
    const round = Effect.gen(function*() {
      const cache = yield* Cache
      yield* cache.set("a", body(1), Duration.hours(1))
      const found = yield* cache.get("a")
      yield* cache.delete("a")
      assert.isUndefined(yield* cache.get("a"))
      assert.strictEqual((yield* cache.health).state, "up")
      return found !== undefined
    })
    assert.isTrue(yield* Effect.provide(round, Cache.layerMemory({ capacityBytes: 100_000 })))
    assert.isFalse(yield* Effect.provide(round, Cache.layerNone))
  }))
