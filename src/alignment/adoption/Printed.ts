import type { Summary, TableCount } from "./Summary.ts"

/** A summary for people: counts that add up, why rows differ, and what to do next. */
export const printed = (summary: Summary): string => {
  const total = summary.counts.reduce<TableCount>((sum, row) => ({
    table: "all",
    found: sum.found + row.found,
    adopted: sum.adopted + row.adopted,
    changed: sum.changed + row.changed,
    merged: sum.merged + row.merged,
    quarantined: sum.quarantined + row.quarantined
  }), { table: "all", found: 0, adopted: 0, changed: 0, merged: 0, quarantined: 0 })
  return [
    grid(
      ["table", "found", "adopted", "of them changed", "merged", "quarantined"],
      [...summary.counts, total].map((row) => [row.table, row.found, row.adopted, row.changed, row.merged, row.quarantined])
    ),
    grid(
      ["table", "outcome", "reason", "rows"],
      summary.reasons.map(({ outcome, reason, rows, table }) => [table, outcome, reason, rows])
    ),
    grid(
      ["table", "column without a place", "values", "why"],
      summary.dropped.map(({ column, table, values, why }) => [table, column, values, why])
    ),
    credits(summary),
    ...summary.notes,
    next(summary)
  ].filter((part) => part !== "").join("\n\n")
}

const credits = ({ openings: { accounts, credits, quarantined } }: Summary): string =>
  accounts + quarantined === 0 ?
    "" :
    `Credits: ${credits.toLocaleString("en-US")} of ${accounts.toLocaleString("en-US")} users, each with an opening entry; ${
      quarantined.toLocaleString("en-US")
    } values stay behind (users.credits in the report).`

const next = ({ state }: Summary): string => {
  switch (state) {
    case "complete":
      return `Complete. Each row's report:  SELECT * FROM legacy.adoption_report;  what each old id became:  SELECT * FROM legacy.adoption_plan;
The old tables, passwords and tokens among them, stay in the schema legacy until you drop it:  DROP SCHEMA legacy CASCADE;`
    case "planned":
      return "Begun and not finished: run again without --dry-run to go on."
    default:
      return "Nothing was written. Run without --dry-run to adopt."
  }
}

/** Columns of text to the left, of numbers to the right. */
const grid = (head: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string | number>>): string => {
  if (rows.length === 0) return ""
  const cells = [head, ...rows.map((row) => row.map((cell) => typeof cell === "number" ? cell.toLocaleString("en-US") : cell))]
  const widths = head.map((_, index) => Math.max(...cells.map((row) => row[index]?.length ?? 0)))
  return cells.map((row) =>
    row.map((cell, index) =>
      typeof rows[0]?.[index] === "number" ? cell.padStart(widths[index] ?? 0) : cell.padEnd(widths[index] ?? 0)
    ).join("  ").trimEnd()
  ).join("\n")
}
