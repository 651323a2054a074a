import { Cause, Clock, Effect, Exit, Option } from "effect"
import { gauge, histogram, secondsBuckets } from "../observability/Metrics.ts"
import type { DecodoReason } from "./DecodoReason.ts"
import type { DecodoTarget } from "./ScrapeCall.ts"

type Scrape<A, R> = (target: DecodoTarget, query: string) => Effect.Effect<A, DecodoReason, R>

/** Counts and times every call of the vendor by target and outcome, and makes each a span. */
export const observedCalls = Effect.fnUntraced(function*<A extends { readonly bytes: number }, R>(scrape: Scrape<A, R>) {
  const seconds = yield* histogram({
    name: "vendor_call_seconds",
    help: "Calls of the vendor, by what was asked for and how it ended: delivered, given up (a time-out or the end), or a reason",
    labels: ["target", "outcome"]
  }, secondsBuckets)
  let running = 0
  yield* gauge({
    name: "vendor_calls_running",
    help: "Calls of the vendor under way in this process",
    read: Effect.sync(() => running)
  })

  const observed: Scrape<A, R> = (target, query) =>
    Effect.flatMap(Clock.Clock, (clock) => {
      const startedAt = clock.currentTimeMillisUnsafe()
      running++
      return scrape(target, query).pipe(
        Effect.tap(({ bytes }) => Effect.annotateCurrentSpan("vendor.response_bytes", bytes)),
        Effect.onExit((exit) => {
          running--
          const outcome = outcomeOf(exit)
          seconds.cell([target.target, outcome]).observe((clock.currentTimeMillisUnsafe() - startedAt) / 1000)
          return Effect.annotateCurrentSpan("vendor.outcome", outcome)
        }),
        Effect.withSpan("vendor.call", { kind: "client", attributes: { "vendor.target": target.target } })
      )
    })
  return observed
})

const outcomeOf = (exit: Exit.Exit<unknown, DecodoReason>): string => {
  if (Exit.isSuccess(exit)) return "delivered"
  if (Cause.hasInterruptsOnly(exit.cause)) return "given_up"
  return Option.match(Exit.findErrorOption(exit), { onNone: () => "defect", onSome: ({ _tag }) => _tag })
}
