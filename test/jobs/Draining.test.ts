import { assert, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { Draining } from "../../src/jobs/Draining.ts"

it.effect("what waits one after another at the end of the process has one time together, from when it was told to stop", () =>
  Effect.gen(function*() {
    const draining = yield* Draining
    yield* draining.begin
    yield* TestClock.adjust("4 seconds")
    const waiting = yield* Effect.forkChild(Effect.andThen(draining.wait(Effect.never), draining.wait(Effect.never)))
    yield* TestClock.adjust("7 seconds")
    assert.isUndefined(waiting.pollUnsafe())
    yield* TestClock.adjust("1 second")
    yield* Fiber.join(waiting)
  }).pipe(Effect.provide(Draining.layer({ timeout: "12 seconds" }))))

it.effect("what ends before is waited for no longer", () =>
  Effect.gen(function*() {
    const draining = yield* Draining
    yield* draining.wait(Effect.void)
    yield* draining.begun
  }).pipe(Effect.provide(Draining.layer({ timeout: "12 seconds" }))))
