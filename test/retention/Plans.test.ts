import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { instantOf } from "../../src/database/Instant.ts"
import { RetentionRepo } from "../../src/retention/RetentionRepo.ts"
import { agingTables } from "../../src/retention/RetentionRules.ts"
import { planOf, sentLayer } from "../support/plans.ts"
import { insertUser } from "../support/rows.ts"
import { TestDatabase } from "../support/TestDatabase.ts"

const sent: Parameters<typeof sentLayer>[0] = []
const repos = RetentionRepo.layer.pipe(Layer.provideMerge(sentLayer(sent)), Layer.provideMerge(TestDatabase.layer))

/** An hour between two rows of a table, the youngest of now; five answers a name. Of ten jobs one goes on. */
const filled = Effect.gen(function*() {
  const sql = yield* SqlClient
  const user = yield* insertUser
  const hours = sql`generate_series(0, 19999) AS n, LATERAL (SELECT now() - n * interval '1 hour' AS at) AS age`
  yield* sql`
    INSERT INTO vendor_answers (username, target, fetched_at, duration_ms, attempts, response_bytes, payload)
    SELECT 'u' || n % 4000, 't', at, 1, 1, 1, '{}' FROM ${hours}`
  yield* sql`
    INSERT INTO post_answers (shortcode, target, fetched_at, duration_ms, attempts, response_bytes, payload)
    SELECT 'P' || n, 't', at, 1, 1, 1, '{}' FROM ${hours}`
  yield* sql`
    INSERT INTO vendor_calls (called_at, target, purpose, outcome, billed, cost_micros, duration_ms, attempt)
    SELECT at, 't', 'lookup', 'success', 'yes', 1, 1, 1 FROM ${hours}`
  yield* sql`INSERT INTO vendor_spend (day, spent_micros) SELECT '2024-01-01'::date + n, 1 FROM generate_series(0, 900) AS n`
  yield* sql`
    INSERT INTO jobs (user_id, total, state, created_at, finished_at)
    SELECT ${user}, 1, CASE WHEN n % 10 = 0 THEN 'running' ELSE 'finished' END, at, CASE WHEN n % 10 = 0 THEN NULL ELSE at END
    FROM ${hours}`
  for (const table of agingTables) yield* sql.unsafe(`VACUUM ANALYZE ${table}`)
})

const indexes = {
  vendor_answers: "vendor_answers_fetched_at_idx",
  post_answers: "post_answers_fetched_at_idx",
  vendor_calls: "vendor_calls_called_at_idx",
  vendor_spend: undefined,
  jobs: "jobs_finished_at_idx"
} as const satisfies Record<(typeof agingTables)[number], string | undefined>

layer(repos, { excludeTestServices: true, timeout: "2 minutes" })("with 20,000 rows of each table that ages", (it) => {
  it.effect("a batch of what is too old is found by its age: what is young is not looked at", () =>
    Effect.gen(function*() {
      yield* filled
      const repo = yield* RetentionRepo
      const before = instantOf(Date.now() - 19_000 * 3_600_000)
      for (const table of agingTables) {
        const index = indexes[table]
        if (index === undefined) continue
        // The statement itself runs once more, on the batch after it.
        const { pages, steps } = yield* planOf(sent, repo.delete(table, before, 100))
        assert.include(steps, index, table)
        assert.notInclude(steps, "Seq Scan", table)
        assert.isAtMost(pages, 3000, `${table}: ${steps}`)
      }
    }))
})
