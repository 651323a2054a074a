import { assert, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber, Scope } from "effect"
import { makeSingleFlight } from "../../src/auth/SingleFlight.ts"

const counted = Effect.gen(function*() {
  const gate = yield* Deferred.make<string, "failed">()
  let runs = 0
  const work = Effect.suspend(() => {
    runs++
    return Deferred.await(gate)
  })
  return { gate, work, runs: () => runs }
})

it.effect("whoever asks meanwhile shares one run and its outcome; the next asks again", () =>
  Effect.gen(function*() {
    const { gate, work, runs } = yield* counted
    const flight = yield* makeSingleFlight<string, "failed">()
    const asking = yield* Effect.forkChild(
      Effect.all(Array.from({ length: 10 }, () => Effect.flip(flight("a", work))), { concurrency: "unbounded" })
    )
    yield* Effect.yieldNow
    yield* Deferred.fail(gate, "failed")
    assert.deepStrictEqual(yield* Fiber.join(asking), Array.from({ length: 10 }, () => "failed" as const))
    assert.strictEqual(runs(), 1)
    yield* Effect.flip(flight("a", work))
    assert.strictEqual(runs(), 2)
  }))

it.effect("keys do not wait for each other", () =>
  Effect.gen(function*() {
    const flight = yield* makeSingleFlight<string>()
    yield* Effect.forkChild(flight("slow", Effect.never))
    assert.strictEqual(yield* flight("quick", Effect.succeed("done")), "done")
  }))

it.effect("the first caller may leave without ending or repeating the run", () =>
  Effect.gen(function*() {
    const { gate, work, runs } = yield* counted
    const flight = yield* makeSingleFlight<string, "failed">()
    const first = yield* Effect.forkChild(flight("a", work))
    yield* Effect.yieldNow
    yield* Fiber.interrupt(first)
    const second = yield* Effect.forkChild(flight("a", work))
    yield* Effect.yieldNow
    yield* Deferred.succeed(gate, "done")
    assert.strictEqual(yield* Fiber.join(second), "done")
    assert.strictEqual(runs(), 1)
  }))

it.effect("nobody waits for ever once the scope is closed", () =>
  Effect.gen(function*() {
    const scope = yield* Scope.make()
    const flight = yield* Scope.provide(makeSingleFlight<string>(), scope)
    const waiting = yield* Effect.forkChild(flight("a", Effect.never))
    yield* Effect.yieldNow
    yield* Scope.close(scope, Exit.void)
    assert.isTrue(Exit.hasInterrupts(yield* Fiber.await(waiting)))
    assert.isTrue(Exit.hasInterrupts(yield* Effect.exit(flight("a", Effect.never))))
  }))
