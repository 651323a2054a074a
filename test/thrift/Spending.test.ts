import { assert, describe, it, layer } from "@effect/vitest"
import { Context, Effect, Fiber, Layer, Logger } from "effect"
import { TestClock } from "effect/testing"
import { DatabaseUnavailable } from "../../src/database/DatabaseErrors.ts"
import { Transaction } from "../../src/database/Transaction.ts"
import { CallMeter, type MeteredCall } from "../../src/thrift/CallMeter.ts"
import { NegativeCache } from "../../src/thrift/NegativeCache.ts"
import { forecast, Spending } from "../../src/thrift/Spending.ts"
import { SpendRepo } from "../../src/thrift/SpendRepo.ts"
import { VendorCallRepo, type VendorCost } from "../../src/thrift/VendorCallRepo.ts"
import { UserId } from "../../src/users/UserId.ts"
import { TestDatabase } from "../support/TestDatabase.ts"

const away = new DatabaseUnavailable({ detail: "away", retry_after: 2 })
const nobody = { purpose: "lookup", user: null } as const

describe("the forecast", () => {
  it("is what was spent, and the last hour's spend for each hour that is left of the day", () => {
    const at = (hour: number) => Date.UTC(2025, 5, 1, hour)
    assert.strictEqual(forecast(500, 100, at(18)), 1_100)
    assert.strictEqual(forecast(500, 0, at(18)), 500)
    assert.strictEqual(forecast(0, 100, at(0)), 2_400)
    assert.strictEqual(forecast(700, 60, Date.UTC(2025, 5, 1, 23, 30)), 730)
  })
})

describe("a ceiling whose ledger is away", () => {
  const spending = (logs: Array<string>) => {
    const ledger = { away: false, spent: 0 }
    const repo = Layer.succeed(SpendRepo, {
      reserve: (_day, _owner, price, ceiling) =>
        Effect.suspend(() => {
          if (ledger.away) return Effect.fail(away)
          if (ledger.spent + price > ceiling) return Effect.undefined
          ledger.spent += price
          return Effect.succeed(ledger.spent)
        }),
      find: () => Effect.succeed(ledger.spent),
      release: () => Effect.void
    })
    const layer = Spending.layerNoDeps({ pricePerSuccess: 10, perDay: 10_000, perUserAndDay: null }).pipe(
      Layer.provide([
        repo,
        Layer.mock(VendorCallRepo, {}),
        Layer.mock(Transaction, { run: (effect) => effect })
      ]),
      Layer.provideMerge(Logger.layer([Logger.make<unknown, void>((line) => {
        logs.push(Logger.formatJson.log(line))
      })]))
    )
    return { ledger, layer }
  }

  it.effect("lets a twentieth of what was left be spent, loudly, and then nothing", () => {
    const logs: Array<string> = []
    const { layer, ledger } = spending(logs)
    return Effect.gen(function*() {
      const { reserve } = yield* Spending
      for (let i = 0; i < 200; i++) yield* reserve(nobody)
      ledger.away = true
      let blind = 0
      for (let i = 0; i < 100; i++) {
        const end = yield* Effect.result(reserve(nobody))
        if (end._tag === "Success") blind++
        else assert.strictEqual(end.failure._tag, "SpendCeilingReached")
      }
      // 8,000 of 10,000 were left.
      assert.strictEqual(blind, 40)
      assert.lengthOf(logs.filter((line) => line.includes("this process alone")), 1)
      ledger.away = false
      yield* reserve(nobody)
      ledger.away = true
      yield* Effect.flip(reserve(nobody))
    }).pipe(Effect.provide(layer))
  })

  it.effect("refuses in a process that never saw it, and says so once", () => {
    const logs: Array<string> = []
    const { layer, ledger } = spending(logs)
    ledger.away = true
    return Effect.gen(function*() {
      const { reserve } = yield* Spending
      const refused = yield* Effect.flip(reserve(nobody))
      assert.deepInclude(refused, { _tag: "SpendCeilingReached", scope: "day" })
      yield* Effect.flip(reserve(nobody))
      assert.lengthOf(logs, 1)
    }).pipe(Effect.provide(layer))
  })
})

