import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { applySteps, runPreflight } from "../../src/alignment/Apply.ts"
import type { Finding } from "../../src/alignment/Finding.ts"
import { planOf } from "../../src/alignment/Repair.ts"
import { colours, plain, reportSql, reportText } from "../../src/alignment/ReportText.ts"
import { splitStatements } from "../../src/database/SqlScript.ts"
import { insertExamples } from "../database/exampleRows.ts"
import { TestDatabase } from "../support/TestDatabase.ts"
import { execute, findings, places } from "./support.ts"

/** Eleven kinds of damage at once, on tables with rows. */
const damage = [
  "ALTER TABLE public.campaigns DROP COLUMN campaign_goals",
  "ALTER TABLE public.related_profiles DROP COLUMN id",
  "ALTER TABLE public.posts RENAME COLUMN caption TO text_of_post",
  "ALTER TABLE public.profiles ALTER COLUMN full_name TYPE varchar(200)",
  "ALTER TABLE public.user_profiles ALTER COLUMN timezone DROP NOT NULL",
  "UPDATE public.user_profiles SET timezone = NULL",
  "ALTER TABLE public.user_profile_access DROP CONSTRAINT user_profile_access_user_id_profile_id_key",
  "ALTER TABLE public.campaign_posts DROP CONSTRAINT campaign_posts_post_id_fkey",
  "ALTER TABLE public.campaigns DROP CONSTRAINT campaigns_status",
  "DROP INDEX public.posts_hashtags_idx",
  "DROP POLICY campaigns_select_own ON public.campaigns",
  "ALTER TABLE public.mentions DISABLE ROW LEVEL SECURITY",
  "GRANT SELECT ON public.vendor_answers TO anon"
]

const damaged = [
  "check_missing campaigns.campaigns_campaign_goals_object",
  "check_missing campaigns.campaigns_status",
  "column_missing campaigns.campaign_goals",
  "column_missing posts.caption",
  "column_missing related_profiles.id",
  "column_nullable user_profiles.timezone",
  "column_type profiles.full_name",
  "foreign_key_missing campaign_posts.campaign_posts_post_id_fkey",
  "grant_extra vendor_answers.anon",
  // Expressions over the column whose type is another one.
  "index_different profiles.profiles_full_name_prefix_idx",
  "index_different profiles.profiles_full_name_trgm_idx",
  "index_missing posts.posts_hashtags_idx",
  "key_missing related_profiles.related_profiles_pkey",
  "key_missing user_profile_access.user_profile_access_user_id_profile_id_key",
  "policy_missing campaigns.campaigns_select_own",
  "row_security_disabled mentions.mentions"
]

layer(Layer.fresh(TestDatabase.layer))("a damaged database with rows", (it) => {
  it.effect("is mended by the generated steps as they are, outside any transaction of ours", () =>
    Effect.gen(function*() {
      yield* insertExamples
      yield* execute(...damage)
      const found = yield* findings
      assert.deepStrictEqual(places(found).sort(), damaged)
      yield* applySteps(planOf(found))
      assert.deepStrictEqual(places(yield* findings), [])
      const sql = yield* SqlClient
      const rows =
        yield* sql`SELECT count(*) FILTER (WHERE id IS NULL)::int AS without, count(*)::int AS all FROM related_profiles`
      assert.deepStrictEqual(rows, [{ without: 0, all: 2 }])
    }))

  it.effect("is mended by the script that psql would run", () =>
    Effect.gen(function*() {
      yield* execute(...damage)
      const script = reportSql(yield* findings)
      // The driver runs BEGIN and COMMIT on whichever connection is free: psql has one.
      const sql = yield* SqlClient
      const statements = splitStatements(script).filter((statement) => !/^(BEGIN|COMMIT)$/.test(statement))
      yield* Effect.forEach(statements, (statement) => sql.unsafe(statement), { discard: true })
      assert.deepStrictEqual(places(yield* findings), [])
    }))
})

