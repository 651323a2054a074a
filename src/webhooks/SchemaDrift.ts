import { Effect, Layer } from "effect"
import { AlignmentListener } from "../alignment/AlignmentListener.ts"
import { Transaction } from "../database/Transaction.ts"
import { Outbox } from "./Outbox.ts"

/** Tells administrators when a check finds another set of differences than the check before. A telling that failed is made up at the next check. */
export const layerNoDeps = Layer.effect(
  AlignmentListener,
  Effect.gen(function*() {
    const outbox = yield* Outbox
    let told: string | undefined
    return {
      checked: (report) => {
        const state = report.findings.map(({ fingerprint }) => fingerprint).join(" ")
        return report.failure !== null || state === told ? Effect.void : outbox.announceDrift(report).pipe(
          Effect.andThen(Effect.sync(() => {
            told = state
          })),
          // It may be the very tables of this room that have drifted.
          Effect.catch((error) => Effect.logWarning("schema drift not announced to webhooks", { reason: error._tag }))
        )
      }
    }
  })
)

export const layer = layerNoDeps.pipe(Layer.provide(Outbox.layer), Layer.provide(Transaction.layer))
