import { Clock, Context, Deferred, Duration, Effect, Layer } from "effect"
import { randomUUID } from "node:crypto"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { instantOf, millisOf } from "../database/Instant.ts"
import { VendorTaskRepo } from "./VendorTaskRepo.ts"

/** Something the vendor was given to do. */
export interface Task {
  readonly id: string
  readonly taskId: string
  /** Milliseconds since 1970. */
  readonly submittedAt: number
  /** Whether its result was seen, and accounted for, before. */
  readonly answered: boolean
}

/**
 * What the vendor was given to do, so that a process that dies, and whoever takes over, looks at the same task again and nobody pays
 * twice. A database that is away costs that memory, said in the log, and no call.
 */
export class VendorTasks extends Context.Service<VendorTasks, {
  /** The task that may still bring what is sought. */
  findOpen(target: string, query: string): Effect.Effect<Task | undefined>
  /** Remembers tasks as they were accepted; `id` is what the vendor was told to call back with. */
  remember(
    target: string,
    tasks: ReadonlyArray<{ readonly id: string; readonly query: string; readonly taskId: string }>
  ): Effect.Effect<
    ReadonlyArray<Task>
  >
  /** Its result has come: whether for the first time. */
  answered(task: Task): Effect.Effect<boolean>
  /** It will bring no answer. */
  ended(task: Task): Effect.Effect<void>
  /** Waits so long, or until the vendor calls back about this task; never less than half a second. */
  pause(task: Task, duration: Duration.Duration): Effect.Effect<void>
  /** Somebody who knew the task's token says that it moved: whoever waits looks, at the vendor and nowhere else. */
  wake(id: string): Effect.Effect<void>
}>()("analytics-following/thrift/VendorTasks") {
  static readonly layerNoDeps = Layer.effect(
    VendorTasks,
    Effect.gen(function*() {
      const repo = yield* VendorTaskRepo
      const waiting = new Map<string, Deferred.Deferred<void>>()

      const orElse = <A>(what: string, otherwise: A) => (effect: Effect.Effect<A, DatabaseError>): Effect.Effect<A> =>
        Effect.catch(
          effect,
          ({ _tag }) => Effect.as(Effect.logWarning(what).pipe(Effect.annotateLogs({ reason: _tag })), otherwise)
        )

      return {
        findOpen: Effect.fn("VendorTasks.findOpen")(function*(target: string, query: string) {
          const now = yield* Clock.currentTimeMillis
          const found = yield* repo.findOpen(target, query, instantOf(now - keptByVendor)).pipe(
            Effect.map((row) =>
              row === undefined ? undefined : {
                id: row.id,
                taskId: row.task_id,
                submittedAt: millisOf(row.submitted_at),
                answered: row.answered_at !== null
              }
            ),
            orElse<Task | undefined>("tasks at the vendor are not known", undefined)
          )
          return found
        }),
        remember: Effect.fn("VendorTasks.remember")(function*(target, tasks) {
          const now = yield* Clock.currentTimeMillis
          yield* repo.insert(
            tasks.map(({ id, query, taskId }) => ({
              id,
              target,
              query,
              submitted_at: instantOf(now),
              task_id: taskId,
              answered_at: null,
              ended_at: null
            })),
            instantOf(now - 2 * keptByVendor)
          ).pipe(orElse<void>("a task at the vendor is known to this process alone", undefined))
          return tasks.map(({ id, taskId }) => ({ id, taskId, submittedAt: now, answered: false }))
        }),
        answered: Effect.fn("VendorTasks.answered")(function*({ id }: Task) {
          return yield* repo.setAnswered(id, instantOf(yield* Clock.currentTimeMillis)).pipe(
            orElse("the end of a task is not noted", true)
          )
        }),
        ended: Effect.fn("VendorTasks.ended")(function*({ id }: Task) {
          yield* repo.setEnded(id, instantOf(yield* Clock.currentTimeMillis)).pipe(
            orElse<void>("the end of a task is not noted", undefined)
          )
        }),
        pause: ({ id }, duration) =>
          Effect.gen(function*() {
            const woken = Deferred.makeUnsafe<void>()
            waiting.set(id, woken)
            yield* Effect.sleep(Duration.min(shortestPause, duration))
            yield* Effect.timeoutOption(Deferred.await(woken), Duration.subtract(duration, shortestPause))
          }).pipe(Effect.ensuring(Effect.sync(() => waiting.delete(id)))),
        wake: (id) =>
          Effect.suspend(() => {
            const woken = waiting.get(id)
            return woken === undefined ? Effect.void : Effect.asVoid(Deferred.succeed(woken, undefined))
          })
      }
    })
  )

  static readonly layer = this.layerNoDeps.pipe(Layer.provide(VendorTaskRepo.layer))
}

export const newTaskId = (): string => randomUUID()

/** The vendor keeps results for a day; an hour less, so that none is looked for that goes meanwhile. */
const keptByVendor = Duration.toMillis("23 hours")

const shortestPause = Duration.millis(500)