layer(Layer.fresh(TestDatabase.layer))("a pre-flight", (it) => {
  const only = (found: ReadonlyArray<Finding>) => {
    const preflight = found[0]?.repair.preflight
    return preflight == null ? Effect.die(`no pre-flight: ${places(found).join()}`) : runPreflight(preflight)
  }

  it.effect("counts the rows that stand in the way and shows a few of their keys", () =>
    Effect.gen(function*() {
      yield* insertExamples
      const ids = "SELECT id::text FROM public.campaigns ORDER BY id"
      const sql = yield* SqlClient
      const [{ id } = { id: "" }] = yield* sql.unsafe<{ id: string }>(ids)

      yield* execute(
        "ALTER TABLE public.campaigns DROP CONSTRAINT campaigns_status",
        `UPDATE public.campaigns SET status = 'lost' WHERE id = '${id}'`
      )
      assert.deepStrictEqual(yield* only(yield* findings), { rows: 1, keys: [id] })
      const failed = yield* Effect.flip(applySteps(planOf(yield* findings)))
      assert.strictEqual(failed.reason._tag, "ConstraintError")
      assert.deepStrictEqual(places(yield* findings), ["constraint_not_validated campaigns.campaigns_status"])
      yield* execute("UPDATE public.campaigns SET status = 'draft' WHERE status = 'lost'")
      yield* applySteps(planOf(yield* findings))
      assert.deepStrictEqual(yield* findings, [])
    }))

  it.effect("counts orphans, duplicates, missing values and texts that are no uuid", () =>
    Effect.gen(function*() {
      const rowsOf = Effect.fnUntraced(function*(...statements: ReadonlyArray<string>) {
        yield* execute(...statements)
        return (yield* only(yield* findings)).rows
      })
      const mend = Effect.flatMap(findings, (found) => applySteps(planOf(found)))

      assert.strictEqual(
        yield* rowsOf(
          "ALTER TABLE public.campaign_posts DROP CONSTRAINT campaign_posts_campaign_id_fkey",
          "UPDATE public.campaign_posts SET campaign_id = gen_random_uuid()"
        ),
        2
      )
      yield* execute("DELETE FROM public.campaign_posts")
      yield* mend

      assert.strictEqual(
        yield* rowsOf(
          "ALTER TABLE public.related_profiles DROP CONSTRAINT related_profiles_profile_id_related_username_key",
          "UPDATE public.related_profiles SET related_username = 'same', profile_id = (SELECT id FROM public.profiles LIMIT 1)"
        ),
        (yield* SqlClient.use((sql) => sql<{ n: number }>`SELECT count(*)::int AS n FROM public.related_profiles`))[0]?.n ?? -1
      )
      yield* execute("DELETE FROM public.related_profiles")
      yield* mend

      assert.strictEqual(
        yield* rowsOf(
          "ALTER TABLE public.posts ALTER COLUMN shortcode DROP NOT NULL",
          "UPDATE public.posts SET shortcode = NULL"
        ),
        (yield* SqlClient.use((sql) => sql<{ n: number }>`SELECT count(*)::int AS n FROM public.posts`))[0]?.n ?? -1
      )
      yield* execute("UPDATE public.posts SET shortcode = id::text")
      yield* mend

      assert.strictEqual(
        yield* rowsOf(
          "ALTER TABLE public.vendor_answers ALTER COLUMN id DROP DEFAULT, ALTER COLUMN id TYPE text",
          "ALTER TABLE public.vendor_answers ALTER COLUMN id SET DEFAULT gen_random_uuid()",
          "UPDATE public.vendor_answers SET id = 'no uuid ' || id WHERE id = (SELECT min(id) FROM public.vendor_answers)"
        ),
        1
      )
    }))
})

layer(Layer.fresh(TestDatabase.layer))("the report", (it) => {
  it.effect("says what differs, whom it concerns, what mends it and how much", () =>
    Effect.gen(function*() {
      yield* execute("ALTER TABLE public.campaigns DROP COLUMN budget")
      const report = {
        status: "drifted" as const,
        checked_at: null,
        duration_ms: 12,
        server_version: 180_000,
        findings: yield* findings,
        notices: ["something: worth a look"],
        failure: null
      }
      const text = reportText(report, plain)
      for (
        const part of [
          "breaks reads campaigns budget column_missing",
          "expected numeric(14,2)",
          "found    absent",
          "routes   GET /campaigns, POST /campaigns, GET /campaigns/:id/posts",
          "with it  check_missing campaigns_budget, check_missing campaigns_budget_has_currency",
          "mend     ALTER TABLE public.campaigns ADD COLUMN budget numeric(14,2);  -- ACCESS EXCLUSIVE",
          "notice something: worth a look",
          "Drifted: 3 findings (1 breaks reads, 2 breaks integrity); 3 routes stopped, 1 decision for a person (12 ms, PostgreSQL 18)."
        ]
      ) assert.include(text, part)
      assert.include(reportText(report, colours), "\u001B[31m")
      assert.include(reportSql(report.findings), "-- Back: ALTER TABLE public.campaigns DROP COLUMN IF EXISTS budget;")
      assert.include(reportSql([]), "Nothing to do")
    }))
})
