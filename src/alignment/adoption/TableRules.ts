import type { LegacyTable } from "./LegacySchema.ts"

/**
 * What becomes of one legacy table, as data: SQL expressions over the row `l` and whatever `joins` adds. Two statements are made of it:
 * the plan, which gives every row its verdict before anything is written, and the copy, which carries it out in batches.
 */
export interface TableRules {
  readonly table: LegacyTable | "auth.users"
  /** Of `l.id`. */
  readonly keyType: "uuid" | "text"
  /** FROM items after `l`: normalised values and the verdicts on the rows this one points to. */
  readonly joins: string
  /** The id of the row that this one becomes. */
  readonly target: string
  /** Where that id stands afterwards, for the count. */
  readonly stands: { readonly table: string; readonly column: string }
  /** Statements that prepare the plan of this table. */
  readonly prepare?: ReadonlyArray<string>
  /** Reasons for which a row cannot be adopted, with their conditions: the first that holds is reported. */
  readonly refused: Conditions
  /** Reasons for which a row cannot be adopted by itself, but can be merged into another one. */
  readonly orphaned?: Conditions
  /** An id made of another table's row that this row repeats, and why. */
  readonly absorbed?: { readonly into: string; readonly reason: string }
  /** Rows that are one: found by each group in turn, among those that the former left. */
  readonly groups?: ReadonlyArray<Group>
  /** ORDER BY of the rows of a group: the first one survives. */
  readonly prefer?: string
  /** Reasons for which an adopted row differs from the old one, beside those of its columns. */
  readonly changed?: Conditions
  readonly writes: ReadonlyArray<Write>
  /** Columns that have no place in the new tables, and why. */
  readonly dropped?: Readonly<Record<string, string>>
  /** The source may lose rows meanwhile (Supabase's own table): what was planned is written all the same. */
  readonly sourceMayShrink?: boolean
}

export type Conditions = Readonly<Record<string, string>>

export interface Group {
  /** Rows with the same value belong together; NULL belongs to nothing. */
  readonly by: string
  readonly reason: string
  /** Comes before `prefer` in this group. */
  readonly first?: string
  /** A row that is not the first, and for which this holds, is not the same thing after all: it stays, with this change to it. */
  readonly unless?: { readonly condition: string; readonly change: string }
}

export interface Write {
  readonly into: string
  readonly columns: Readonly<Record<string, Column | string>>
  /** Rows that are merged into another are written too. */
  readonly merged?: boolean
  readonly where?: string
  /** After `ON CONFLICT`; `current` is the row that is there. Without it a conflict fails the run. */
  readonly conflict?: string
}

export interface Column {
  readonly value: string
  readonly changed?: Conditions
  /** What the rows merged into this one add to it. */
  readonly fold?: Fold
}

/** How a column of the surviving row takes up the same column of the rows merged into it. `merged` are the latter, best first. */
export interface Fold {
  readonly aggregate: (value: string) => string
  readonly combine: (own: string, merged: string) => string
}

/** What the survivor does not know is taken from the best of the others that does. */
export const fill: Fold = {
  aggregate: (value) => `(array_agg(${value} ORDER BY mb.seq) FILTER (WHERE (${value}) IS NOT NULL))[1]`,
  combine: (own, merged) => `coalesce(${own}, ${merged})`
}

export const earliest: Fold = {
  aggregate: (value) => `min(${value})`,
  combine: (own, merged) => `least(${own}, ${merged})`
}

export const total: Fold = {
  aggregate: (value) => `sum(${value})`,
  combine: (own, merged) => `${own} + coalesce(${merged}, 0)`
}

export const column = (value: string, changed: Conditions = {}, fold?: Fold): Column =>
  fold === undefined ? { value, changed } : { value, changed, fold }

export const asColumn = (given: Column | string): Column => typeof given === "string" ? { value: given } : given

/** Where the statements of one run find things. */
export interface Places {
  /** A FROM item with the legacy table's columns. */
  readonly source: (table: LegacyTable) => string
  /** Schema of the plan: `legacy`, or `pg_temp` in a dry run. */
  readonly plan: string
}

/** `… AS alias ON …`: the verdict on the row of a legacy table that an expression points to. */
export const verdictOn = (at: Places, table: LegacyTable, key: string, alias: string): string =>
  `LEFT JOIN ${at.plan}.adoption_plan AS ${alias} ON ${alias}.table_name = '${table}' AND ${alias}.key = ${key}::text`

/** The two ways in which a row can lack the one it points to. */
export const without = (alias: string, what: string): Conditions => ({
  [`${what}_missing`]: `${alias}.key IS NULL`,
  [`${what}_quarantined`]: `${alias}.verdict = 'quarantine'`
})

/** The instant that stands in where none is known. */
export const asOf = (at: Places): string => `(SELECT as_of FROM ${at.plan}.adoption_settings)`
