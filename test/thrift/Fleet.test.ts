import { assert, describe, it, layer } from "@effect/vitest"
import { Clock, Context, Deferred, Duration, Effect, Fiber, Layer, Logger, Redacted } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { TestClock } from "effect/testing"
import { Fleet } from "../../src/thrift/Fleet.ts"
import { FleetStore, FleetStoreUnavailable } from "../../src/thrift/FleetStore.ts"
import * as PlaceRepo from "../../src/thrift/PlaceRepo.ts"
import * as RedisFleet from "../../src/thrift/RedisFleet.ts"
import { redisInstalled, redisServer, whereRedis } from "../support/redisServer.ts"
import { TestDatabase } from "../support/TestDatabase.ts"
import { until } from "../support/until.ts"

type Store = FleetStore["Service"]

const id = (n: number) => `e0000000-0000-4000-8000-${String(n).padStart(12, "0")}`
const rules = { concurrency: 2, spacing: 0, lease: 60_000 }

/** What any store must hold, two processes apart. */
const agree = <E, R>(both: Effect.Effect<ReadonlyArray<Store>, E, R>) =>
  [
    [
      "gives as many places as there are, and the next to whoever waits longest, in whichever process",
      Effect.gen(function*() {
        const [one, two] = yield* both
        assert.strictEqual(yield* one!.enter(id(1), rules), 0)
        assert.strictEqual(yield* two!.enter(id(2), rules), 0)
        assert.isNull(yield* one!.enter(id(3), rules))
        assert.isNull(yield* two!.enter(id(4), rules))
        assert.isNull(yield* one!.enter(id(3), rules))
        assert.deepStrictEqual(yield* two!.count, { in_use: 2, waiting: 2 })
        yield* two!.leave(id(2))
        assert.isNull(yield* two!.enter(id(4), rules), "who came later")
        assert.strictEqual(yield* one!.enter(id(3), rules), 0)
        yield* one!.leave(id(1))
        assert.strictEqual(yield* two!.enter(id(4), rules), 0)
        assert.isNull(yield* two!.enter(id(5), rules))
        for (let n = 1; n <= 5; n++) yield* one!.leave(id(n))
        assert.strictEqual(yield* two!.enter(id(6), rules), 0)
        yield* two!.leave(id(6))
      })
    ],
    [
      "frees the place, and the turn, of a process that died, and keeps those of one that lives",
      Effect.gen(function*() {
        const [one, two] = yield* both
        const dying = { ...rules, lease: 1 }
        yield* one!.enter(id(11), { ...rules, lease: 150 })
        yield* one!.renew([id(11)], rules)
        yield* one!.enter(id(12), dying)
        // Both died: a place that is held and a turn in the queue.
        yield* until(two!.enter(id(13), dying), (delay) => delay !== null)
        yield* until(two!.enter(id(14), rules), (delay) => delay !== null)
        assert.isNull(yield* two!.enter(id(15), rules), "the renewed one is still held")
        for (let n = 11; n <= 15; n++) yield* one!.leave(id(n))
      })
    ],
    [
      "keeps the starts of all processes apart",
      Effect.gen(function*() {
        const [one, two] = yield* both
        const paced = { concurrency: 100, spacing: 1_000, lease: 60_000 }
        const delays: Array<number> = []
        for (let n = 0; n < 6; n++) delays.push((yield* (n % 2 === 0 ? one! : two!).enter(id(20 + n), paced)) ?? -1)
        assert.isAtMost(delays[0]!, 1_000)
        delays.slice(1).forEach((delay, i) => assert.isAbove(delay, delays[i]!))
        assert.isAbove(delays[5]!, 3_500)
        assert.isAtMost(delays[5]!, 6_000)
        yield* Effect.forEach(delays, (_, n) => one!.leave(id(20 + n)))
      })
    ]
  ] as const

layer(TestDatabase.layer, { excludeTestServices: true })("PostgreSQL among processes", (it) => {
  const store = Effect.map(Layer.build(PlaceRepo.layer), Context.get(FleetStore))
  for (const [name, test] of agree(Effect.all([store, store]))) it.effect(name, () => test)

  it.effect("never gives the last place twice, though two ask at once", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      yield* sql`DELETE FROM vendor_places`
      const one = yield* store
      const single = { ...rules, concurrency: 1 }
      const entered = yield* Deferred.make<void>()
      const committing = yield* Deferred.make<void>()
      const first = yield* Effect.forkChild(sql.withTransaction(
        one.enter(id(101), single).pipe(Effect.tap(Deferred.succeed(entered, undefined)), Effect.tap(Deferred.await(committing)))
      ))
      yield* Deferred.await(entered)
      const second = yield* Effect.forkChild(one.enter(id(102), single))
      const waiting = Effect.map(
        sql`SELECT 1 FROM pg_locks JOIN pg_database ON pg_database.oid = database
          WHERE locktype = 'advisory' AND NOT granted AND datname = current_database()`,
        (found) => found.length > 0 || second.pollUnsafe() !== undefined
      )
      yield* until(waiting, (decided) => decided)
      yield* Deferred.succeed(committing, undefined)
      assert.deepStrictEqual([yield* Fiber.join(first), yield* Fiber.join(second)], [0, null])
      yield* sql`DELETE FROM vendor_places`
    }))
})

