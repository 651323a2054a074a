import { Context, Effect, Layer } from "effect"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { monotonicMillis } from "../observability/MonotonicTime.ts"
import { type Outcome, Recomputation } from "../profiles/Recomputation.ts"
import type { FigureFilter } from "../profiles/StoredFigures.ts"
import { Comments } from "./Comments.ts"
import { Creators } from "./Creators.ts"

export interface RecomputeOptions extends FigureFilter {
  /** Only say what would be rewritten. */
  readonly dryRun: boolean
  readonly batchSize: number
  /** Go on behind the profile with this id: the `cursor` of an interrupted run. */
  readonly after?: string
  readonly onProgress?: (progress: Progress) => Effect.Effect<void>
}

export interface Progress {
  readonly done: number
  readonly total: number
  /** Profiles a second since the start. */
  readonly rate: number
  readonly cursor: string
}

/** How many of each kind ended how. */
export interface RecomputeSummary {
  readonly profiles: number
  readonly cursor: string
  readonly analytics: Readonly<Record<Outcome, number>>
  readonly creators: Readonly<Record<Outcome, number>>
  readonly comments: Readonly<Record<Outcome, number>>
}

/** Computes everything that is stored anew from the answers it was made of, profile by profile, and rewrites what differs. Asks no vendor. */
export class Recompute extends Context.Service<Recompute, {
  run(options: RecomputeOptions): Effect.Effect<RecomputeSummary, DatabaseError>
}>()("analytics-following/insights/Recompute") {
  static readonly layerNoDeps = Layer.effect(
    Recompute,
    Effect.gen(function*() {
      const recomputation = yield* Recomputation
      const creators = yield* Creators
      const comments = yield* Comments
      return {
        run: Effect.fn("Recompute.run")(function*({ after, batchSize, dryRun, onProgress, ...filter }: RecomputeOptions) {
          const startedAt = yield* monotonicMillis
          const total = yield* recomputation.count(filter)
          const counts = { analytics: none(), creators: none(), comments: none() }
          let cursor = after ?? "00000000-0000-0000-0000-000000000000"
          let done = 0
          for (;;) {
            const batch = yield* recomputation.batch({ ...filter, after: cursor, limit: batchSize })
            if (batch.length === 0) return { profiles: done, cursor, ...counts }
            for (const profile of batch) {
              counts.analytics[yield* recomputation.figures(profile, dryRun)]++
              counts.creators[yield* creators.recompute(profile, dryRun)]++
              counts.comments[yield* comments.recompute(profile, dryRun)]++
              cursor = profile.id
              done++
            }
            const seconds = ((yield* monotonicMillis) - startedAt) / 1000
            if (onProgress !== undefined) {
              yield* onProgress({ done, total, rate: seconds === 0 ? done : Math.round(done / seconds), cursor })
            }
          }
        })
      }
    })
  )
}

const none = (): Record<Outcome, number> => ({ unchanged: 0, rewritten: 0, without_source: 0, nothing_stored: 0 })
