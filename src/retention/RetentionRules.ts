import type { RelationName } from "../alignment/Models.ts"
import type { SettingsValues } from "../settings/Settings.ts"

interface Rule {
  readonly setting: keyof SettingsValues
  /** The column that tells how old a row is: an instant, or a day. */
  readonly at: string
  /** Rows with the same value here keep the newest of them, however old: something is made of it still. */
  readonly keepsNewestOf?: string
}

/**
 * Tables that grow with every call, and how long their rows are kept. What prunes itself in its own room is not here; docs/privacy.md has the table of
 * all. The ledger of credits, the audit log and the events of the billing provider are never purged.
 */
export const retentionRules = {
  vendor_answers: { setting: "VENDOR_ANSWER_RETENTION", at: "fetched_at", keepsNewestOf: "username" },
  post_answers: { setting: "POST_ANSWER_RETENTION", at: "fetched_at" },
  vendor_calls: { setting: "VENDOR_CALL_RETENTION", at: "called_at" },
  vendor_spend: { setting: "VENDOR_SPEND_RETENTION", at: "day" },
  jobs: { setting: "JOB_RETENTION", at: "finished_at" }
} as const satisfies Partial<Record<RelationName, Rule>>

export type AgingTable = keyof typeof retentionRules

/** What `retentionRules` says of one table. */
export const retentionRule = (table: AgingTable): Rule => retentionRules[table]

export const agingTables = Object.keys(retentionRules) as ReadonlyArray<AgingTable>
