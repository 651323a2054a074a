import { assert, layer } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"
import { doors } from "../../scripts/maintenance/doors.ts"
import { JobQueue } from "../../src/jobs/JobQueue.ts"
import { TestApp } from "../support/TestApp.ts"
import { TestDatabase } from "../support/TestDatabase.ts"
import { until } from "../support/until.ts"
import { VendorFront } from "../support/VendorFront.ts"

const project = fileURLToPath(new URL("../..", import.meta.url))

const environment = Effect.gen(function*() {
  const { url } = yield* TestDatabase
  const front = yield* VendorFront
  return {
    ...process.env,
    DATABASE_URL: Redacted.value(url),
    SUPABASE_URL: "http://127.0.0.1:1",
    SUPABASE_ANON_KEY: "none",
    SMARTPROXY_USERNAME: "test",
    SMARTPROXY_PASSWORD: "none",
    DECODO_BASE_URL: front.url
  }
})

const run = Effect.fnUntraced(function*(script: string, ...flags: ReadonlyArray<string>) {
  const env = yield* environment
  return yield* Effect.callback<{ readonly code: number; readonly out: string; readonly err: string }>((resume) => {
    execFile(process.execPath, [script, ...flags], { cwd: project, env }, (error, out, err) => {
      resume(Effect.succeed({ code: error === null ? 0 : Number(error.code), out, err }))
    })
  })
})

layer(TestApp.layer(), { excludeTestServices: true })("the scripts of the insights", (it) => {
  it.effect("recompute and backfill from what is stored, and print a summary alone", () =>
    Effect.gen(function*() {
      const app = yield* TestApp
      const front = yield* VendorFront
      const sql = yield* SqlClient
      const user = yield* app.newUser
      for (const name of ["command.one", "command.two"]) yield* user.get(`/profile/${name}`)
      yield* until(sql`SELECT 1 FROM creator_metadata`, (rows) => rows.length === 2)
      const asked = front.asked.length

      const recomputed = yield* run("scripts/recompute.ts", "--dry-run")
      assert.strictEqual(recomputed.code, 0, recomputed.err)
      const summary = JSON.parse(recomputed.out)
      assert.deepInclude(summary, { dry_run: true, profiles: 2 })
      assert.deepStrictEqual([summary.analytics.unchanged, summary.creators.unchanged], [2, 2])
      assert.match(recomputed.err, /2 of 2 profiles, \d+ a second, cursor [0-9a-f-]{36}/)

      yield* sql`DELETE FROM creator_metadata`
      const filled = yield* run("scripts/backfill-insights.ts", "--similar")
      assert.strictEqual(filled.code, 0, filled.err)
      assert.deepInclude(JSON.parse(filled.out), { derived: 2, without_answer: 0, compared: 2 })
      assert.lengthOf(yield* sql`SELECT 1 FROM creator_metadata`, 2)
      // As a process leaves it that is killed between storing a later answer and deriving of it.
      yield* sql`
        UPDATE creator_metadata SET last_updated = last_updated - interval '2 days'
        WHERE profile_id = (SELECT id FROM profiles WHERE username = 'command.one')`
      for (const derived of [1, 0]) {
        assert.deepInclude(JSON.parse((yield* run("scripts/backfill-insights.ts")).out), { derived, without_answer: 0 })
      }
      const { cursor = "" } = /--similar --compare-after (?<cursor>\S+)/.exec(filled.err)?.groups ?? {}
      const rest = yield* run("scripts/backfill-insights.ts", "--similar", "--compare-after", cursor)
      assert.deepInclude(JSON.parse(rest.out), { derived: 0, compared: 0 })
      const derivedFrom = yield* run("scripts/backfill-insights.ts", "--similar", "--after", cursor)
      assert.deepInclude(
        JSON.parse(derivedFrom.out),
        { compared: 2 },
        "where deriving goes on, comparing still begins at the first"
      )
      assert.lengthOf(front.asked, asked, "nothing is paid for")
    }), { timeout: 120_000 })
})

layer(TestApp.layer({ settings: { JOBS_CONCURRENCY: "0" } }), { excludeTestServices: true })("a script beside a queue", (it) => {
  it.effect("leaves the look-ups that wait in it to servers and workers: nobody is asked", () =>
    Effect.gen(function*() {
      const { newUser } = yield* TestApp
      const { asked } = yield* VendorFront
      const sql = yield* SqlClient
      const user = yield* newUser
      const queued = sql`SELECT state, attempts FROM profile_fetches WHERE username = 'command.waits'`
      assert.strictEqual((yield* user.get("/profile/command.waits", { prefer: "wait=0" })).status, 202)
      yield* Effect.gen(function*() {
        yield* (yield* JobQueue).ready
        // A worker would take it up in the first of them.
        for (let look = 0; look < 200; look++) assert.deepStrictEqual(yield* queued, [{ state: "queued", attempts: 0 }])
      }).pipe(Effect.provide(doors(yield* environment)))
      assert.lengthOf(asked, 0)
    }), { timeout: 120_000 })
})
