import { Clock, Duration, Effect, Exit, Fiber, Layer, Logger, Redacted, Scope } from "effect"
import * as App from "../../src/app.ts"
import { IdempotencyKeys } from "../../src/idempotency/IdempotencyKeys.ts"
import { JobQueue } from "../../src/jobs/JobQueue.ts"
import { readSettings } from "../../src/settings/Settings.ts"
import { databaseWay } from "./DatabaseWay.ts"
import type { MovableClock } from "./MovableClock.ts"

export interface MortalOptions {
  readonly database: Redacted.Redacted<string>
  /** Address of the vendor, and this process's number there. */
  readonly vendorUrl: string
  readonly number: number
  readonly clock: MovableClock
  readonly settings?: Readonly<Record<string, string>>
}

export type Doors = Layer.Success<ReturnType<typeof App.services>> | IdempotencyKeys

/**
 * The application's doors as the root wires them, in a process that can be killed at any statement without there being a process: from then
 * on it reaches neither database nor vendor, and whoever called it hears nothing. What it still does in memory is of no account.
 */
export interface MortalProcess {
  readonly number: number
  readonly way: Effect.Success<ReturnType<typeof databaseWay>>
  /** What it has logged while it lived, as JSON. */
  readonly logs: ReadonlyArray<string>
  /** What a call of it comes to; undefined where it died before the end. */
  readonly call: <A, E>(effect: Effect.Effect<A, E, Doors>) => Effect.Effect<Exit.Exit<A, E> | undefined>
  /** An orderly enough end: whether it was killed or not, what it holds in this process goes. */
  readonly close: Effect.Effect<void>
}

export const startProcess = Effect.fnUntraced(function*({ clock, database, number, settings, vendorUrl }: MortalOptions) {
  const scope = yield* Scope.make()
  const way = yield* databaseWay(Redacted.value(database)).pipe(Scope.provide(scope))
  const read = yield* Effect.fromResult(readSettings({
    DATABASE_URL: way.url,
    DATABASE_MAX_CONNECTIONS: "4",
    DATABASE_READ_CONNECTIONS: "1",
    SUPABASE_URL: "http://127.0.0.1:1",
    SUPABASE_ANON_KEY: "none",
    SMARTPROXY_USERNAME: "none",
    SMARTPROXY_PASSWORD: "none",
    DECODO_BASE_URL: `${vendorUrl}/${number}`,
    DECODO_MAX_ATTEMPTS: "1",
    DECODO_FLEET_CONCURRENCY: "1000",
    DECODO_REQUESTS_PER_SECOND: "100000",
    DECODO_BREAKER_FAILURES: "1000000",
    CREDITS_ENABLED: "true",
    JOBS_LEASE: "30 seconds",
    JOBS_POLL_INTERVAL: "200 millis",
    SHUTDOWN_TIMEOUT: "1 millis",
    SCHEMA_CHECK_INTERVAL: "1 day",
    ...settings
  }))
  const logs: Array<string> = []
  const noted = Logger.layer([Logger.make<unknown, void>((line) => {
    if (!way.isCut()) logs.push(Logger.formatJson.log(line))
  })])
  const doors = Layer.provideMerge(
    IdempotencyKeys.layer({ keepFor: Duration.hours(24), lease: Duration.seconds(150) }),
    App.services(read)
  ).pipe(Layer.provide([noted, Layer.succeed(Clock.Clock, clock)]))
  const context = yield* Layer.build(doors).pipe(Scope.provide(scope), Effect.orDie)
  yield* Effect.flatMap(JobQueue, ({ ready }) => ready).pipe(Effect.provide(context), Effect.orDie)

  const process: MortalProcess = {
    number,
    way,
    logs,
    call: (effect) =>
      Effect.suspend(() => {
        const fiber = Effect.runForkWith(context)(
          effect.pipe(Effect.provideService(Clock.Clock, clock), Effect.provide(noted))
        )
        const dead = Effect.as(Effect.promise(() => way.ended), undefined)
        return Effect.raceFirst(Fiber.await(fiber), dead).pipe(
          Effect.map((exit) => way.isCut() ? undefined : exit),
          Effect.ensuring(Effect.sync(() => fiber.interruptUnsafe()))
        )
      }),
    close: Scope.close(scope, Exit.void)
  }
  return process
})
