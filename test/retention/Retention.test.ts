import { assert, layer } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { retentionOf } from "../../scripts/maintenance/options.ts"
import { Audit } from "../../src/audit/Audit.ts"
import { Campaigns } from "../../src/campaigns/Campaigns.ts"
import { Transaction } from "../../src/database/Transaction.ts"
import { Metrics, MetricsRegistry } from "../../src/observability/Metrics.ts"
import { Retention } from "../../src/retention/Retention.ts"
import { Searches } from "../../src/searches/Searches.ts"
import { insertUser } from "../support/rows.ts"
import { runScript } from "../support/runScript.ts"
import { TestDatabase } from "../support/TestDatabase.ts"

const retention = Effect.fnUntraced(function*(environment: Readonly<Record<string, string>> = {}) {
  const settings = yield* retentionOf(environment)
  return Context.get(
    yield* Layer.build(
      Retention.layer(settings).pipe(
        Layer.provide([Searches.layer, Campaigns.layer]),
        Layer.provide(Audit.layer),
        Layer.provide(Transaction.layer)
      )
    ),
    Retention
  )
})

/** Something old and something new of each table. */
const rows = Effect.gen(function*() {
  const sql = yield* SqlClient
  const user = yield* insertUser
  for (const days of [500, 450, 1]) {
    const at = sql`now() - ${days} * interval '1 day'`
    for (const name of ["one.name", days === 500 ? "seldom.seen" : "one.name"]) {
      yield* sql`
        INSERT INTO vendor_answers (username, target, fetched_at, duration_ms, attempts, response_bytes, payload)
        VALUES (${name}, 't', ${at}, 1, 1, 1, '{}')`
    }
    yield* sql`
      INSERT INTO post_answers (shortcode, target, fetched_at, duration_ms, attempts, response_bytes, payload)
      VALUES (${`P${days}`}, 't', ${at}, 1, 1, 1, '{}')`
    yield* sql`
      INSERT INTO vendor_calls (called_at, target, purpose, outcome, billed, cost_micros, duration_ms, attempt)
      VALUES (${at}, 't', 'lookup', 'success', 'yes', 1, 1, 1)`
    yield* sql`INSERT INTO vendor_spend (day, spent_micros) VALUES ((${at})::date, 1) ON CONFLICT DO NOTHING`
    yield* sql`INSERT INTO jobs (user_id, total, state, created_at, finished_at) VALUES (${user}, 1, 'finished', ${at}, ${at})`
    yield* sql`INSERT INTO jobs (user_id, total, created_at) VALUES (${user}, 1, ${at})`
    yield* sql`
      INSERT INTO user_searches (user_id, instagram_username, search_timestamp, analysis_type, success)
      VALUES (${user}, 'one.name', ${at}, 'lookup', true)`
    yield* sql`INSERT INTO campaigns (user_id, name, deleted_at) VALUES (${user}, 'binned', ${at})`
  }
  return user
})

layer(TestDatabase.layer, { excludeTestServices: true })("what is too old", (it) => {
  it.effect("goes by each setting, what is still needed apart; a dry run counts the same and deletes nothing", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const registry = new MetricsRegistry()
      yield* Effect.gen(function*() {
        yield* rows
        const { purge } = yield* retention()
        const expected = {
          vendor_answers: 3,
          post_answers: 2,
          vendor_calls: 2,
          vendor_spend: 2,
          jobs: 2,
          user_searches: 2,
          campaigns: 2
        }
        assert.deepStrictEqual(yield* purge(true), expected)
        assert.deepStrictEqual(yield* purge(false), expected)
        assert.deepStrictEqual(Object.values(yield* purge(false)).filter((count) => count > 0), [])
        const family = registry.families.get("retention_purged_rows")
        assert(family?.type === "counter")
        assert.strictEqual(family.counter.cell(["jobs"]).value, 2)
      }).pipe(Effect.provideService(Metrics, registry))
      const left = yield* sql`SELECT username, count(*)::int AS n FROM vendor_answers GROUP BY 1 ORDER BY 1`
      assert.deepStrictEqual(left, [{ username: "one.name", n: 2 }, { username: "seldom.seen", n: 1 }])
      assert.lengthOf(yield* sql`SELECT 1 FROM jobs WHERE finished_at IS NULL`, 3, "what is under way stays, however old")
    }))

  it.effect("stays where its setting is 0", () =>
    Effect.gen(function*() {
      yield* rows
      const off = Object.fromEntries(
        [
          "VENDOR_ANSWER_RETENTION",
          "POST_ANSWER_RETENTION",
          "VENDOR_CALL_RETENTION",
          "VENDOR_SPEND_RETENTION",
          "JOB_RETENTION",
          "SEARCH_RETENTION",
          "CAMPAIGN_BIN_RETENTION"
        ].map((name) => [name, "0"])
      )
      const { purge } = yield* retention(off)
      assert.deepStrictEqual(yield* purge(false), {})
    }))

  it.effect("is deleted by the script as well", () =>
    Effect.gen(function*() {
      const run = (...args: ReadonlyArray<string>) => Effect.map(runScript("purge-expired", ...args), ({ out }) => out)
      assert.include(yield* run("--dry-run"), "jobs: 2 would be deleted")
      assert.include(yield* run(), "jobs: 2 deleted")
      assert.include(yield* run(), "jobs: 0 deleted")
    }), 60_000)
})
