import type { RelationName } from "../alignment/Models.ts"

/** What an endpoint writes that is told of in the audit log, for its `Touches`. */
export const recorded = [
  "audit_people",
  "audit_entries",
  "audit_origins",
  "audit_links"
] as const satisfies ReadonlyArray<RelationName>
