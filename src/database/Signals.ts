import { PgConnection } from "@effect/sql-pg"
import { Context, Effect, Layer, Queue, RcRef, Schedule, type Scope } from "effect"
import { loop } from "../observability/Loops.ts"
import { type DatabaseOptions, poolOf } from "./Database.ts"

/**
 * What other processes say through PostgreSQL (`NOTIFY`). A signal makes somebody look sooner and nothing more: one that is lost, as behind a
 * transaction pooler they all are, costs time and never the truth.
 */
export class Signals extends Context.Service<Signals, {
  /** Hears the payloads of a channel until the scope closes. */
  hear(channel: string, heard: (payload: string) => Effect.Effect<void>): Effect.Effect<void, never, Scope.Scope>
}>()("analytics-following/database/Signals") {
  /** Holds one connection of its own for all channels, made again when it is lost; none where statements cannot be prepared, hence not be listened for. */
  static readonly layer = (options: DatabaseOptions) =>
    options.prepare
      ? Layer.effect(
        Signals,
        Effect.gen(function*() {
          // A session that listens takes nothing else: only one that is pinned takes a second channel.
          const session = yield* RcRef.make({
            acquire: Effect.flatMap(
              // What listens is silent for as long as nothing happens.
              PgConnection.make({ ...poolOf(options), stream: undefined, keepAlive: "30 seconds" }),
              ({ pin }) => pin
            )
          })
          return Signals.of({
            hear: (channel, heard) =>
              RcRef.get(session).pipe(
                Effect.flatMap((connection) => connection.listen(channel)),
                Effect.flatMap((queue) => Effect.forever(Effect.flatMap(Queue.take(queue), ({ payload }) => heard(payload)))),
                Effect.scoped,
                Effect.tapError((error) => Effect.logDebug("signals are not heard", { channel, reason: error.reason._tag })),
                Effect.retry(Schedule.spaced("1 second")),
                (listening) => loop(`signals ${channel}`, "1 second", listening),
                Effect.asVoid
              )
          })
        })
      )
      : Layer.succeed(Signals, { hear: () => Effect.void })

  /** Hears nothing: for scripts. */
  static readonly layerNone = Layer.succeed(Signals, { hear: () => Effect.void })
}