describe.skipIf(!redisInstalled)(`Redis among processes${whereRedis}`, () => {
  const connected = (url: string) =>
    Effect.gen(function*() {
      const store = Context.get(yield* Layer.build(RedisFleet.layer({ url: Redacted.make(url) })), FleetStore)
      yield* until(Effect.result(store.renew([], rules)), (result) => result._tag === "Success")
      return store
    })
  const both = Effect.gen(function*() {
    const server = yield* redisServer
    return [yield* connected(server.url), yield* connected(server.url)]
  })
  for (const [name, test] of agree(both)) {
    it.live(name, () => test)
  }

  it.live("being killed stops no call: the process keeps the limits alone, says so, and shares them again afterwards", () => {
    const logs: Array<string> = []
    return Effect.gen(function*() {
      const server = yield* redisServer
      const fleet = Context.get(
        yield* Layer.build(
          Fleet.layerShared({ concurrency: 2, perSecond: 1_000 }).pipe(
            Layer.provide(Layer.effect(FleetStore, connected(server.url)))
          )
        ),
        Fleet
      )
      const call = fleet.inPlace(Duration.seconds(5), Effect.succeed("answer"))
      assert.strictEqual(yield* call, "answer")
      assert.deepStrictEqual(yield* fleet.state, { shared_by: "redis", degraded: null })
      yield* server.kill
      assert.strictEqual(yield* call, "answer")
      assert.include((yield* fleet.state).degraded, "redis")
      assert.isTrue(logs.some((line) => line.includes("kept by each process alone")))
      yield* server.restart
      yield* until(Effect.andThen(call, fleet.state), ({ degraded }) => degraded === null)
    }).pipe(Effect.provide(Logger.layer([Logger.make<unknown, void>((line) => {
      logs.push(Logger.formatJson.log(line))
    })])))
  })
})

describe("a place in the fleet", () => {
  /** A store in memory, which can be away. */
  const memory = () => {
    const held = new Set<string>()
    const state = { away: false, held }
    const answer = <A>(value: () => A) =>
      Effect.suspend(() => state.away ? Effect.fail(new FleetStoreUnavailable()) : Effect.sync(value))
    const store = Layer.succeed(FleetStore, {
      kind: "redis",
      enter: (id, { concurrency }) =>
        answer(() => {
          if (held.size >= concurrency) return null
          held.add(id)
          return 0
        }),
      renew: () => answer(() => undefined),
      leave: (id) => answer(() => void held.delete(id)),
      count: answer(() => ({ in_use: held.size, waiting: 0 }))
    })
    return { state, layer: Fleet.layerShared({ concurrency: 1, perSecond: 10 }).pipe(Layer.provide(store)) }
  }

  it.effect("is waited for no longer than allowed, and given back whatever ends the call", () => {
    const { layer, state } = memory()
    return Effect.gen(function*() {
      const fleet = yield* Fleet
      const opened = yield* Deferred.make<void>()
      const first = yield* Effect.forkChild(fleet.inPlace(Duration.seconds(1), Deferred.await(opened)))
      const second = yield* Effect.forkChild(Effect.flip(fleet.inPlace(Duration.seconds(10), Effect.void)))
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual((yield* Fiber.join(second))._tag, "VendorBusy")
      const third = yield* Effect.forkChild(fleet.inPlace(Duration.seconds(10), Clock.currentTimeMillis))
      yield* TestClock.adjust("3 seconds")
      yield* Fiber.interrupt(first)
      yield* TestClock.adjust("2 seconds")
      const startedAt = yield* Fiber.join(third)
      assert.isAtMost(startedAt, 15_000)
      yield* Effect.exit(fleet.inPlace(Duration.seconds(1), Effect.die("a call that dies")))
      assert.strictEqual(state.held.size, 0)
    }).pipe(Effect.provide(layer))
  })

  it.effect("is the process's own affair while the store is away, at the same pace", () => {
    const { layer, state } = memory()
    state.away = true
    return Effect.gen(function*() {
      const fleet = yield* Fleet
      const all = yield* Effect.forkChild(
        Effect.all(Array.from({ length: 11 }, () => fleet.inPlace(Duration.seconds(5), Clock.currentTimeMillis)), {
          concurrency: "unbounded"
        })
      )
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(yield* Fiber.join(all), Array.from({ length: 11 }, (_, n) => n * 100))
      assert.deepStrictEqual(yield* fleet.places, { limit: 1, in_use: null, waiting: null }, "unknown is not zero")
    }).pipe(Effect.provide(layer))
  })
})