describe("a reservation", () => {
  it.effect("is given back to each owner once, though it takes another try for one of them", () => {
    const released: Array<UserId | null> = []
    let failures = 2
    const repo = Layer.succeed(SpendRepo, {
      reserve: () => Effect.succeed(10),
      find: () => Effect.succeed(10),
      release: (_day, owner) =>
        Effect.suspend(() => {
          if (owner === null && failures-- > 0) return Effect.fail(away)
          released.push(owner)
          return Effect.void
        })
    })
    const user = UserId.make("a0000000-0000-4000-8000-000000000001")
    return Effect.gen(function*() {
      const spending = yield* Spending
      yield* spending.giveBack(yield* spending.reserve({ purpose: "lookup", user }))
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(released, [user, null])
    }).pipe(Effect.provide(
      Spending.layerNoDeps({ pricePerSuccess: 10, perDay: 10_000, perUserAndDay: 1_000 }).pipe(
        Layer.provide([repo, Layer.mock(VendorCallRepo, {}), Layer.mock(Transaction, { run: (effect) => effect })])
      )
    ))
  })
})

describe("the meter", () => {
  const call: MeteredCall = {
    called_at: "2025-01-01T00:00:00.000Z",
    target: "t",
    purpose: "lookup",
    user_id: null,
    outcome: "success",
    billed: "yes",
    cost_micros: 1_000,
    duration_ms: 1,
    attempt: 1
  }

  it.effect("keeps what a database that is away did not take, and writes it once", () => {
    const rows = new Map<string, unknown>()
    let isAway = true
    const repo = Layer.mock(VendorCallRepo, {
      insert: (calls) =>
        isAway ? Effect.fail(away) : Effect.sync(() => {
          for (const each of calls) rows.set(each.id, each)
        }),
      costs: () => Effect.succeed<ReadonlyArray<VendorCost>>([])
    })
    return Effect.gen(function*() {
      const meter = yield* CallMeter
      for (let i = 0; i < 700; i++) yield* meter.record(call)
      yield* TestClock.adjust("1 minute")
      assert.strictEqual(rows.size, 0)
      isAway = false
      yield* TestClock.adjust("1 second")
      assert.strictEqual(rows.size, 700)
    }).pipe(Effect.provide(CallMeter.layerNoDeps.pipe(Layer.provide(repo))))
  })

  it.effect("writes what waits when the process ends, and says what it could not", () => {
    const rows: Array<unknown> = []
    const logs: Array<string> = []
    const ending = (insert: Effect.Effect<void, DatabaseUnavailable> | undefined) =>
      Effect.gen(function*() {
        yield* (yield* CallMeter).record(call)
      }).pipe(
        Effect.provide(CallMeter.layerNoDeps.pipe(
          Layer.provide(Layer.mock(VendorCallRepo, {
            insert: (calls) => insert ?? Effect.sync(() => void rows.push(...calls))
          })),
          Layer.provideMerge(Logger.layer([Logger.make<unknown, void>((line) => {
            logs.push(Logger.formatJson.log(line))
          })]))
        ))
      )
    return Effect.gen(function*() {
      yield* ending(undefined)
      assert.lengthOf(rows, 1)
      assert.lengthOf(logs, 0)
      const said = () => logs.filter((line) => line.includes("not metered") && line.includes("1000")).length
      yield* ending(Effect.fail(away))
      assert.strictEqual(said(), 1)
      const hanging = yield* Effect.forkChild(ending(Effect.never))
      yield* TestClock.adjust("3 seconds")
      yield* Fiber.join(hanging)
      assert.strictEqual(said(), 2)
    })
  })
})

layer(TestDatabase.layer)("an absence", (it) => {
  const process = Effect.map(Layer.build(NegativeCache.layer({ believedFor: "10 minutes" })), Context.get(NegativeCache))

  it.effect("that one process found is known to all, until it expires or is forgotten", () =>
    Effect.gen(function*() {
      const [one, two] = [yield* process, yield* process]
      const nobody = { username: "no.such.name" }
      assert.isUndefined(yield* two.find(nobody))
      yield* one.remember(nobody, "user_null")
      assert.deepInclude(yield* two.find(nobody), { evidence: "user_null" })
      assert.isUndefined(yield* two.find({ shortcode: "no.such.name" }))
      // After a restart as well.
      assert.isDefined(yield* (yield* process).find(nobody))
      yield* TestClock.adjust("9 minutes")
      assert.isDefined(yield* two.find(nobody))
      yield* TestClock.adjust("1 minute")
      assert.isUndefined(yield* two.find(nobody))
      yield* one.remember(nobody, "empty_answers")
      yield* two.forget(nobody)
      assert.isUndefined(yield* (yield* process).find(nobody))
    }))
})
