import { Schema } from "effect"

/**
 * What a difference does to the service. `breaks_reads` and `breaks_writes` stop the routes they touch; `breaks_integrity` lets wrong rows
 * in or right ones bounce; `breaks_security` changes who may see or do what; `slow` costs time; `harmless` is a name only.
 */
export const Severity = Schema.Literals([
  "breaks_reads",
  "breaks_writes",
  "breaks_security",
  "breaks_integrity",
  "slow",
  "harmless"
])
export type Severity = typeof Severity.Type

/** Stable: tools and runbooks may rely on these words. Each is explained in docs/schema-alignment.md. */
export const Code = Schema.Literals([
  "relation_missing",
  "relation_kind",
  "column_missing",
  "column_type",
  "column_nullable",
  "column_not_null",
  "column_default_missing",
  "column_default",
  "column_generation",
  "column_required",
  "key_missing",
  "key_different",
  "key_extra",
  "foreign_key_missing",
  "foreign_key_different",
  "foreign_key_extra",
  "check_missing",
  "check_different",
  "check_values",
  "check_extra",
  "constraint_not_validated",
  "constraint_renamed",
  "index_missing",
  "index_different",
  "index_invalid",
  "row_security_disabled",
  "row_security_forced",
  "row_security_applies",
  "policy_missing",
  "policy_different",
  "policy_extra",
  "grant_missing",
  "grant_extra",
  "privilege_missing",
  "trigger_missing",
  "trigger_different",
  "trigger_disabled",
  "routine_missing",
  "routine_different",
  "routine_grants",
  "routine_exposed",
  "schema_grant_missing",
  "schema_grant_extra",
  "role_missing",
  "auth_column_missing",
  "auth_column_type",
  "auth_routine_missing",
  "auth_routine_different"
])
export type Code = typeof Code.Type

/** A difference between contract and database, before anything is said of routes and repair. */
export interface Difference {
  readonly code: Code
  readonly severity: Severity
  /** `auth.users` for the table of that schema; a routine's or role's name where no relation is concerned. */
  readonly relation: string
  /** The column, constraint, index, policy, trigger, grantee that differs; the relation's name again for itself. */
  readonly object: string
  /** The columns concerned; empty: the relation as a whole. */
  readonly columns: ReadonlyArray<string>
  readonly expected: string
  readonly found: string
  /** What the differing object is called in this database, where that is not `object`. */
  readonly found_as?: string
}

/** Repairs run phase by phase, so that what a statement needs is there when it runs. */
export const phases = [
  "roles",
  "tables",
  "columns",
  "keys",
  "foreign_keys",
  "checks",
  "indexes",
  "routines",
  "triggers",
  "row_security",
  "policies",
  "grants"
] as const

export const Step = Schema.Struct({
  phase: Schema.Literals(phases),
  /** One statement, or several that belong in one transaction. */
  sql: Schema.String,
  /** The strongest lock it takes on a table. */
  lock: Schema.Literals([
    "none",
    "ROW EXCLUSIVE",
    "SHARE UPDATE EXCLUSIVE",
    "SHARE ROW EXCLUSIVE",
    "ACCESS EXCLUSIVE"
  ]),
  rewrites_table: Schema.Boolean,
  /** False for what PostgreSQL refuses inside a transaction block. */
  in_transaction: Schema.Boolean,
  /** The way back; null where there is nothing to undo. */
  undo: Schema.NullOr(Schema.String)
})
export type Step = typeof Step.Type

export const Preflight = Schema.Struct({
  question: Schema.String,
  /** Answers with one row: `rows`, how many would fail, and `keys`, up to five of them. */
  sql: Schema.String
})
export type Preflight = typeof Preflight.Type

export const Repair = Schema.Struct({
  steps: Schema.Array(Step),
  preflight: Schema.NullOr(Preflight),
  /** What a person must decide, because no SQL can know it; null where the steps suffice. */
  decision: Schema.NullOr(Schema.String),
  note: Schema.NullOr(Schema.String)
})
export type Repair = typeof Repair.Type

export const Finding = Schema.Struct({
  /** The same difference has the same fingerprint in every installation and at every check. */
  fingerprint: Schema.String,
  code: Code,
  severity: Severity,
  relation: Schema.String,
  object: Schema.String,
  columns: Schema.Array(Schema.String),
  expected: Schema.String,
  found: Schema.String,
  /** Fingerprint of the finding whose repair this one waits for; null: it stands alone. */
  follows_from: Schema.NullOr(Schema.String),
  touches: Schema.Struct({ routes: Schema.Array(Schema.String), methods: Schema.Array(Schema.String) }),
  repair: Repair
})
export type Finding = typeof Finding.Type

export const Report = Schema.Struct({
  status: Schema.Literals(["aligned", "drifted", "unknown"]),
  /** Null before the first check has ended. */
  checked_at: Schema.NullOr(Schema.String),
  duration_ms: Schema.Finite,
  server_version: Schema.NullOr(Schema.Int),
  findings: Schema.Array(Finding),
  /** Nothing the service relies on, but worth a look: an unknown table that browsers can read, say. */
  notices: Schema.Array(Schema.String),
  /** Why the last check came to no result. */
  failure: Schema.NullOr(Schema.String)
})
export type Report = typeof Report.Type
