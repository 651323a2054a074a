import { Effect, Layer, Option } from "effect"
import { Alignment } from "../alignment/Alignment.ts"
import { Severity } from "../alignment/Finding.ts"
import * as BacklogMetrics from "../jobs/BacklogMetrics.ts"
import { gauge } from "../observability/Metrics.ts"
import type { SettingsValues } from "../settings/Settings.ts"
import * as VendorMetrics from "../thrift/VendorMetrics.ts"
import { Readiness } from "./Readiness.ts"

/** Figures of the whole, where there is somebody to scrape them: some ask the database for themselves. */
export const layer = ({ METRICS_TOKEN }: Pick<SettingsValues, "METRICS_TOKEN">) =>
  Option.isNone(METRICS_TOKEN) ? Layer.empty : Layer.mergeAll(health, BacklogMetrics.layer, VendorMetrics.layer)

/** What `/readyz` says, and how far the database is from the contract. */
const health = Layer.effectDiscard(Effect.gen(function*() {
  const readiness = yield* Readiness
  const alignment = yield* Alignment
  yield* gauge({
    name: "ready",
    help: "Parts of the service, as /readyz has them: 1 up, 0.5 degraded, 0 down",
    labels: ["part"],
    read: Effect.map(
      readiness.check,
      (parts) => Object.entries(parts).map(([part, { state }]) => ({ labels: [part], value: degree[state] }))
    )
  })
  yield* gauge({
    name: "schema_findings",
    help: "Differences between the database and what the code relies on, by severity; no sample before a first check",
    labels: ["severity"],
    read: Effect.map(
      alignment.report,
      ({ checked_at, findings }) =>
        checked_at === null ? [] : Severity.literals.map((severity) => ({
          labels: [severity],
          value: findings.filter((finding) => finding.severity === severity).length
        }))
    )
  })
}))

const degree = { up: 1, degraded: 0.5, down: 0 } as const
