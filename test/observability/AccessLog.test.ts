import { assert, it } from "@effect/vitest"
import { Effect, Fiber, Logger } from "effect"
import * as TestClock from "effect/testing/TestClock"
import { accessLog } from "../../src/observability/AccessLog.ts"
import { Metrics, MetricsRegistry } from "../../src/observability/Metrics.ts"
import { openMetrics } from "../../src/observability/OpenMetrics.ts"

const entry = (status: number) => ({
  method: "GET",
  route: "/profile/:username",
  status,
  seconds: 0.01234,
  note: { requestId: "one", traceId: undefined, user: "ada" }
})

const logging = (lines: Array<Record<string, unknown>>) =>
  Logger.layer([Logger.make<unknown, void>((line) => {
    lines.push(JSON.parse(Logger.formatJson.log(line)))
  })])

it.effect("logs the share that is asked for, every failure of ours, and the rest of what waits at the end", () =>
  Effect.gen(function*() {
    const lines: Array<Record<string, unknown>> = []
    yield* Effect.scoped(Effect.gen(function*() {
      const log = yield* accessLog({ share: 0.25 })
      yield* TestClock.setTime(3_000)
      for (let times = 0; times < 100; times++) log(entry(200))
      for (let times = 0; times < 7; times++) log(entry(503))
      assert.isEmpty(lines, "nothing is written on the way of a request")
      yield* TestClock.setTime(Date.parse("1970-01-01T00:00:03.500Z"))
    })).pipe(Effect.provide(logging(lines)))
    const said = lines.map(({ message }) => (message as readonly [string, { readonly status: number; readonly at: string }])[1])
    assert.lengthOf(said.filter(({ status }) => status === 200), 25)
    assert.lengthOf(said.filter(({ status }) => status === 503), 7)
    const { at, ...first } = said[0]!
    assert.strictEqual(at, "1970-01-01T00:00:03.000Z", "when it was answered, not when it is written")
    assert.deepStrictEqual<object>(first, {
      method: "GET",
      route: "/profile/:username",
      status: 200,
      duration_ms: 12.3,
      request_id: "one",
      trace_id: null,
      user_id: "ada"
    })
  }))

it.effect("a flood takes no more memory than 2,000 lines, and what is dropped is counted", () =>
  Effect.gen(function*() {
    const lines: Array<Record<string, unknown>> = []
    const metrics = new MetricsRegistry()
    yield* Effect.scoped(Effect.gen(function*() {
      const log = yield* accessLog({ share: 1 })
      for (let times = 0; times < 2_500; times++) log(entry(200))
    })).pipe(Effect.provide(logging(lines)), Effect.provideService(Metrics, metrics))
    assert.lengthOf(lines, 2_000)
    assert.include(yield* Effect.provideService(openMetrics, Metrics, metrics), "access_log_dropped_total 500\n")
  }))

it.effect("an end in the middle of a batch loses no line of it", () =>
  Effect.gen(function*() {
    const lines: Array<Record<string, unknown>> = []
    yield* Effect.scoped(Effect.gen(function*() {
      const log = yield* accessLog({ share: 1 })
      for (let times = 0; times < 1_000; times++) log(entry(200))
      const second = yield* Effect.forkChild(TestClock.adjust("1 second"))
      while (lines.length === 0) yield* Effect.yieldNow
      assert.isBelow(lines.length, 1_000)
      yield* Fiber.interrupt(second)
    })).pipe(Effect.provide(logging(lines)))
    assert.lengthOf(lines, 1_000)
  }))
