import { assert, layer } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"
import { TestDatabase } from "../support/TestDatabase.ts"
import { execute } from "./support.ts"

const project = fileURLToPath(new URL("../..", import.meta.url))

interface Run {
  readonly code: number
  readonly out: string
  readonly err: string
}

const check = (url: string, ...flags: ReadonlyArray<string>) =>
  Effect.callback<Run>((resume) => {
    const environment = { ...process.env, DATABASE_URL: url }
    execFile(process.execPath, ["scripts/schema-check.ts", ...flags], { cwd: project, env: environment }, (error, out, err) => {
      resume(Effect.succeed({ code: error === null ? 0 : Number(error.code), out, err }))
    })
  })

layer(TestDatabase.layer)("npm run schema:check", (it) => {
  it.effect("ends with 0 when the database is aligned", () =>
    Effect.gen(function*() {
      const { url } = yield* TestDatabase
      const { code, out } = yield* check(Redacted.value(url))
      assert.match(out, /^Aligned: the database is what the service relies on/)
      assert.strictEqual(code, 0)
    }))

  it.effect("ends with 1 when it has drifted, and says so in text, JSON and SQL", () =>
    Effect.gen(function*() {
      const { url } = yield* TestDatabase
      yield* execute("ALTER TABLE public.campaigns DROP COLUMN description")
      const [text, json, sql] = yield* Effect.all(
        [check(Redacted.value(url)), check(Redacted.value(url), "--json"), check(Redacted.value(url), "--sql")],
        { concurrency: 1 }
      )
      assert.deepStrictEqual([text.code, json.code, sql.code], [1, 1, 1])
      assert.include(text.out, "campaigns description")
      assert.strictEqual(JSON.parse(json.out).findings[0].code, "column_missing")
      assert.include(sql.out, "ALTER TABLE public.campaigns ADD COLUMN description text;")
    }))

  it.effect("ends with 2 when it cannot find out, and never shows the password", () =>
    Effect.gen(function*() {
      for (const url of ["", "http://example.com", "postgresql://someone:hushhush@127.0.0.1:1/nowhere"]) {
        const { code, err, out } = yield* check(url)
        assert.strictEqual(code, 2)
        assert.include(err, "Could not check")
        assert.notInclude(out + err, "hushhush")
      }
    }))
})
