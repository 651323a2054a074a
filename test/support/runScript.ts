import { Effect, Redacted } from "effect"
import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"
import { TestDatabase } from "./TestDatabase.ts"

/** Runs a script of maintenance as an operator does, on the test's database: what it ended with and all that it printed. */
export const runScript = (script: string, ...args: ReadonlyArray<string>) => runScriptWith({}, script, ...args)

/** As `runScript`, with settings beside the database's. */
export const runScriptWith = Effect.fnUntraced(function*(
  settings: Readonly<Record<string, string>>,
  script: string,
  ...args: ReadonlyArray<string>
) {
  const { url } = yield* TestDatabase
  const file = fileURLToPath(new URL(`../../scripts/${script}.ts`, import.meta.url))
  return yield* Effect.callback<{ readonly code: number; readonly out: string }>((resume) => {
    execFile(
      process.execPath,
      [file, ...args],
      { env: { ...process.env, DATABASE_URL: Redacted.value(url), ...settings } },
      (error, out, err) => resume(Effect.succeed({ code: error === null ? 0 : Number(error.code), out: `${out}${err}` }))
    )
  })
})
