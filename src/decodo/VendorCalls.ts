import { Duration, Effect, Semaphore } from "effect"
import { monotonicMillis } from "../observability/MonotonicTime.ts"
import { type GuardedTask, VendorGuard } from "../thrift/VendorGuard.ts"
import { DecodoError } from "./DecodoError.ts"
import { type DecodoReason, EmptyContent, StillPending, Timeout, VendorBusy } from "./DecodoReason.ts"
import { observedCalls } from "./ObservedCalls.ts"
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
  /** From the start of the first call, when it had its place, to the end of the last. */
  readonly durationMs: number
}

/** What is asked for, and of what the vendor sells. */
export type Call<A, R> = (attempt: number) => Effect.Effect<Asked<A, R>, never, R>

export interface Asked<A, R> {
  readonly target: string
  readonly call: Effect.Effect<A, DecodoReason, R>
  /** Where it is the asynchronous API's. */
  readonly task?: GuardedTask
  /** Asked when the call has its place. */
  readonly superseded?: Effect.Effect<boolean> | undefined
}

/**
 * The one way to call the vendor: in one of `concurrency` places, past the `VendorGuard`, with a time-out, repeated as `retryPolicy`
 * allows. A place is given up while waiting to repeat. Waiting for one, here and among all processes, spends the budget, half of what is
 * left of it at most: a call that gets its place has as much time again, for what is cut short may be paid for.
 */
export const makeCalls = Effect.fnUntraced(function*(options: CallOptions) {
  const guard = yield* VendorGuard
  const observed = yield* observedCalls
  const places = yield* Semaphore.make(options.concurrency)
  const policy = retryPolicy(options.retry)
  const timeout = Duration.fromInputUnsafe(options.timeout)
  const budget = Duration.toMillis(options.retry.budget)

  return <A, R>(asked: Call<A, R>): Effect.Effect<Called<A>, DecodoError, R> =>
    Effect.suspend(() => {
      let attempts = 0
      let begunAt: number | undefined
      let startedAt: number | undefined
      let last: DecodoReason["_tag"] | null = null
      let inARow = 0

      const left = (now: number) => (begunAt ?? now) + budget - now

      const attempt = Effect.fnUntraced(function*(placedBy: number) {
        const now = yield* monotonicMillis
        if (left(now) <= 0) return yield* new Timeout()
        const number = attempts + 1
        const { call, superseded, target, task } = yield* asked(number)
        const timed = Effect.gen(function*() {
          const now = yield* monotonicMillis
          // A process that stood still while it waited for its place would pay for what it gives up at once.
          if (left(now) <= 0) return yield* new Timeout()
          startedAt ??= now
          attempts = number
          const ended = Effect.timeoutOrElse(call, {
            duration: Duration.min(timeout, Duration.millis(Math.max(0, left(now)))),
            orElse: () => {
              const taskId = task?.taskId() ?? null
              return Effect.fail(taskId === null ? new Timeout() : new StillPending({ taskId }))
            }
          })
          return yield* observed(target, ended)
        })
        const within = Duration.millis(Math.max(0, placedBy - now))
        const value = yield* guard.call({ target, attempt: number, within, task, superseded }, timed)
        return { value, attempts, durationMs: (yield* monotonicMillis) - (startedAt ?? now) }
      })

      const once = Effect.gen(function*() {
        const now = yield* monotonicMillis
        begunAt ??= now
        const wait = Math.max(0, left(now) / 2)
        let placed = false
        const inPlace = places.withPermit(Effect.suspend(() => {
          placed = true
          return attempt(now + wait)
        }))
        const tooLate = Effect.delay(
          Effect.suspend(() => placed ? Effect.never : Effect.fail(new VendorBusy({ retryAfter: 30 }))),
          wait
        )
        return yield* Effect.raceFirst(inPlace, tooLate)
      })

      const failed = Effect.fnUntraced(function*(reason: DecodoReason): Effect.fn.Return<never, FailedCall> {
        inARow = reason._tag === last ? inARow + 1 : 1
        last = reason._tag
        const now = yield* monotonicMillis
        yield* report(reason, attempts)
        return yield* Effect.fail({
          reason: reason._tag === "EmptyContent" ? new EmptyContent({ count: inARow }) : reason,
          inARow,
          remaining: Duration.millis(Math.max(0, left(now)))
        })
      })

      const givenUp = Effect.fnUntraced(function*({ reason }: FailedCall): Effect.fn.Return<never, DecodoError> {
        const now = yield* monotonicMillis
        return yield* new DecodoError({ reason, attempts, durationMs: Math.round(now - (startedAt ?? begunAt ?? now)) })
      })

      return once.pipe(Effect.catch(failed), Effect.retry(policy), Effect.catch(givenUp))
    })
})

/** What was refused without a call has its own line where it was decided. */
const report = (reason: DecodoReason, attempt: number) =>
  notCalled.has(reason._tag) ?
    Effect.void :
    (reason._tag === "Unauthorized" || reason._tag === "TargetForbidden" ? Effect.logError : Effect.logWarning)(
      "A call to the vendor failed"
    ).pipe(Effect.annotateLogs({ reason: reason._tag, detail: reason.message, attempt }))

const notCalled: ReadonlySet<DecodoReason["_tag"]> = new Set(["VendorPaused", "VendorBusy", "SpendCeilingReached", "Superseded"])
