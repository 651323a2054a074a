import { Clock, Duration, Effect, Semaphore } from "effect"
import { DecodoError } from "./DecodoError.ts"
import { type DecodoReason, EmptyContent, Timeout } from "./DecodoReason.ts"
import { type FailedCall, type RetryOptions, retryPolicy } from "./RetryPolicy.ts"

export interface CallOptions {
  /** Calls in flight in this process. */
  readonly concurrency: number
  /** For one call. */
  readonly timeout: Duration.Input
  readonly retry: RetryOptions
}

/** What a fetch brought, and what it took. */
export interface Called<A> {
  readonly value: A
  /** Calls made, the last one included. */
  readonly attempts: number
  /** Milliseconds since 1970: the start of the first call, when it had its place, and the end of the last. */
  readonly startedAt: number
  readonly endedAt: number
}

/**
 * The one way to call the vendor: in one of `concurrency` places, with a time-out, repeated as `retryPolicy` allows. A place is given up
 * while waiting to repeat, and waiting for the first place does not spend the budget.
 */
export const makeCalls = Effect.fnUntraced(function*(options: CallOptions) {
  const places = yield* Semaphore.make(options.concurrency)
  const policy = retryPolicy(options.retry)
  const timeout = Duration.fromInputUnsafe(options.timeout)
  const budget = Duration.toMillis(options.retry.budget)

  return <A, R>(call: (attempt: number) => Effect.Effect<A, DecodoReason, R>): Effect.Effect<Called<A>, DecodoError, R> =>
    Effect.suspend(() => {
      let attempts = 0
      let startedAt = 0
      let last: DecodoReason["_tag"] | null = null
      let inARow = 0

      const once = Effect.gen(function*() {
        const now = yield* Clock.currentTimeMillis
        if (attempts === 0) startedAt = now
        const remaining = startedAt + budget - now
        if (remaining <= 0) return yield* new Timeout()
        const value = yield* call(++attempts).pipe(
          Effect.timeoutOrElse({
            duration: Duration.min(timeout, Duration.millis(remaining)),
            orElse: () => Effect.fail(new Timeout())
          })
        )
        return { value, attempts, startedAt, endedAt: yield* Clock.currentTimeMillis }
      })

      const failed = Effect.fnUntraced(function*(reason: DecodoReason): Effect.fn.Return<never, FailedCall> {
        inARow = reason._tag === last ? inARow + 1 : 1
        last = reason._tag
        const now = yield* Clock.currentTimeMillis
        yield* report(reason, attempts)
        return yield* Effect.fail({
          reason: reason._tag === "EmptyContent" ? new EmptyContent({ count: inARow }) : reason,
          inARow,
          remaining: Duration.millis(Math.max(0, startedAt + budget - now))
        })
      })

      const givenUp = Effect.fnUntraced(function*({ reason }: FailedCall): Effect.fn.Return<never, DecodoError> {
        const now = yield* Clock.currentTimeMillis
        return yield* new DecodoError({ reason, attempts, durationMs: Math.round(now - startedAt) })
      })

      return once.pipe(places.withPermit, Effect.catch(failed), Effect.retry(policy), Effect.catch(givenUp))
    })
})

const report = (reason: DecodoReason, attempt: number) =>
  (reason._tag === "Unauthorized" || reason._tag === "TargetForbidden" ? Effect.logError : Effect.logWarning)(
    "A call to the vendor failed"
  ).pipe(Effect.annotateLogs({ reason: reason._tag, detail: reason.message, attempt }))
