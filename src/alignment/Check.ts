import { createHash } from "node:crypto"
import type { LiveCatalog } from "./Catalog.ts"
import type { Contract } from "./Contract.ts"
import { compare } from "./Drift.ts"
import type { Difference, Finding, Severity } from "./Finding.ts"
import { repairOf } from "./Repair.ts"
import type { TouchIndex } from "./TouchIndex.ts"

/** Compares a database with the contract and says of each difference whom it concerns and how it is mended. Worst first. */
export const findingsOf = (contract: Contract, live: LiveCatalog, touches: TouchIndex) => {
  const { differences, notices, renames } = compare(contract, live, touches.isConflictTarget)
  const gone = differences.filter(({ code, found_as }) =>
    (code === "column_missing" || code === "relation_missing") && found_as === undefined
  )
  const findings = differences.map((difference): Finding => {
    const { found_as: _, ...shown } = difference
    return {
      fingerprint: fingerprintOf(difference),
      ...shown,
      follows_from: causeOf(difference, gone),
      touches: touches.touchedBy(difference),
      repair: repairOf({ difference, contract, live, renames })
    }
  })
  return {
    findings: findings.sort((left, right) => severities.indexOf(left.severity) - severities.indexOf(right.severity)),
    notices
  }
}

/** Whether a finding stops the routes it touches. */
export const blocks = ({ severity }: Finding): boolean => severity === "breaks_reads" || severity === "breaks_writes"

const severities: ReadonlyArray<Severity> = [
  "breaks_reads",
  "breaks_writes",
  "breaks_security",
  "breaks_integrity",
  "slow",
  "harmless"
]

const fingerprintOf = ({ code, expected, found, object, relation }: Difference): string =>
  createHash("sha256").update(JSON.stringify([code, relation, object, expected, found])).digest("hex").slice(0, 12)

/** PostgreSQL drops what stands on a column with the column. */
const causeOf = (difference: Difference, gone: ReadonlyArray<Difference>): string | null => {
  const cause = gone.find((one) => {
    if (one === difference) return false
    if (one.code === "column_missing" && one.relation === difference.relation) return difference.columns.includes(one.object)
    const reference = one.code === "column_missing" ? `${one.relation}(${one.object})` : `${one.relation}(`
    return difference.code === "foreign_key_missing" && difference.expected.includes(` REFERENCES public.${reference}`)
  })
  return cause === undefined ? null : fingerprintOf(cause)
}
