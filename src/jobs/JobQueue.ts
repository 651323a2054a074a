import { Cause, Context, Deferred, Duration, Effect, Fiber, Layer, Schedule, Schema, Scope } from "effect"
import * as PersistedQueue from "effect/persistence/PersistedQueue"
import { DatabaseUnavailable, isDriverError } from "../database/DatabaseErrors.ts"
import { Draining } from "./Draining.ts"

export interface JobQueueOptions {
  /** How long work stays with a process that has fallen silent; whole seconds. It is renewed three times within. */
  readonly lease: Duration.Duration
  /** How often work that other processes offered is looked for. What this process offers is taken up at once. */
  readonly pollInterval: Duration.Duration
}

/**
 * Hands work to processes, durably: what was offered is done at least once, by whichever process has a worker free, and goes to another
 * when that one dies. An element is no more than an id: what is to be done, and how far it has come, stands in the tables of a room.
 */
export class JobQueue extends Context.Service<JobQueue, {
  /** Waits for the queue to be open, which takes a moment after the start: call it before a transaction that offers, which would wait inside. */
  readonly ready: Effect.Effect<void, DatabaseUnavailable>
  /** Offers work; inside a transaction it counts with its commit. The same id twice in a queue counts once. */
  offer(queue: string, id: string): Effect.Effect<void, DatabaseUnavailable>
  /**
   * Works on a queue, so many elements at once, until the process is told to stop or the scope closes; what is under way when it closes and
   * does not end in time is handed back. One whose handling fails comes again after `again`, behind those
   * that wait by then; whatever the handler has to say to anybody it writes down itself.
   */
  work<E, R>(
    queue: string,
    options: { readonly concurrency: number; readonly again: Duration.Duration },
    handle: (id: string) => Effect.Effect<void, E, R>
  ): Effect.Effect<void, never, R | Scope.Scope>
}>()("analytics-following/jobs/JobQueue") {
  static readonly layerNoDeps = (options: JobQueueOptions) =>
    Layer.effect(
      JobQueue,
      Effect.gen(function*() {
        const scope = yield* Effect.scope
        const draining = yield* Draining
        const ready = yield* Deferred.make<PersistedQueue.PersistedQueueFactory["Service"]>()

        // In the background, for a server starts whether its database is there or not.
        yield* Layer.build(engine(options)).pipe(
          Scope.provide(scope),
          Effect.sandbox,
          Effect.tapError((cause) => Effect.logWarning("the job queue cannot start yet", Cause.squash(cause))),
          Effect.retry(Schedule.spaced("1 second")),
          Effect.flatMap((built) => Deferred.succeed(ready, Context.get(built, PersistedQueue.PersistedQueueFactory))),
          Effect.forkIn(scope)
        )

        const whenReady = Deferred.await(ready).pipe(
          Effect.asVoid,
          Effect.timeoutOrElse({
            duration: longestStart,
            orElse: () => Effect.fail(notOpen())
          })
        )

        const open = (name: string, again: Duration.Duration) =>
          Effect.flatMap(Deferred.await(ready), (factory) =>
            factory.make({
              name,
              schema: Schema.String,
              maxAttempts: forEver,
              retrySchedule: Schedule.spaced(again)
            }))

        const offer = (queue: string, id: string) =>
          Effect.flatMap(open(queue, Duration.zero), (opened) => opened.offer(id, { id })).pipe(
            Effect.mapError(notOpen),
            Effect.asVoid
          )

        const work = <E, R>(
          name: string,
          { again, concurrency }: { readonly concurrency: number; readonly again: Duration.Duration },
          handle: (id: string) => Effect.Effect<void, E, R>
        ) =>
          Effect.gen(function*() {
            const workers: Array<{ readonly fiber: Fiber.Fiber<void>; readonly worker: Worker }> = []
            const stop = { asked: false }
            const run = (worker: Worker) =>
              Effect.gen(function*() {
                const queue = yield* open(name, again)
                while (!stop.asked) {
                  yield* queue.take((id) => Effect.andThen(Effect.sync(() => void (worker.busy = true)), handle(id))).pipe(
                    Effect.catchCause((cause) =>
                      Cause.hasInterruptsOnly(cause)
                        ? Effect.failCause(cause as Cause.Cause<never>)
                        // What a handler fails with it has written down; a defect nobody has.
                        : Cause.hasDies(cause) && !isUnsettled(cause)
                        ? Effect.logError("work died, and comes again", { queue: name }, cause)
                        : Effect.logDebug("work comes again", { queue: name, cause: Cause.squash(cause) })
                    )
                  )
                  worker.busy = false
                }
              })
            for (let i = 0; i < concurrency; i++) {
              const worker: Worker = { busy: false }
              workers.push({ worker, fiber: yield* Effect.forkScoped(run(worker)) })
            }
            const takeNoMore = Effect.suspend(() => {
              stop.asked = true
              return Fiber.interruptAll(workers.filter(({ worker }) => !worker.busy).map(({ fiber }) => fiber))
            })
            // At once: what was begun while requests end would have less time than it needs, and a call that is cut off is paid for in vain.
            yield* Effect.forkScoped(Effect.andThen(draining.begun, takeNoMore))
            // Added after the workers, hence run before they are interrupted, which hands back what they hold.
            yield* Effect.addFinalizer(() =>
              draining.wait(Effect.andThen(
                takeNoMore,
                Effect.forEach(workers, ({ fiber }) => Fiber.await(fiber), { discard: true })
              ))
            )
          })

        return { ready: whenReady, offer, work }
      })
    )
}

/** The queue dies of a database that is away for longer than the lease: the work is another's by then. */
const isUnsettled = (cause: Cause.Cause<unknown>): boolean =>
  cause.reasons.every((reason) => !Cause.isDieReason(reason) || isDriverError(reason.defect))

interface Worker {
  busy: boolean
}

const notOpen = () => new DatabaseUnavailable({ retry_after: 2, detail: "Try again in a moment; nothing was begun." })

const longestStart = Duration.seconds(2)

/** What is given up is given up by the room, which can say so to those who wait; the queue would only fall silent. */
const forEver = 2_147_483_647

/** The tables come from a migration: the engine's own finds its history complete, and only reads it. */
const engine = ({ lease, pollInterval }: JobQueueOptions) =>
  Layer.merge(PersistedQueue.layer, PersistedQueue.layerCleanup({ interval: "10 minutes", timeToLive: "1 hour" })).pipe(
    Layer.provide(PersistedQueue.layerStoreSql({
      tableName: "job_engine.queue",
      pollInterval,
      lockExpiration: lease,
      lockRefreshInterval: Duration.times(lease, 1 / 3)
    }))
  )
