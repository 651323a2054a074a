import { Context, Effect, Latch, Layer } from "effect"
import { Signals } from "../database/Signals.ts"
import type { JobId } from "./BulkJob.ts"

/** Wakes those who follow a job when something of it has changed. */
export class JobChanges extends Context.Service<JobChanges, {
  /** Ends with the next change that is heard of, or after a second: then it is time to look, whether one was heard or not. */
  next(id: JobId): Effect.Effect<void>
}>()("analytics-following/jobs/JobChanges") {
  static readonly layerNoDeps = Layer.effect(
    JobChanges,
    Effect.gen(function*() {
      const followed = new Map<string, Set<Latch.Latch>>()
      const signals = yield* Signals
      yield* signals.hear("jobs", (id) =>
        Effect.sync(() => {
          for (const latch of followed.get(id) ?? []) latch.openUnsafe()
        }))
      const next = (id: JobId) =>
        Effect.acquireUseRelease(
          Effect.sync(() => {
            const latch = Latch.makeUnsafe(false)
            followed.set(id, (followed.get(id) ?? new Set()).add(latch))
            return latch
          }),
          (latch) => Effect.raceFirst(latch.await, Effect.sleep("1 second")),
          (latch) =>
            Effect.sync(() => {
              followed.get(id)?.delete(latch)
              if (followed.get(id)?.size === 0) followed.delete(id)
            })
        )
      return { next }
    })
  )
}
