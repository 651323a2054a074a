import { Effect, Schema } from "effect"
import type { SqlClient } from "effect/sql/SqlClient"
import type { Openings } from "./CreditOpenings.ts"
import { decode, type State } from "./LegacyDatabase.ts"
import { type LegacyTable, ruleName } from "./LegacySchema.ts"
import { legacyRows } from "./PlanSql.ts"
import { type FoundColumns, unknownColumns } from "./Source.ts"
import type { Places, TableRules } from "./TableRules.ts"

const TableCount = Schema.Struct({
  table: Schema.String,
  found: Schema.Int,
  adopted: Schema.Int,
  /** Of the adopted: those with a value that had to change. */
  changed: Schema.Int,
  merged: Schema.Int,
  quarantined: Schema.Int
})
export type TableCount = typeof TableCount.Type

const ReasonCount = Schema.Struct({
  table: Schema.String,
  outcome: Schema.Literals(["changed", "merged", "quarantined"]),
  reason: Schema.String,
  rows: Schema.Int
})
export type ReasonCount = typeof ReasonCount.Type

export interface DroppedColumn {
  readonly table: string
  readonly column: string
  readonly why: string
  /** How many rows have a value there. */
  readonly values: number
}

export interface Summary {
  readonly state: State
  readonly counts: ReadonlyArray<TableCount>
  readonly reasons: ReadonlyArray<ReasonCount>
  readonly dropped: ReadonlyArray<DroppedColumn>
  readonly openings: Openings
  readonly notes: ReadonlyArray<string>
}

/** The tables whose rows do not add up. */
export const unbalanced = (counts: ReadonlyArray<TableCount>): ReadonlyArray<string> =>
  counts.filter(({ adopted, found, merged, quarantined }) => found !== adopted + merged + quarantined).map(({ table }) => table)

/** What the plan says will be. */
export const plannedCounts = (sql: SqlClient, rules: ReadonlyArray<TableRules>, at: Places) =>
  countEach(sql, rules, at, (_, verdict) => `SELECT count(*) FROM plan WHERE verdict = '${verdict}'`)

/**
 * What is: rows whose successor stands in its table, rows whose row was merged into one that stands, and quarantined rows that are in the
 * report and still in the old table.
 */
export const adoptedCounts = (sql: SqlClient, rules: ReadonlyArray<TableRules>, at: Places) =>
  countEach(sql, rules, at, (table, verdict) =>
    verdict === "quarantine"
      ? `SELECT count(*) FROM plan JOIN ${legacyRows(table, at)} AS l ON l.id::text = plan.key
         JOIN ${at.plan}.adoption_report AS r ON r.table_name = plan.table_name AND r.key = plan.key AND r.outcome = 'quarantined'
         WHERE verdict = 'quarantine'`
      : `SELECT count(*) FROM plan JOIN public.${table.stands.table} AS s ON s.${table.stands.column} = plan.target
         WHERE verdict = '${verdict}'`)

const countEach = (
  sql: SqlClient,
  rules: ReadonlyArray<TableRules>,
  at: Places,
  counted: (rules: TableRules, verdict: "adopt" | "merge" | "quarantine") => string
) =>
  Effect.map(
    Effect.forEach(rules, (table) =>
      Effect.flatMap(
        sql.unsafe(`
WITH plan AS (SELECT * FROM ${at.plan}.adoption_plan WHERE table_name = '${table.table}')
SELECT '${table.table}' AS "table",
  ${
          table.sourceMayShrink === true
            ? "(SELECT count(*) FROM plan)"
            : `(SELECT count(*) FROM ${legacyRows(table, at)} AS l)`
        } AS found,
  (${counted(table, "adopt")}) AS adopted, (${counted(table, "merge")}) AS merged, (${
          counted(table, "quarantine")
        }) AS quarantined,
  (SELECT count(*) FROM plan WHERE changes <> '{}') AS changed`),
        decode(TableCount)
      )),
    (counts) => counts.flat()
  )

export const plannedReasons = (sql: SqlClient, at: Places) =>
  Effect.flatMap(
    sql.unsafe(`
SELECT table_name AS "table", CASE verdict WHEN 'adopt' THEN 'changed' WHEN 'merge' THEN 'merged' ELSE 'quarantined' END AS outcome,
  r.reason, count(*) AS rows
FROM ${at.plan}.adoption_plan CROSS JOIN LATERAL unnest(CASE WHEN verdict = 'adopt' THEN changes ELSE ARRAY[adoption_plan.reason] END) AS r (reason)
GROUP BY 1, 2, 3 ORDER BY 1, 2 DESC, 4 DESC, 3`),
    decode(ReasonCount)
  )

/** The columns with values that have no place in the new tables, those that no rule knows among them. */
export const droppedColumns = Effect.fnUntraced(function*(
  sql: SqlClient,
  rules: ReadonlyArray<TableRules>,
  found: FoundColumns,
  schema: string
) {
  const dropped: Array<DroppedColumn> = []
  for (const { dropped: known = {}, table } of rules) {
    const present = found.get(table)
    if (table === "auth.users" || present === undefined) continue
    const columns = [
      ...[...present.keys()].filter((name) => ruleName(name) in known).map((name) => ({
        name,
        why: known[ruleName(name)] ?? ""
      })),
      ...unknownColumns(table satisfies LegacyTable, found).map((name) => ({ name, why: "no rule knows this column" }))
    ]
    for (const { name, why } of columns) {
      const [counted] = yield* Effect.flatMap(
        sql`SELECT count(${sql.literal(`"${name.replaceAll("\"", "\"\"")}"`)}) AS values FROM ${sql(schema)}.${sql(table)}`,
        decode(Schema.Struct({ values: Schema.Int }))
      )
      if (counted !== undefined && counted.values > 0) dropped.push({ table, column: name, why, values: counted.values })
    }
  }
  return dropped
})

export const recordDropped = (sql: SqlClient, dropped: ReadonlyArray<DroppedColumn>) =>
  sql`INSERT INTO legacy.adoption_report (table_name, key, outcome, reason, detail)
    SELECT "table", "column", 'dropped', 'column_dropped', jsonb_build_object('why', why, 'values', "values")
    FROM jsonb_to_recordset(${JSON.stringify(dropped)}::jsonb) AS x ("table" text, "column" text, why text, "values" bigint)
    ON CONFLICT (table_name, key, outcome, reason) DO UPDATE SET detail = excluded.detail`
