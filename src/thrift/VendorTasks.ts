import { Clock, Context, Deferred, Duration, Effect, Layer, Schedule } from "effect"
import { randomUUID } from "node:crypto"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { instantOf, millisOf } from "../database/Instant.ts"
import type { VendorTask } from "./VendorTask.ts"
import { type OpenSince, VendorTaskRepo } from "./VendorTaskRepo.ts"

/** Something the vendor was given to do. */
export interface Task {
  readonly id: string
  readonly taskId: string
  /** Milliseconds since 1970. */
  readonly submittedAt: number
  /** Whether its result was seen, and accounted for, before. */
  readonly answered: boolean
}

/** Something the vendor is about to be given to do. */
export interface Announced {
  readonly id: string
  readonly query: string
}

/**
 * What the vendor was given to do, so that a process that dies, and whoever takes over, looks at the same task again and nobody pays
 * twice. A database that is away costs that memory, said in the log, and no call.
 */
export class VendorTasks extends Context.Service<VendorTasks, {
  /** The task that may still bring what is sought; one that is being ordered is waited for. */
  findOpen(target: string, query: string): Effect.Effect<Task | undefined>
  /** Remembers tasks as they were accepted; `id` is what the vendor was told to call back with. */
  remember(
    target: string,
    tasks: ReadonlyArray<{ readonly id: string; readonly query: string; readonly taskId: string }>
  ): Effect.Effect<
    ReadonlyArray<Task>
  >
  /**
   * Says that these are about to be ordered together: from then on whoever looks for one of them waits for its task. Those that have one
   * are left out, and all of them while the database is away.
   */
  announce(target: string, queries: ReadonlyArray<string>): Effect.Effect<ReadonlyArray<Announced>>
  /** The vendor has taken them. */
  accepted(tasks: ReadonlyArray<{ readonly id: string; readonly taskId: string }>): Effect.Effect<void>
  /** Nobody need wait for those of them that the vendor has not taken. */
  withdraw(announced: ReadonlyArray<Announced>): Effect.Effect<void>
  /** What was asked for by tasks, at most so many, whose results the vendor still keeps and nobody comes for; none while the database is away. */
  abandoned(target: string, limit: number): Effect.Effect<ReadonlyArray<string>>
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
          for (;;) {
            const found = yield* repo.findOpen(target, query, yield* openSince).pipe(
              orElse<VendorTask | undefined>("tasks at the vendor are not known", undefined)
            )
            if (found === undefined) return undefined
            const { answered_at, id, submitted_at, task_id } = found
            if (task_id !== null) {
              return { id, taskId: task_id, submittedAt: millisOf(submitted_at), answered: answered_at !== null }
            }
            yield* Effect.sleep(shortestPause)
          }
        }),
        announce: Effect.fn("VendorTasks.announce")(function*(target: string, queries: ReadonlyArray<string>) {
          const submitted_at = instantOf(yield* Clock.currentTimeMillis)
          const given = [...new Set(queries)].map((query) => ({ id: newTaskId(), query }))
          const announced = yield* repo.announce(
            given.map((one) => ({ ...one, target, submitted_at, task_id: null, answered_at: null, ended_at: null })),
            yield* openSince
          ).pipe(orElse<ReadonlyArray<string>>("tasks at the vendor are not known", []))
          return given.filter(({ id }) => announced.includes(id))
        }),
        accepted: Effect.fn("VendorTasks.accepted")((tasks: ReadonlyArray<{ readonly id: string; readonly taskId: string }>) =>
          repo.setTaskIds(tasks.map(({ id, taskId }) => ({ id, task_id: taskId }))).pipe(
            // Each of them is paid for, and forgotten it is paid for again.
            Effect.retry({ times: 20, schedule: Schedule.spaced("1 second") }),
            orElse<void>("tasks at the vendor are lost", undefined)
          )
        ),
        withdraw: Effect.fn("VendorTasks.withdraw")((announced: ReadonlyArray<Announced>) =>
          announced.length === 0
            ? Effect.void
            : repo.withdraw(announced.map(({ id }) => id)).pipe(orElse<void>("announced tasks are waited for in vain", undefined))
        ),
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
        abandoned: Effect.fn("VendorTasks.abandoned")(function*(target: string, limit: number) {
          const now = yield* Clock.currentTimeMillis
          const between = { after: instantOf(now - keptByVendor), before: instantOf(now - cameForWithin) }
          return yield* repo.findUnanswered(target, between, limit).pipe(
            orElse<ReadonlyArray<string>>("tasks at the vendor are not known", [])
          )
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

/**
 * An announced task that is not taken after so long was lost with its process: longer than an order waits for its place, is refused for
 * its pace, and is answered.
 */
const announcedFor = Duration.toMillis("1 minute")

/** Longer than a fetch and its job take to come for what they ordered, unless they never will. */
const cameForWithin = Duration.toMillis("15 minutes")

const openSince = Effect.map(Clock.currentTimeMillis, (now): OpenSince => ({
  submitted: instantOf(now - keptByVendor),
  announced: instantOf(now - announcedFor)
}))

const shortestPause = Duration.millis(500)
