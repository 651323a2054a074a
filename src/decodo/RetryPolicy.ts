import { Duration, Effect, Schedule } from "effect"
import { type DecodoReason, patience } from "./DecodoReason.ts"

export interface RetryOptions {
  /** Calls for one fetch, the first one included. */
  readonly attempts: number
  /** Time for one fetch, waits included, from the start of its first call. */
  readonly budget: Duration.Input
  /** The first wait; each next one is twice as long, up to `maxDelay`. */
  readonly baseDelay: Duration.Input
  readonly maxDelay: Duration.Input
}

/** A call that failed, and what is left of the fetch it belongs to. */
export interface FailedCall {
  readonly reason: DecodoReason
  /** How many calls in a row failed for this reason. */
  readonly inARow: number
  readonly remaining: Duration.Duration
}

/**
 * When a failed call is made again: after a growing, jittered wait, never sooner than the vendor asked for, and only while the reason
 * allows it and the wait ends within the budget. No idempotency key exists, so every repetition may be paid for.
 */
export const retryPolicy = ({ attempts, baseDelay, maxDelay }: RetryOptions) =>
  Schedule.min([Schedule.exponential(baseDelay), Schedule.spaced(maxDelay)]).pipe(
    Schedule.setInputType<FailedCall>(),
    Schedule.jittered,
    Schedule.modifyDelay(({ duration, input }) => Effect.succeed(Duration.max(duration, askedFor(input.reason)))),
    Schedule.upTo({ times: attempts - 1 }),
    Schedule.while(({ duration, input }) =>
      input.inARow < patience(input.reason) && Duration.isLessThan(duration, input.remaining)
    )
  )

const askedFor = (reason: DecodoReason): Duration.Duration =>
  Duration.seconds("retryAfter" in reason ? reason.retryAfter ?? 0 : 0)
