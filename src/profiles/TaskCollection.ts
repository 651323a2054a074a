import { Context, Effect, Layer } from "effect"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { profileTarget } from "../decodo/DecodoClient.ts"
import { loop } from "../observability/Loops.ts"
import { VendorTasks } from "../thrift/VendorTasks.ts"
import { ProfileFetches } from "./ProfileFetches.ts"
import { Username } from "./Username.ts"

/**
 * Collects what was ordered of the vendor and nobody came for: the job was cancelled, the caller left, or it took longer than a fetch may.
 * It is charged all the same, and is kept and stored like any other answer while the vendor has it.
 */
export class TaskCollection extends Context.Service<TaskCollection, {
  /** Begins the fetches of names whose results lie there, a hundred at most, for nobody: no window opens, and no search is recorded. How many. */
  readonly round: Effect.Effect<number, DatabaseError>
}>()("analytics-following/profiles/TaskCollection") {
  static readonly layerNoDeps = Layer.effect(
    TaskCollection,
    Effect.gen(function*() {
      const tasks = yield* VendorTasks
      const fetches = yield* ProfileFetches
      const round = Effect.gen(function*() {
        const names = yield* tasks.abandoned(profileTarget.target, 100)
        const begun = yield* Effect.forEach(
          names,
          (name) =>
            fetches.join(Username.make(name), undefined, { purpose: "backfill", analysisType: "refresh" }).pipe(
              Effect.as(true),
              Effect.catchTag("ProfileSuppressed", () => Effect.succeed(false))
            )
        )
        return begun.filter((begins) => begins).length
      }).pipe(Effect.withSpan("TaskCollection.round"))
      return { round }
    })
  )

  /** Asks for rounds as long as the process lives. */
  static readonly running = Layer.effectDiscard(Effect.gen(function*() {
    const { round } = yield* TaskCollection
    const told = Effect.tap(
      round,
      (begun) => begun === 0 ? Effect.void : Effect.logInfo("ordered profiles are collected", { begun })
    )
    yield* loop("task_collection", "5 minutes", told)
  })).pipe(Layer.provide(this.layerNoDeps))
}
