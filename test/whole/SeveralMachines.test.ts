import { assert, layer } from "@effect/vitest"
import { Effect, Layer, Redacted } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import type { BulkJobView } from "../../src/jobs/Job.ts"
import { AuthEmulator } from "../../src/sandbox/auth/AuthEmulator.ts"
import { Prng } from "../../src/sandbox/vendor/Prng.ts"
import { VendorSimulator } from "../../src/sandbox/vendor/VendorSimulator.ts"
import { startServer, startWorker } from "../support/processes.ts"
import { TestDatabase } from "../support/TestDatabase.ts"
import { until } from "../support/until.ts"
import { VendorFront } from "../support/VendorFront.ts"

const seed = process.env["KILL_SEED"] ?? "1"
const callers = 200
const bulkNames = Number(process.env["BULK_NAMES"] ?? 60)
const killsOfEach = Number(process.env["BULK_KILLS"] ?? 3)

const parts = Layer.mergeAll(VendorFront.layer, AuthEmulator.layer()).pipe(
  Layer.provideMerge(VendorSimulator.layer({
    username: "test",
    password: Redacted.make("secret"),
    latency: { min: 10, max: 120 }
  })),
  Layer.provideMerge(TestDatabase.layer)
)

layer(parts, { excludeTestServices: true })("several processes on one PostgreSQL", (it) => {
  it.effect(`${callers} callers of one cold name, spread over two servers, cause one vendor call`, () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const simulator = yield* VendorSimulator
      const auth = yield* AuthEmulator
      const servers = yield* Effect.all([startServer(), startServer()], { concurrency: 2 })
      const users = yield* Effect.forEach(
        Array.from({ length: callers }, (_, i) => `caller${i}@test.invalid`),
        (email) => auth.ensureUser(email, "password-of-the-test"),
        { concurrency: 8 }
      )
      yield* simulator.reset
      const answers = yield* Effect.promise(() =>
        Promise.all(users.map(async ({ access_token }, i) => {
          const answer = await fetch(`${servers[i % 2]?.url}/profile/cold.everywhere`, {
            headers: { authorization: `Bearer ${access_token}` }
          })
          return { status: answer.status, text: await answer.text() }
        }))
      )
      assert.deepStrictEqual(new Set(answers.map(({ status }) => status)), new Set([200]))
      const { billed, calls } = yield* simulator.stats
      assert.deepStrictEqual({ billed, calls }, { billed: 1, calls: 1 })
      for (const table of ["user_profile_access", "user_searches"]) {
        const owners = yield* sql<{ user_id: string }>`SELECT user_id FROM ${sql(table)}`
        assert.sameMembers(owners.map((row) => row.user_id), users.map(({ user_id }) => user_id), table)
      }
    }), 120_000)

  it.effect.each(["sync", "async"] as const)(
    `a job of ${bulkNames} names ends whole although its two workers are killed ${killsOfEach} times each (%s, seed ${seed})`,
    (mode) =>
      Effect.gen(function*() {
        const sql = yield* SqlClient
        const front = yield* VendorFront
        const auth = yield* AuthEmulator
        const random = new Prng("bulk", seed)
        const { access_token, user_id } = yield* auth.ensureUser(`${mode}@test.invalid`, "password-of-the-test")
        const authorization = `Bearer ${access_token}`
        const server = yield* startServer({ JOBS_CONCURRENCY: "0", DECODO_MODE: mode })
        const names = Array.from({ length: bulkNames }, (_, i) => `${mode}.${i}`)
        const made = yield* Effect.promise(() =>
          fetch(`${server.url}/jobs`, {
            method: "POST",
            headers: { authorization, "content-type": "application/json" },
            body: JSON.stringify({ usernames: names })
          }).then((answer) => answer.json() as Promise<BulkJobView>)
        )
        const progress: Array<number> = []
        // Not without a pause: the server would have little time for anything else.
        const look = Effect.gen(function*() {
          yield* Effect.sleep("50 millis")
          const job = yield* Effect.promise(() =>
            fetch(server.url + made.href, { headers: { authorization } }).then((answer) => answer.json() as Promise<BulkJobView>)
          )
          progress.push(job.progress.succeeded + job.progress.failed)
          return job
        })

        const start = startWorker({ DECODO_MODE: mode })
        const workers = [yield* start, yield* start]
        const askedBefore = front.asked.length
        /** Names are asked for one by one, or many at once and then had one by one. */
        const come = mode === "sync" ? () => front.asked.length : ({ progress }: BulkJobView) => progress.succeeded
        for (let kill = 0; kill < 2 * killsOfEach; kill++) {
          // Somewhere within the next names, but never after the last.
          const next = come(yield* look) + random.int(1, Math.max(1, Math.floor(bulkNames / (2 * killsOfEach + 2))))
          const turns = random.int(0, 500)
          yield* until(look, (job) => come(job) >= next || job.finished_at !== null)
          for (let turn = 0; turn < turns; turn++) {
            yield* Effect.promise(() => new Promise<void>((resolve) => setImmediate(resolve)))
          }
          yield* workers[kill % 2]?.kill ?? Effect.void
          workers[kill % 2] = yield* start
        }
        const done = yield* until(look, (job) => job.finished_at !== null)

        assert.deepStrictEqual([done.status, done.progress.succeeded], ["finished", bulkNames])
        assert.deepStrictEqual(progress, progress.toSorted((a, b) => a - b), "never runs backwards")
        const answers = yield* sql<{ username: string }>`
          SELECT DISTINCT username FROM vendor_answers WHERE username = ANY (${names}::text[])`
        assert.sameMembers(answers.map(({ username }) => username), names)
        // A process that got no time for longer than its lease has a twin that asks beside it, but not after it: what arrives is kept within a second.
        const again = yield* sql`
          SELECT first.username, first.fetched_at, next.fetched_at AS again_at, next.duration_ms
          FROM vendor_answers AS first JOIN vendor_answers AS next USING (username)
          WHERE next.fetched_at - next.duration_ms * interval '1 millisecond' > first.fetched_at + interval '1 second'`
        assert.deepStrictEqual(again, [], "no name is paid again whose answer had arrived")
        const twice = yield* sql`SELECT username FROM vendor_answers GROUP BY username HAVING count(*) > 1`
        const ordered = yield* sql`
          SELECT first.query FROM vendor_tasks AS first JOIN vendor_tasks AS next USING (target, query)
          WHERE next.task_id IS NOT NULL AND next.submitted_at > first.answered_at + interval '1 second'`
        assert.deepStrictEqual(ordered, [], "nor ordered again whose result had come")
        for (const table of ["user_profile_access", "user_searches"]) {
          assert.lengthOf(yield* sql`SELECT 1 FROM ${sql(table)} WHERE user_id = ${user_id}`, bulkNames, `${table}: once each`)
        }
        const left = yield* sql`SELECT 1 FROM profile_fetches WHERE finished_at IS NULL`
        assert.lengthOf(left, 0, "nothing is stuck")
        const pending = yield* sql`SELECT 1 FROM job_engine.queue WHERE state = 'failed'`
        assert.lengthOf(pending, 0, "nothing was given up in silence")
        yield* Effect.logWarning("killed", {
          mode,
          names: bulkNames,
          kills: 2 * killsOfEach,
          calls: front.asked.length - askedBefore,
          twins: twice.length
        })
      }),
    Math.max(600_000, bulkNames * 2_000)
  )
})
