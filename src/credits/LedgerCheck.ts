import { Clock, Context, type Duration, Effect, Layer } from "effect"
import type * as Column from "../database/Column.ts"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { instantOf } from "../database/Instant.ts"
import { loop } from "../observability/Loops.ts"
import { gauge } from "../observability/Metrics.ts"
import { Credits } from "./Credits.ts"
import { type Disagreement, LedgerCheckRepo } from "./LedgerCheckRepo.ts"

export interface LedgerState {
  readonly state: "up" | "degraded"
  readonly reason: string | null
}

/** Whether the ledger adds up: what moved lately, and what did not add up the last time. scripts/verify-ledger.ts looks at all of it. */
export class LedgerCheck extends Context.Service<LedgerCheck, {
  /** Looks now. What it finds is logged as an error and shown by `state` until it is mended. */
  readonly check: Effect.Effect<ReadonlyArray<Disagreement>, DatabaseError>
  readonly state: Effect.Effect<LedgerState>
}>()("analytics-following/credits/LedgerCheck") {
  static readonly layerNoDeps = Layer.effect(
    LedgerCheck,
    Effect.gen(function*() {
      const repo = yield* LedgerCheckRepo
      let since: Column.Instant | undefined
      let found: ReadonlyArray<Disagreement> = []
      let failure: string | null = null
      yield* gauge({
        name: "credit_ledger_disagreements",
        help: "What does not add up in the ledger of credits, as of this process' last check",
        read: Effect.sync(() => found.length)
      })

      const look = Effect.gen(function*() {
        const now = yield* Clock.currentTimeMillis
        const disagreements = yield* repo.disagreements({
          since: since ?? instantOf(now - firstLook),
          users: [...new Set(found.map(({ user_id }) => user_id))],
          leasesBefore: instantOf(now - lateLease),
          limit: mostFound
        })
        // A transaction under way has the time of its beginning.
        since = instantOf(now - overlap)
        found = disagreements
        failure = null
        if (found.length > 0) yield* Effect.logError("the ledger does not add up: npm run verify-ledger", countsOf(found))
        return found
      })

      return {
        check: Effect.tapError(look, (error) =>
          Effect.sync(() => {
            failure = error._tag
          })).pipe(Effect.withSpan("LedgerCheck.check")),
        state: Effect.sync((): LedgerState =>
          found.length > 0
            ? { state: "degraded", reason: `${summaryOf(found)}: npm run verify-ledger says whose` }
            : failure === null
            ? { state: "up", reason: null }
            : { state: "degraded", reason: `not checked: ${failure}` }
        )
      }
    })
  )

  /** Checks at once and then regularly, and ends reservations whose lease is over each minute. */
  static readonly upkeepLayer = ({ interval }: { readonly interval: Duration.Input }) =>
    Layer.effectDiscard(Effect.gen(function*() {
      const ledger = yield* LedgerCheck
      const credits = yield* Credits
      yield* loop("check of the ledger", interval, ledger.check)
      yield* loop("end of reservations", "1 minute", credits.sweep)
    }))

  static readonly layer = this.layerNoDeps.pipe(Layer.provide(LedgerCheckRepo.layer))
}

/** How many there are of each rule. */
export const countsOf = (found: ReadonlyArray<Disagreement>): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {}
  for (const { rule } of found) counts[rule] = (counts[rule] ?? 0) + 1
  return counts
}

const summaryOf = (found: ReadonlyArray<Disagreement>): string =>
  Object.entries(countsOf(found)).map(([rule, count]) => `${rule} ${count}`).join(", ")

/** Milliseconds. */
const firstLook = 86_400_000
const overlap = 60_000
const lateLease = 3_600_000

const mostFound = 1000
