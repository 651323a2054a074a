import { Context, Duration, Effect, Latch, Layer } from "effect"
import { monotonicMillis } from "../observability/MonotonicTime.ts"

/** The end of the process: all that is under way has one time together, however many parts wait for theirs one after another. */
export class Draining extends Context.Service<Draining, {
  /** The process is told to stop: the time runs, once. */
  readonly begin: Effect.Effect<void>
  /** Waits until the process is told to stop. */
  readonly begun: Effect.Effect<void>
  /** Waits for what is under way, as long as time is left; begins where nobody has. */
  wait(underWay: Effect.Effect<unknown>): Effect.Effect<void>
}>()("analytics-following/jobs/Draining") {
  static readonly layer = (options: { readonly timeout: Duration.Input }) =>
    Layer.sync(Draining, () => {
      const told = Latch.makeUnsafe(false)
      let endsAt: number | undefined
      const left = Effect.map(monotonicMillis, (now) => {
        endsAt ??= now + Duration.toMillis(Duration.fromInputUnsafe(options.timeout))
        told.openUnsafe()
        return Math.max(0, endsAt - now)
      })
      return {
        begin: Effect.asVoid(left),
        begun: told.await,
        wait: (underWay) => Effect.flatMap(left, (millis) => Effect.asVoid(Effect.timeoutOption(underWay, millis)))
      }
    })
}
