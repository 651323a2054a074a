import { Effect } from "effect"
import type { SqlClient } from "effect/sql/SqlClient"
import { failingAt } from "./FailingAt.ts"
import { planStatement, planTables } from "./PlanSql.ts"
import { allRules } from "./Rules.ts"
import type { Places } from "./TableRules.ts"

export interface PlanSettings {
  /** ISO 4217 code of old budgets, or XXX: not known. */
  readonly currency: string
  /** Stands in for timestamps that nothing tells; undefined takes the time of the first start. */
  readonly asOf: string | undefined
  readonly onProgress: (line: string) => Effect.Effect<void>
}

/** Judges every row of every table. Call inside a transaction. */
export const makePlan = Effect.fnUntraced(function*(sql: SqlClient, at: Places, settings: PlanSettings) {
  const plan = sql(at.plan)
  yield* sql`SET LOCAL statement_timeout = 0`
  for (const statement of planTables(at)) yield* sql.unsafe(statement)
  if (at.plan === "pg_temp") {
    yield* sql`CREATE TEMP TABLE adoption_settings ON COMMIT DROP AS
      SELECT coalesce(${
      settings.asOf ?? null
    }::timestamptz, date_trunc('milliseconds', now())) AS as_of, ${settings.currency}::text AS currency,
        0::bigint AS supabase_users`
  }
  yield* sql`UPDATE ${plan}.adoption_settings SET supabase_users = (SELECT count(*) FROM auth.users)`
  for (const rules of allRules(at)) {
    yield* settings.onProgress(`Judging ${rules.table} …`)
    yield* failingAt("Judging", rules.table)(
      Effect.forEach([...rules.prepare ?? [], planStatement(rules, at)], (statement) => sql.unsafe(statement), { discard: true })
    )
    // The next tables look these verdicts up: without statistics the planner takes the table for empty.
    yield* sql`ANALYZE ${plan}.adoption_plan`
  }
})
