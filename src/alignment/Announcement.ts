import { Effect } from "effect"
import type { RowMismatch } from "../database/DatabaseErrors.ts"
import { counter } from "../observability/Metrics.ts"
import type { Finding, Report } from "./Finding.ts"

/** Says what changed between two checks: one log line for each finding that came or went, nothing for those that stay. */
export const announce = Effect.fnUntraced(function*(before: Report, after: Report) {
  if (after.failure !== null) {
    if (after.failure !== before.failure) yield* Effect.logWarning("schema check failed", { reason: after.failure })
    return
  }
  const standing = new Set(before.findings.map(({ fingerprint }) => fingerprint))
  const now = new Set(after.findings.map(({ fingerprint }) => fingerprint))
  yield* Effect.forEach(after.findings.filter(({ fingerprint }) => !standing.has(fingerprint)), came, { discard: true })
  yield* Effect.forEach(before.findings.filter(({ fingerprint }) => !now.has(fingerprint)), went, { discard: true })
})

/** Counts rows that did not decode, by place. Who answers the request logs it. */
export const countedMismatches = Effect.map(
  counter({
    name: "schema_row_mismatches",
    help: "Rows that did not decode, by where they did not",
    labels: ["relation", "column"]
  }),
  (mismatches) => ({ column, relation }: RowMismatch) => mismatches.add([relation, column])
)

const came = (finding: Finding) =>
  logAs(finding)("schema finding", {
    ...placeOf(finding),
    expected: short(finding.expected),
    found: short(finding.found),
    routes: finding.touches.routes.length
  })

const went = (finding: Finding) => Effect.logInfo("schema finding cleared", placeOf(finding))

const logAs = ({ severity }: Finding) =>
  severity === "harmless" ? Effect.logInfo : severity.startsWith("breaks_") ? Effect.logError : Effect.logWarning

const placeOf = ({ code, fingerprint, object, relation, severity }: Finding) => ({
  fingerprint,
  code,
  severity,
  relation,
  object
})

const short = (text: string) => text.length <= 200 ? text : `${text.slice(0, 199)}…`
