import { Context, Duration, Effect, Layer } from "effect"
import { randomUUID } from "node:crypto"
import { loop } from "../observability/Loops.ts"
import { counter } from "../observability/Metrics.ts"
import type { VendorCall } from "./VendorCall.ts"
import { VendorCallRepo } from "./VendorCallRepo.ts"

export type MeteredCall = Omit<typeof VendorCall.insert.Encoded, "id">

/** With an id of its own, so that a batch whose answer was lost can be sent again. */
export type VendorCallRow = typeof VendorCall.insert.Encoded & { readonly id: string }

/** What was asked of the vendor and what it cost, one row a call, written off the caller's way. */
export class CallMeter extends Context.Service<CallMeter, {
  record(call: MeteredCall): Effect.Effect<void>
}>()("analytics-following/thrift/CallMeter") {
  static readonly layerNoDeps = Layer.effect(
    CallMeter,
    Effect.gen(function*() {
      const repo = yield* VendorCallRepo
      const costs = yield* counter({
        name: "vendor_cost_usd",
        help:
          "US dollars that this process' calls of the vendor cost, by what they were for and whether they were billed: yes or unknown",
        labels: ["purpose", "billed"]
      })
      let waiting: Array<VendorCallRow> = []
      let lost = 0

      const record = (call: MeteredCall) =>
        Effect.suspend(() => {
          if (call.cost_micros > 0) costs.add([call.purpose, call.billed], call.cost_micros / 1_000_000)
          if (waiting.length < mostWaiting) {
            waiting.push({ id: randomUUID(), ...call })
            return Effect.void
          }
          lost++
          return lost === 1 || lost % 100 === 0
            ? Effect.logError("calls to the vendor are not metered: the database is away").pipe(Effect.annotateLogs({ lost }))
            : Effect.void
        })

      /** A batch waits until it is stored, whatever cuts this off: its rows again add nothing. */
      const flush: Effect.Effect<void> = Effect.suspend(() => {
        const batch = waiting.slice(0, atOnce)
        if (batch.length === 0) return Effect.void
        return repo.insert(batch).pipe(
          // One row that cannot be stored must not take the others with it: each is tried alone, and what it was is in the log.
          Effect.catchTags({
            RowRefused: () => Effect.forEach(batch, alone, { discard: true }),
            RowMismatch: () => Effect.forEach(batch, alone, { discard: true })
          }),
          Effect.andThen(Effect.suspend(() => {
            waiting = waiting.slice(batch.length)
            return flush
          })),
          // Tried again with the next.
          Effect.catchTag("DatabaseUnavailable", () => Effect.void)
        )
      })

      const alone = (call: VendorCallRow) =>
        Effect.catchTags(repo.insert([call]), { RowRefused: lose(call), RowMismatch: lose(call) })

      yield* Effect.addFinalizer(() =>
        Effect.andThen(
          Effect.timeoutOption(flush, "3 seconds"),
          Effect.suspend(() =>
            waiting.length === 0 ? Effect.void : Effect.logError("calls to the vendor are not metered").pipe(
              Effect.annotateLogs({
                calls: waiting.length,
                cost_micros: waiting.reduce((sum, { cost_micros }) => sum + cost_micros, 0)
              })
            )
          )
        )
      )
      yield* loop("meter of calls", every, flush)

      return { record }
    })
  )

  static readonly layer = this.layerNoDeps.pipe(Layer.provide(VendorCallRepo.layer))

  /** Counts nothing: for tests of what stands before it. */
  static readonly layerNone = Layer.succeed(CallMeter, { record: () => Effect.void })
}

const lose = (call: VendorCallRow) => ({ _tag }: { readonly _tag: string }) =>
  Effect.logError("a call to the vendor is not metered").pipe(
    Effect.annotateLogs({
      reason: _tag,
      called_at: call.called_at,
      target: call.target,
      purpose: call.purpose,
      outcome: call.outcome,
      billed: call.billed,
      cost_micros: call.cost_micros
    })
  )

const every = Duration.seconds(1)
const atOnce = 500
/** Some hours of the fastest pace's calls would be more than a process should hoard; this is a quarter of an hour. */
const mostWaiting = 10_000
