import { Duration, Effect } from "effect"
import { newTaskId, type Task, type VendorTasks } from "../thrift/VendorTasks.ts"
import { type DecodoReason, endsTask } from "./DecodoReason.ts"
import type { DecodoTarget, Scraped, VendorApi } from "./ScrapeCall.ts"

export interface TaskOptions {
  /** Before the first look at a new task; each next pause is half as long again, up to 15 s. */
  readonly pollInterval: Duration.Input
  /** Where the vendor calls back about a task, by its id; null where it does not. */
  readonly callbackUrl: ((id: string) => string) | null
}

/** Submits and polls. Whatever happens to the process, the same task is looked at again, so that a result is paid for once. */
export const makeTaskCalls = (api: VendorApi, tasks: VendorTasks["Service"], options: TaskOptions) => {
  /** Not to be cut off: between the vendor's word and our note of it the task would be lost. */
  const submit = Effect.fnUntraced(function*(target: DecodoTarget, query: string) {
    const id = newTaskId()
    const taskId = yield* api.submit(target, query, options.callbackUrl?.(id) ?? null)
    const [task] = yield* tasks.remember(target.target, [{ id, query, taskId }])
    return task ?? (yield* Effect.die("a task is remembered as one"))
  })

  const poll = Effect.fnUntraced(function*(task: Task, target: string, isNew: boolean) {
    let pause = Duration.toMillis(Duration.fromInputUnsafe(options.pollInterval))
    let failures = 0
    if (isNew) yield* tasks.pause(task, Duration.millis(pause))
    for (;;) {
      const looked = yield* Effect.result(api.result(task.taskId, target))
      if (looked._tag === "Success") {
        if (looked.success !== null) return looked.success
        failures = 0
      } else if (!passing.has(looked.failure._tag) || ++failures >= mostFailures) {
        return yield* Effect.fail(looked.failure)
      }
      pause = Math.min(pause * 1.5, longestPause)
      yield* tasks.pause(task, Duration.millis(pause))
    }
  })

  /** One call: the task that was submitted before and is still open, or a new one. */
  return Effect.fnUntraced(function*(target: DecodoTarget, query: string) {
    const open = yield* tasks.findOpen(target.target, query)
    let task = open
    let paidBefore = false
    // Known here before anything can cut this off: a task that is not would be metered as a call that nobody saw end.
    const begin = Effect.uninterruptible(Effect.tap(submit(target, query), (made) =>
      Effect.sync(() => {
        task = made
      })))
    const run = Effect.gen(function*() {
      // Looked for once more: while this call waited for its place, a twin in another process may have submitted it.
      const found = task ?? (task = yield* tasks.findOpen(target.target, query))
      const current = found ?? (yield* begin)
      const ended = yield* Effect.result(poll(current, target.target, found === undefined))
      if (ended._tag === "Success" || endsTask(ended.failure)) paidBefore = !(yield* tasks.answered(current))
      return yield* Effect.fromResult(ended) satisfies Effect.Effect<Scraped, DecodoReason>
    })
    return {
      run,
      /** What became of the task where its result was no answer. */
      failed: (reason: DecodoReason) => task !== undefined && endsTask(reason) ? tasks.ended(task) : Effect.void,
      task: { open, taskId: () => task?.taskId ?? null, paidBefore: () => paidBefore }
    }
  })
}

/** A poll that fails so is made again. */
const passing: ReadonlySet<DecodoReason["_tag"]> = new Set(["ConnectionFailed", "RateLimited", "VendorUnavailable", "Timeout"])
const mostFailures = 5
const longestPause = 15_000
