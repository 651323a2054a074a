import { legacyRows } from "./PlanSql.ts"
import { asColumn, type Places, type TableRules, type Write } from "./TableRules.ts"

/**
 * The statements that carry out one batch: rows `$1 < seq <= $2` of the plan of a table. Each row is written once, in the transaction that
 * moves the cursor past it; what was reported of it is written in the same.
 */
export const copyStatements = (rules: TableRules, at: Places): ReadonlyArray<string> => [
  ...rules.writes.map((write) => writeStatement(rules, write, at)),
  reportStatement(rules, at)
]

const writeStatement = (rules: TableRules, write: Write, at: Places): string => {
  const columns = Object.entries(write.columns).map(([name, given]) => ({ name, ...asColumn(given) }))
  const folded = columns.filter((column) => column.fold !== undefined)
  const value = (column: (typeof columns)[number]) =>
    column.fold === undefined ? column.value : column.fold.combine(column.value, `m.${column.name}`)
  const verdicts = write.merged === true ? "('adopt', 'merge')" : "('adopt')"
  return `
INSERT INTO public.${write.into} AS current (${columns.map((column) => column.name).join(", ")})
SELECT ${columns.map(value).join(",\n  ")}
FROM ${at.plan}.adoption_plan AS b ${rows(rules, at, "b")}${folded.length === 0 ? "" : mergedRows(rules, folded, at)}
WHERE b.table_name = '${rules.table}' AND b.seq > $1 AND b.seq <= $2 AND b.verdict IN ${verdicts}${
    write.where === undefined ? "" : ` AND (${write.where})`
  }
ORDER BY b.seq${write.conflict === undefined ? "" : `\nON CONFLICT ${write.conflict}`}`
}

/** What the rows merged into `b` have to add, as `m`. Inside, `l` and the joins are those of the merged rows. */
const mergedRows = (
  rules: TableRules,
  folded: ReadonlyArray<{ readonly name: string } & ReturnType<typeof asColumn>>,
  at: Places
): string => `
LEFT JOIN LATERAL (
  SELECT ${folded.map(({ fold, name, value }) => `${fold?.aggregate(value)} AS ${name}`).join(",\n    ")}
  FROM ${at.plan}.adoption_plan AS mb ${rows(rules, at, "mb")}
  WHERE mb.table_name = '${rules.table}' AND mb.verdict = 'merge' AND mb.target = b.target
) AS m ON true`

/** The plan's rows come first, so that the planner looks the legacy rows up by key instead of reading the table for each batch. */
const rows = (rules: TableRules, at: Places, plan: string) =>
  `${rules.sourceMayShrink === true ? "LEFT" : "INNER"} JOIN ${legacyRows(rules, at)} AS l ON l.id = ${plan}.key${
    rules.keyType === "uuid" ? "::uuid" : ""
  } ${rules.joins}`

const reportStatement = (rules: TableRules, at: Places): string => `
INSERT INTO ${at.plan}.adoption_report (table_name, key, outcome, reason, detail)
SELECT b.table_name, b.key,
  CASE b.verdict WHEN 'adopt' THEN 'changed' WHEN 'merge' THEN 'merged' ELSE 'quarantined' END,
  r.reason, CASE WHEN b.verdict = 'merge' THEN jsonb_build_object('into', b.target) ELSE '{}' END
FROM ${at.plan}.adoption_plan AS b
CROSS JOIN LATERAL unnest(CASE WHEN b.verdict = 'adopt' THEN b.changes ELSE ARRAY[b.reason] END) AS r (reason)
WHERE b.table_name = '${rules.table}' AND b.seq > $1 AND b.seq <= $2`
