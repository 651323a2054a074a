import { Clock, Effect } from "effect"
import { instantOf } from "../database/Instant.ts"
import { monotonicMillis } from "../observability/MonotonicTime.ts"
import { findingsOf } from "./Check.ts"
import type { Contract } from "./Contract.ts"
import type { Report } from "./Finding.ts"
import { introspect } from "./Introspection.ts"
import type { TouchIndex } from "./TouchIndex.ts"

/** One look at the connected database: its catalog, and what differs from the contract. */
export const checkDatabase = Effect.fnUntraced(function*(contract: Contract, touches: TouchIndex) {
  const started = yield* monotonicMillis
  const live = yield* introspect
  const { findings, notices } = findingsOf(contract, live, touches)
  const ended = yield* monotonicMillis
  const report: Report = {
    status: findings.length === 0 ? "aligned" : "drifted",
    checked_at: instantOf(yield* Clock.currentTimeMillis),
    duration_ms: Math.round(ended - started),
    server_version: live.session.server_version,
    findings,
    notices,
    failure: null
  }
  return { live, report }
})
