import { assert, describe, it } from "@effect/vitest"
import { Console, Effect } from "effect"
import { ServeError } from "effect/http/HttpServerError"
import { reportFailure } from "../../src/observability/StartFailure.ts"
import { SettingsInvalid } from "../../src/settings/Settings.ts"

describe("a start that fails", () => {
  const said = Effect.fnUntraced(function*<E>(failure: E) {
    const lines: Array<unknown> = []
    const recording = { ...(yield* Console.Console), error: (...line: ReadonlyArray<unknown>) => lines.push(...line) }
    yield* Effect.flip(reportFailure(Effect.fail(failure))).pipe(Effect.provideService(Console.Console, recording))
    return lines.join("\n")
  })

  it.effect("says the sentence of its error", () =>
    Effect.gen(function*() {
      assert.include(yield* said(new SettingsInvalid({ problems: ["PORT is wrong"] })), "PORT is wrong")
    }))

  it.effect("says what caused an error that has no sentence: a port that is taken", () =>
    Effect.gen(function*() {
      const cause = new Error("listen EADDRINUSE: address already in use 127.0.0.1:8080")
      assert.strictEqual(yield* said(new ServeError({ cause })), `ServeError: ${cause.message}`)
    }))
})
