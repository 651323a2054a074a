import { PgClient } from "@effect/sql-pg"
import { Context, Effect, Layer, Queue, Schedule, type Scope } from "effect"
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
  /** Holds one connection of its own, made again when it is lost; none where statements cannot be prepared, hence not be listened for. */
  static readonly layer = (options: DatabaseOptions) =>
    options.prepare
      ? Layer.effect(
        Signals,
        Effect.map(PgClient.PgClient, (client): Signals["Service"] => ({
          hear: (channel, heard) =>
            Effect.flatMap(client.listen(channel), (queue) =>
              Effect.forever(Effect.flatMap(Queue.take(queue), ({ payload }) => heard(payload)))).pipe(
                Effect.scoped,
                Effect.tapError((error) =>
                  Effect.logDebug("signals are not heard", { channel, reason: error.reason._tag })
                ),
                Effect.retry(Schedule.spaced("1 second")),
                (listening) => loop(`signals ${channel}`, "1 second", listening),
                Effect.asVoid
              )
        }))
      ).pipe(Layer.provide(PgClient.layer({
        ...poolOf(options),
        maxConnections: 1,
        // What listens is silent for as long as nothing happens.
        stream: undefined,
        keepAlive: "30 seconds"
      })))
      : Layer.succeed(Signals, { hear: () => Effect.void })
}
