import { Cause, Clock, Duration, Effect } from "effect"
import { counter } from "./Metrics.ts"

/**
 * Forks what goes on beside the requests: one turn after another, `every` apart (zero: the turn waits by itself), until the scope closes. A turn that fails or dies ends no
 * loop: it is in the log, as an error where it died, counted, and the next turn comes as usual, a second later at the least.
 */
export const loop = Effect.fnUntraced(
  function*<R>(name: string, every: Duration.Input, turn: Effect.Effect<unknown, unknown, R>) {
    const failures = yield* counter({
      name: "background_failures",
      help: "Turns of what goes on beside the requests that failed or died, by loop",
      labels: ["loop"]
    })
    const failed = failures.cell([name])
    const pause = Duration.fromInputUnsafe(every)
    const afterFailure = Duration.max(pause, Duration.seconds(1))
    return yield* turn.pipe(
      Effect.as(pause),
      Effect.catchCause((cause) => {
        if (Cause.hasInterruptsOnly(cause)) return Effect.failCause(cause)
        failed.value++
        const log = Cause.hasDies(cause) ? Effect.logError : Effect.logWarning
        return Effect.as(log("background work failed, and goes on", { loop: name }, cause), afterFailure)
      }),
      Effect.flatMap((wait) => Duration.isZero(wait) ? Effect.void : Effect.sleep(wait)),
      Effect.forever,
      Effect.forkScoped
    )
  }
)

/**
 * Reads every so often what figures need, so that a scrape asks nobody: the last reading, undefined before the first one and once three
 * readings have failed to come.
 */
export const sampled = Effect.fnUntraced(function*<A, E, R>(name: string, every: Duration.Input, read: Effect.Effect<A, E, R>) {
  const believedFor = 3.5 * Duration.toMillis(Duration.fromInputUnsafe(every))
  let last: { readonly at: number; readonly value: A } | undefined
  yield* loop(
    name,
    every,
    Effect.gen(function*() {
      const value = yield* read
      last = { at: yield* Clock.currentTimeMillis, value }
    })
  )
  return Effect.map(Clock.currentTimeMillis, (now) => last === undefined || now - last.at > believedFor ? undefined : last.value)
})
