import { Clock, Duration, Effect, Exit, Option, Schedule, type Scope, Stream } from "effect"
import * as CircuitBreaker from "effect/persistence/CircuitBreaker"
import { type DecodoReason, VendorPaused } from "../decodo/DecodoReason.ts"
import { type FailureClass, failureClass, failureClasses } from "./FailureClass.ts"

export interface BreakerOptions {
  /** So many fetches in a row that fail alike open a circuit. */
  readonly failures: number
  /** How long it stays open first; doubles each time the probe fails, up to `longestPause`. */
  readonly firstPause: Duration.Input
  readonly longestPause: Duration.Input
}

export const breakerDefaults: BreakerOptions = { failures: 5, firstPause: "5 seconds", longestPause: "1 minute" }

export interface BreakerState {
  readonly failing: FailureClass
  /** The target that the vendor refuses us; null where it is the vendor as a whole. */
  readonly target: string | null
  readonly state: "closed" | "open" | "half_open"
  /** Since when, in milliseconds since 1970; null where it has never been anything but closed. */
  readonly since: number | null
  /** Seconds until a probe is let through, null where calls are. */
  readonly retry_after: number | null
}

export interface Attempt {
  readonly target: string
  /** Counts from 1 within a fetch. */
  readonly number: number
}

export interface Breakers {
  /** Fails at once where a circuit is open, without waiting or counting: for those who would queue only to be refused. */
  readonly check: (attempt: Attempt) => Effect.Effect<void, VendorPaused>
  readonly guard: <A, R>(attempt: Attempt, call: Effect.Effect<A, DecodoReason, R>) => Effect.Effect<A, DecodoReason, R>
  readonly state: Effect.Effect<ReadonlyArray<BreakerState>>
}

/**
 * One circuit for each class of failure, in this process: each process finds out for itself, within the first few failures, so that a
 * store that is away cannot hold calls up. A fetch counts once, for its repeats say nothing new: a name that the vendor cannot scrape
 * five times is no outage. After the pause one call probes; its success closes the circuit, its failure doubles the pause.
 */
export const makeBreakers = Effect.fnUntraced(function*(options: BreakerOptions): Effect.fn.Return<Breakers, never, Scope.Scope> {
  const store = CircuitBreaker.layerStoreMemory()
  const pause = Schedule.min([Schedule.exponential(options.firstPause), Schedule.spaced(options.longestPause)])
  const make = (tripPolicy: CircuitBreaker.TripPolicy) =>
    Effect.provide(
      CircuitBreaker.make({ tripPolicy, openDuration: pause, maxOpenDuration: "10 minutes" }),
      store
    )
  const inARow = CircuitBreaker.consecutive(options.failures)
  const breakers = {
    down: yield* make(inARow),
    credentials: yield* make(inARow),
    throttled: yield* make(inARow),
    // Single names fail this way all the time: only when most of many do is it a storm.
    not_scraped: yield* make(CircuitBreaker.rate({
      threshold: 0.8,
      minimumCalls: options.failures * 2,
      size: options.failures * 4
    }))
  }
  const targets = new Set<string>()
  const movedAt = new Map<string, number>()

  for (const failing of failureClasses) {
    yield* breakers[failing].transitions.pipe(
      Stream.runForEach(({ from, key, to }) =>
        Effect.flatMap(Clock.currentTimeMillis, (now) => {
          movedAt.set(`${failing}/${key}`, now)
          return (to === "Open" ? Effect.logError : Effect.logInfo)("vendor circuit moved").pipe(
            Effect.annotateLogs({ failing, key, from, to })
          )
        })
      ),
      Effect.forkScoped({ startImmediately: true })
    )
  }

  /** Only a plan can leave one target out. */
  const keyOf = (failing: FailureClass, target: string) => failing === "credentials" ? target : "vendor"

  const stateOf = (failing: FailureClass, key: string) => Effect.orDie(breakers[failing].state(key))

  const through = <A, R>(failing: FailureClass, { number, target }: Attempt, call: Effect.Effect<A, DecodoReason, R>) => {
    const key = keyOf(failing, target)
    return breakers[failing].execute(call, {
      key,
      classify: (exit) => {
        const outcome = outcomeOf(failing, exit)
        return outcome._tag !== "Failure" || number === 1
          ? outcome
          // A probe counts whichever attempt of its fetch it is: else nothing would open the circuit again.
          : Effect.map(stateOf(failing, key), ({ _tag }) => _tag === "Closed" ? CircuitBreaker.ignored : outcome)
      }
    }).pipe(Effect.catchTag("CircuitBreakerError", ({ reason }) =>
      reason._tag === "CircuitBreakerStoreError"
        ? Effect.die(reason)
        : Effect.fail(
          new VendorPaused({ failing, retryAfter: secondsOf(reason._tag === "CircuitOpen" ? reason.retryAfter : probeTime) })
        )))
  }

  return {
    check: Effect.fnUntraced(function*({ target }) {
      for (const failing of failureClasses) {
        const state = yield* stateOf(failing, keyOf(failing, target))
        if (state._tag === "Open" && Duration.toMillis(state.retryAfter) > 0) {
          return yield* new VendorPaused({ failing, retryAfter: secondsOf(state.retryAfter) })
        }
        if (state._tag === "HalfOpen" && state.probing) {
          return yield* new VendorPaused({ failing, retryAfter: secondsOf(probeTime) })
        }
      }
    }),
    guard: (attempt, call) =>
      Effect.suspend(() => {
        targets.add(attempt.target)
        return failureClasses.reduceRight((inner, failing) => through(failing, attempt, inner), call)
      }),
    state: Effect.suspend(() =>
      Effect.forEach(
        failureClasses.flatMap((failing): ReadonlyArray<{ readonly failing: FailureClass; readonly target: string | null }> =>
          failing === "credentials" ? [...targets].map((target) => ({ failing, target })) : [{ failing, target: null }]
        ),
        ({ failing, target }) =>
          Effect.map(stateOf(failing, target ?? "vendor"), (state): BreakerState => ({
            failing,
            target,
            state: state._tag === "Closed" ? "closed" : state._tag === "Open" ? "open" : "half_open",
            since: movedAt.get(`${failing}/${target ?? "vendor"}`) ?? null,
            retry_after: state._tag === "Open" ? secondsOf(state.retryAfter) : null
          }))
      )
    )
  }
})

/** How long those wait who come while another call probes. */
const probeTime = Duration.seconds(5)

const secondsOf = (duration: Duration.Duration): number => Math.max(1, Math.ceil(Duration.toSeconds(duration)))

/** A failure that comes from further behind shows that this much works; one from further in front shows nothing of it. */
const outcomeOf = (failing: FailureClass, exit: Exit.Exit<unknown, DecodoReason>): CircuitBreaker.Outcome => {
  if (Exit.isSuccess(exit)) return CircuitBreaker.success
  const reason = Option.getOrUndefined(Exit.findErrorOption(exit))
  if (reason === undefined) return CircuitBreaker.ignored
  const found = failureClass(reason)
  if (found === "none") return CircuitBreaker.ignored
  if (found === "answered") return CircuitBreaker.success
  if (found === "empty") return failing === "not_scraped" ? CircuitBreaker.ignored : CircuitBreaker.success
  if (found === failing) {
    return CircuitBreaker.failure(
      "retryAfter" in reason && reason.retryAfter !== null ? { retryAfter: Duration.seconds(reason.retryAfter) } : {}
    )
  }
  return failureClasses.indexOf(found) > failureClasses.indexOf(failing) ? CircuitBreaker.success : CircuitBreaker.ignored
}
