import type { LiveCatalog } from "./Catalog.ts"
import type { Contract } from "./Contract.ts"
import type { Difference, Preflight, Repair, Step } from "./Finding.ts"
import type { Renames } from "./Renames.ts"
import { ident, literal, qualified } from "./Sql.ts"

/** What a repair is made from: the difference, the contract, and the database as it is. */
export interface RepairInput {
  readonly difference: Difference
  readonly contract: Contract
  /** With the names that the database has. */
  readonly live: LiveCatalog
  readonly renames: Renames
}

export const repair = (parts: Partial<Repair>): Repair => ({ steps: [], preflight: null, decision: null, note: null, ...parts })

/** A step that takes its lock for an instant: it changes the catalog and neither reads nor writes rows. */
export const brief = (phase: Step["phase"], sql: string, undo: string | null, lock: Step["lock"] = "ACCESS EXCLUSIVE"): Step => ({
  phase,
  sql,
  lock,
  rewrites_table: false,
  in_transaction: true,
  undo
})

/** A step that runs beside the traffic for as long as it takes, outside a transaction. */
export const concurrent = (phase: Step["phase"], sql: string, undo: string | null): Step => ({
  phase,
  sql,
  lock: "SHARE UPDATE EXCLUSIVE",
  rewrites_table: false,
  in_transaction: false,
  undo
})

export const validate = (phase: Step["phase"], relation: string, constraint: string): Step =>
  brief(phase, `ALTER TABLE ${qualified(relation)} VALIDATE CONSTRAINT ${ident(constraint)}`, null, "SHARE UPDATE EXCLUSIVE")

/** Fills a column in batches, each its own transaction, so that no row is locked for long. */
export const backfill = (relation: string, column: string, expression: string): Step => ({
  phase: "columns",
  sql: `DO $backfill$
BEGIN
  LOOP
    UPDATE ${qualified(relation)} SET ${ident(column)} = ${expression}
    WHERE ctid = ANY (ARRAY(SELECT ctid FROM ${qualified(relation)} WHERE ${ident(column)} IS NULL LIMIT 10000));
    EXIT WHEN NOT FOUND;
    COMMIT;
  END LOOP;
END
$backfill$`,
  lock: "ROW EXCLUSIVE",
  rewrites_table: false,
  in_transaction: false,
  undo: null
})

/** NOT NULL without a scan under an exclusive lock: PostgreSQL takes a validated check as proof. */
export const notNull = (relation: string, column: string): ReadonlyArray<Step> => {
  const proof = `${relation}_${column}_is_not_null`
  const table = `ALTER TABLE ${qualified(relation)}`
  return [
    brief(
      "columns",
      `${table} ADD CONSTRAINT ${ident(proof)} CHECK (${ident(column)} IS NOT NULL) NOT VALID`,
      `${table} DROP CONSTRAINT IF EXISTS ${ident(proof)}`
    ),
    validate("columns", relation, proof),
    brief(
      "columns",
      `${table} ALTER COLUMN ${ident(column)} SET NOT NULL`,
      `${table} ALTER COLUMN ${ident(column)} DROP NOT NULL`
    ),
    brief("columns", `${table} DROP CONSTRAINT ${ident(proof)}`, null)
  ]
}

/** Counts the rows of a relation that a condition picks, with the primary keys of a few; row values are never shown. */
export const countRows = (
  input: RepairInput,
  relation: string,
  question: string,
  condition: string,
  from?: string
): Preflight => {
  const key = keyOf(input, relation)
  return {
    question,
    sql: `WITH failing AS (
  SELECT ${key} AS key FROM ${from ?? `${qualified(relation)} AS t`} WHERE ${condition}
)
SELECT (SELECT count(*) FROM failing)::int AS rows, ARRAY(SELECT key FROM failing LIMIT 5) AS keys`
  }
}

/** The primary key as text, as the database has it; where there is none, the row's place. */
const keyOf = ({ live, renames }: RepairInput, relation: string): string => {
  const name = renames.relations.get(relation) ?? relation
  const found = live.relations.find((one) => one.name === name)
  const columns = found?.constraints.find(({ kind }) => kind === "primary")?.columns
  return columns === undefined || columns.length === 0
    ? "t.ctid::text"
    : `concat_ws(${literal(" ")}, ${columns.map((column) => `t.${ident(column)}`).join(", ")})`
}
