import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Logger, Ref, Scope } from "effect"
import { TestClock } from "effect/testing"
import { globSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { loop, sampled } from "../../src/observability/Loops.ts"
import { counter, Metrics, MetricsRegistry } from "../../src/observability/Metrics.ts"

describe("what goes on beside the requests", () => {
  const lines: Array<string> = []
  const withLog = Effect.provide(Logger.layer([
    Logger.make<unknown, void>(({ logLevel, message }) => {
      lines.push(`${logLevel} ${JSON.stringify(message)}`)
    })
  ]))

  it.effect("goes on after a turn that died or failed, says so, counts it, and ends with its scope", () =>
    Effect.gen(function*() {
      lines.length = 0
      const turns = yield* Ref.make(0)
      const scope = yield* Scope.make()
      yield* loop(
        "test",
        "1 minute",
        Effect.flatMap(
          Ref.updateAndGet(turns, (n) => n + 1),
          (turn) => turn === 1 ? Effect.die("a defect") : turn === 2 ? Effect.fail("away") : Effect.void
        )
      ).pipe(Scope.provide(scope))
      yield* TestClock.adjust("3 minutes")
      assert.strictEqual(yield* Ref.get(turns), 4)
      assert.deepStrictEqual(lines.map((line) => line.slice(0, 5)), ["Error", "Warn "])
      assert.include(lines[0], "\"loop\":\"test\"")
      const failures = yield* counter({ name: "background_failures", help: "", labels: ["loop"] })
      assert.strictEqual(failures.cell(["test"]).value, 2)
      yield* Scope.close(scope, Exit.void)
      yield* TestClock.adjust("3 minutes")
      assert.strictEqual(yield* Ref.get(turns), 4)
    }).pipe(withLog, Effect.provideService(Metrics, new MetricsRegistry())))

  it.effect("that waits by itself is not hurried by what it dies of", () =>
    Effect.gen(function*() {
      const turns = yield* Ref.make(0)
      yield* loop("test", 0, Effect.andThen(Ref.update(turns, (n) => n + 1), Effect.die("always")))
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual(yield* Ref.get(turns), 11)
    }).pipe(withLog))

  it.effect("gives figures their last reading, as long as it is not old", () =>
    Effect.gen(function*() {
      let away = false
      const last = yield* sampled(
        "test",
        "10 seconds",
        Effect.suspend(() => away ? Effect.fail("away") : Effect.succeed(7))
      )
      assert.isUndefined(yield* last)
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* last, 7)
      away = true
      yield* TestClock.adjust("30 seconds")
      assert.strictEqual(yield* last, 7)
      yield* TestClock.adjust("10 seconds")
      assert.isUndefined(yield* last)
    }).pipe(withLog))
})

it("goes on nowhere by a loop of its own, which a defect would end in silence", () => {
  const root = fileURLToPath(new URL("../../src", import.meta.url))
  const own = globSync("**/*.ts", { cwd: root, exclude: ["sandbox/**"] }).filter((file) =>
    /\bEffect\.(forever|repeat|schedule)\b/.test(readFileSync(join(root, file), "utf8"))
  )
  // What is listened for stands in a loop itself.
  assert.sameMembers(own, ["database/Signals.ts", "observability/Loops.ts"])
})
