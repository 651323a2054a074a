import { Cause, Effect, Exit, Option } from "effect"
import { gauge, histogram, secondsBuckets } from "../observability/Metrics.ts"
import { monotonicMillis } from "../observability/MonotonicTime.ts"
import type { DecodoReason } from "./DecodoReason.ts"

/** Counts and times every call of the vendor, in either mode and until what came was read, by target and outcome, and makes each a span. */
export const observedCalls = Effect.gen(function*() {
  const seconds = yield* histogram({
    name: "vendor_call_seconds",
    help:
      "Calls of the vendor, by what was asked for and how it ended: delivered, given up (by us, before it ended), or a reason",
    labels: ["target", "outcome"]
  }, secondsBuckets)
  let running = 0
  yield* gauge({
    name: "vendor_calls_running",
    help: "Calls of the vendor under way in this process",
    read: Effect.sync(() => running)
  })

  return <A, R>(target: string, call: Effect.Effect<A, DecodoReason, R>): Effect.Effect<A, DecodoReason, R> =>
    Effect.flatMap(monotonicMillis, (startedAt) => {
      running++
      return call.pipe(
        Effect.onExit((exit) =>
          Effect.flatMap(monotonicMillis, (now) => {
            running--
            const outcome = outcomeOf(exit)
            seconds.cell([target, outcome]).observe((now - startedAt) / 1000)
            return Effect.annotateCurrentSpan("vendor.outcome", outcome)
          })
        ),
        Effect.withSpan("vendor.call", { kind: "client", attributes: { "vendor.target": target } })
      )
    })
})

const outcomeOf = (exit: Exit.Exit<unknown, DecodoReason>): string => {
  if (Exit.isSuccess(exit)) return "delivered"
  if (Cause.hasInterruptsOnly(exit.cause)) return "given_up"
  return Option.match(Exit.findErrorOption(exit), {
    onNone: () => "defect",
    // That there is no such profile or post is an answer; a task that goes on has not failed.
    onSome: (reason) => "evidence" in reason ? "delivered" : reason._tag === "StillPending" ? "given_up" : reason._tag
  })
}
