import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { execFile } from "node:child_process"
import { readFileSync } from "node:fs"
import { TestApp } from "../support/TestApp.ts"

const page = readFileSync(new URL("../../docs/cookbook.md", import.meta.url), "utf8")

const blocks = (language: string) =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, "gms"))].map(([, code = ""]) => code)

/** Lines such as `answer.status // → 200`: what is left of the arrow has to be what is right of it. */
const expectation = /^(\S.*?) \/\/ → (.+)$/gm

/** The blocks as one program, which calls `expected` at each arrow. */
const program = (code: string) =>
  code.replace(
    expectation,
    (_, expression: string, value: string) => `expected(${JSON.stringify(expression)}, ${expression}, ${value})`
  )

layer(TestApp.layer(), { excludeTestServices: true })("the cookbook", (it) => {
  it.effect("runs from top to bottom, and every answer is as it says", () =>
    Effect.gen(function*() {
      const app = yield* TestApp
      let held = 0
      const expected = (expression: string, actual: unknown, value: unknown) => {
        held++
        assert.deepStrictEqual(actual, value, expression)
      }
      const code = program(blocks("js").join("\n"))
      const run: unknown = new Function("API", "expected", `return (async () => {\n${code}\n})()`)
      assert(typeof run === "function")
      yield* Effect.promise(async () => run(app.url, expected))
      assert.strictEqual(held, [...page.matchAll(/ \/\/ → /g)].length, "every arrow was held")
      assert.isAbove(held, 50)
    }))

  it.effect("its lines for the shell do what they say", () =>
    Effect.gen(function*() {
      const app = yield* TestApp
      const { token } = yield* app.newUser
      const output = yield* Effect.callback<string>((resume) => {
        execFile(
          "bash",
          ["-euo", "pipefail", "-c", blocks("sh").join("\n")],
          { env: { ...process.env, API: app.url, TOKEN: token } },
          (error, stdout, stderr) => resume(error === null ? Effect.succeed(stdout) : Effect.die(`${error.message}${stderr}`))
        )
      })
      assert.include(output, "\"status\":\"alive\"")
      assert.include(output, "\"username\":\"some.creator\"")
    }))
})
