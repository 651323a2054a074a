import { Context, Effect, Layer } from "effect"
import { Alignment } from "../alignment/Alignment.ts"
import type { Report } from "../alignment/Finding.ts"
import { Cache } from "../cache/Cache.ts"
import { LedgerCheck } from "../credits/LedgerCheck.ts"
import { DatabaseHealth } from "../database/DatabaseHealth.ts"
import { VendorGuard, type VendorState } from "../thrift/VendorGuard.ts"

export interface PartState {
  readonly state: "up" | "degraded" | "down"
  readonly reason: string | null
}

/** What readiness is made of: each part answers within a second. Only the database being down makes the whole down. */
export class Readiness extends Context.Service<Readiness, {
  readonly check: Effect.Effect<Readonly<Record<string, PartState>>>
}>()("analytics-following/http/Readiness") {
  static readonly layerNoDeps = Layer.effect(
    Readiness,
    Effect.gen(function*() {
      const cache = yield* Cache
      const database = yield* DatabaseHealth
      const alignment = yield* Alignment
      const ledger = yield* LedgerCheck
      const vendor = yield* VendorGuard
      const within = (part: Effect.Effect<PartState>): Effect.Effect<PartState> =>
        Effect.timeoutOrElse(part, {
          duration: "1 second",
          orElse: () => Effect.succeed<PartState>({ state: "down", reason: "no answer within a second" })
        })
      return {
        check: Effect.all({
          database: within(database.check),
          migrations: within(database.migrations),
          ledger: ledger.state,
          schema: Effect.map(alignment.report, schemaState),
          cache: Effect.map(
            within(cache.health),
            (part): PartState => part.state === "down" ? { ...part, state: "degraded" } : part
          ),
          vendor: within(Effect.map(vendor.state, vendorState))
        }, { concurrency: "unbounded" })
      }
    })
  )
}

/** Every finding that matters, by what it is about: an operator reads here which part of the database to mend. */
const schemaState = ({ failure, findings }: Report): PartState => {
  if (findings.length === 0) {
    return failure === null
      ? { state: "up", reason: null }
      : { state: "degraded", reason: `not checked: ${failure}` }
  }
  const named = findings.slice(0, namedFindings).map(({ code, columns, object, relation }) =>
    `${code} ${[relation, ...(columns.length > 0 ? columns : [object])].join(".")}`
  )
  const more = findings.length > namedFindings ? ` and ${findings.length - namedFindings} more` : ""
  return { state: "degraded", reason: `${named.join(", ")}${more}: npm run schema:check tells what mends it` }
}

const namedFindings = 20

/** Stored answers go on without the vendor: it never makes the whole more than degraded. */
const vendorState = ({ breakers, fleet }: VendorState): PartState => {
  const reasons = breakers.filter(({ state }) => state !== "closed").map(({ failing, retry_after, state, target }) =>
    `${failing}${target === null ? "" : ` (${target})`}: ${state === "open" ? `asked again in ${retry_after} s` : "being probed"}`
  )
  if (fleet.degraded !== null) reasons.push(fleet.degraded)
  return reasons.length === 0 ? { state: "up", reason: null } : { state: "degraded", reason: reasons.join("; ") }
}
