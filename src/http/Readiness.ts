import { Context, Effect, Layer } from "effect"
import { Cache } from "../cache/Cache.ts"
import { DatabaseHealth } from "../database/DatabaseHealth.ts"

export interface PartState {
  readonly state: "up" | "degraded" | "down"
  readonly reason: string | null
}

/** What readiness is made of: each part answers within a second. Only the database being down makes the whole down. */
export class Readiness extends Context.Service<Readiness, {
  readonly check: Effect.Effect<Readonly<Record<string, PartState>>>
}>()("analytics-following/http/Readiness") {
  static readonly layerNoDeps = Layer.effect(
    Readiness,
    Effect.gen(function*() {
      const cache = yield* Cache
      const database = yield* DatabaseHealth
      const within = (part: Effect.Effect<PartState>): Effect.Effect<PartState> =>
        Effect.timeoutOrElse(part, {
          duration: "1 second",
          orElse: () => Effect.succeed<PartState>({ state: "down", reason: "no answer within a second" })
        })
      return {
        check: Effect.all({
          database: within(database.check),
          schema: within(database.migrations),
          cache: Effect.map(
            within(cache.health),
            (part): PartState => part.state === "down" ? { ...part, state: "degraded" } : part
          )
        }, { concurrency: "unbounded" })
      }
    })
  )
}
