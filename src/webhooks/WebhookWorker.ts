import { Duration, Effect, FiberSet, Layer, Queue } from "effect"
import { Draining } from "../jobs/Draining.ts"
import { loop } from "../observability/Loops.ts"
import { Deliverer } from "./Deliverer.ts"
import { Outbox } from "./Outbox.ts"
import { SecretBox } from "./SecretBox.ts"

export interface WorkerOptions {
  /** Attempts under way at once in this process. */
  readonly concurrency: number
  /** How long to wait where nothing was due; a second without it. */
  readonly pollInterval?: Duration.Input
  /** How long the log of deliveries goes back, 30 days unless told; zero: for ever. */
  readonly keptFor?: Duration.Duration
}

/** Takes and attempts, tells of access that ends, and deletes what is old, until its scope closes. */
export const workerLayer = (options: WorkerOptions) =>
  Layer.effectDiscard(Effect.gen(function*() {
    if (!(yield* SecretBox).ready) return
    const deliverer = yield* Deliverer
    const underWay = yield* FiberSet.make()
    const freed = yield* Queue.sliding<void>(1)

    // Added after the set, whose own finalizer interrupts what is in it, to be made again elsewhere; the loops below are interrupted before either.
    const draining = yield* Draining
    yield* Effect.addFinalizer(() => draining.wait(FiberSet.awaitEmpty(underWay)))

    const takeAndStart = Effect.gen(function*() {
      const free = options.concurrency - (yield* FiberSet.size(underWay))
      if (free <= 0) return 0
      const taken = yield* deliverer.take(free, perEndpoint)
      for (const { attempt, delivery } of taken) {
        const watched = Effect.catchCause(attempt, (cause) =>
          Effect.logWarning("webhook attempt not written down", { delivery: delivery.id }, cause))
        yield* FiberSet.run(underWay, Effect.ensuring(Effect.interruptible(watched), Queue.offer(freed, undefined)))
      }
      return taken.length
    })

    yield* loop(
      "webhook deliveries",
      Duration.zero,
      Effect.gen(function*() {
        // What was taken is started: an end in between would leave it to the end of its lease.
        const taken = yield* Effect.catchTags(Effect.uninterruptible(takeAndStart), {
          DatabaseUnavailable: () =>
            waitForDatabase,
          RowMismatch: () => waitForDatabase,
          RowRefused: () => waitForDatabase
        })
        if (taken === 0) {
          yield* Effect.timeoutOption(Queue.take(freed), options.pollInterval ?? "1 second")
        }
      })
    )

    yield* loop("webhook housekeeping", "10 minutes", housekeeping(options.keptFor ?? Duration.days(30)))
  }))

/** Attempts under way at once for one endpoint, in all processes. */
const perEndpoint = 4

/** Why is in the log already. */
const waitForDatabase = Effect.as(Effect.sleep("5 seconds"), 0)

/** Tells of access that ends, and forgets what is older; in batches, so that no statement is long. */
const housekeeping = Effect.fnUntraced(function*(keptFor: Duration.Duration) {
  const outbox = yield* Outbox
  yield* untilLess(outbox.announceExpiring(batch))
  if (!Duration.isZero(keptFor)) yield* untilLess(outbox.prune(keptFor, batch))
})

const batch = 1000

const untilLess = <E, R>(step: Effect.Effect<number, E, R>): Effect.Effect<void, E, R> =>
  Effect.flatMap(step, (done) => done < batch ? Effect.void : untilLess(step))
