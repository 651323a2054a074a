import { Clock, Context, Effect, Layer, Logger, Option, Redacted, References } from "effect"
import * as HttpServer from "effect/http/HttpServer"
import type { SqlClient } from "effect/sql/SqlClient"
import * as App from "../../src/app.ts"
import { Client } from "../../src/client.ts"
import { nodeServer } from "../../src/http/NodeServer.ts"
import { AuthEmulator } from "../../src/sandbox/auth/AuthEmulator.ts"
import type { AuthEmulatorOptions } from "../../src/sandbox/auth/EmulatorSettings.ts"
import { VendorSimulator } from "../../src/sandbox/vendor/VendorSimulator.ts"
import { Settings } from "../../src/settings/Settings.ts"
import { UserId } from "../../src/users/UserId.ts"
import { type Answer, type Call, contractOf } from "./Contract.ts"
import { MovableClock } from "./MovableClock.ts"
import { TestDatabase } from "./TestDatabase.ts"
import { VendorFront } from "./VendorFront.ts"

export interface TestAppOptions {
  /** Settings beside or instead of the test's own, by their names in the environment. */
  readonly settings?: Readonly<Record<string, string>>
  /** A directory of recorded profiles that the vendor simulator replays. */
  readonly recordings?: string
  readonly auth?: AuthEmulatorOptions
  /** Whether the application knows the project's secret key. */
  readonly serviceRole?: boolean
}

/** Someone who is signed in. Every answer is held to the contract. */
export interface TestUser {
  readonly id: UserId
  readonly email: string
  readonly token: string
  get(path: string, headers?: Readonly<Record<string, string>>): Effect.Effect<Answer>
  post(path: string, headers?: Readonly<Record<string, string>>): Effect.Effect<Answer>
  /** Client of the typed API, as this user. */
  readonly client: Layer.Layer<Client>
}

/**
 * The real application over HTTP on a free port, with a database of its own, the vendor simulator (which answers at once, behind a
 * `VendorFront`) and the auth emulator. Build it with `excludeTestServices`, for it lives in real time; `clock` sets its day forward.
 * Also provides the database's `SqlClient` and `ReadSql`.
 */
export class TestApp extends Context.Service<TestApp, {
  readonly url: string
  readonly clock: MovableClock
  readonly auth: AuthEmulator["Service"]
  /** Every log line of the application, as JSON. */
  readonly logs: ReadonlyArray<string>
  readonly newUser: Effect.Effect<TestUser>
  /** Requests that have arrived and have no answer yet. */
  readonly inFlight: Effect.Effect<number>
  /** The user with a new token: for after the clock was set forward, which ends the old one. */
  signInAgain(user: TestUser): Effect.Effect<TestUser>
  /** A request of nobody. */
  call(call: Call): Effect.Effect<Answer>
}>()("analytics-following/test/TestApp") {
  static readonly layer = (options: TestAppOptions = {}) => this.layerOn(TestDatabase.layer, options)

  /** On a database that outlives the application. */
  static readonly layerOn = <A, E, R>(database: Layer.Layer<A | TestDatabase | SqlClient, E, R>, options: TestAppOptions = {}) =>
    Layer.effect(TestApp, make(options)).pipe(
      Layer.provideMerge(Layer.effect(AppClock, Effect.sync(() => new MovableClock()))),
      Layer.provideMerge(VendorFront.layer),
      Layer.provideMerge(VendorSimulator.layer({
        username: "test",
        password: Redacted.make(vendorPassword),
        latency: { min: 0, max: 0 },
        recordings: Option.fromUndefinedOr(options.recordings)
      })),
      Layer.provideMerge(database)
    )
}

class AppClock extends Context.Service<AppClock, MovableClock>()("analytics-following/test/AppClock") {}

export const vendorPassword = "vendor-password-of-the-test"
export const userPassword = "user-password-of-the-test"

const make = Effect.fnUntraced(function*(options: TestAppOptions) {
  const database = yield* TestDatabase
  const front = yield* VendorFront
  const clock = yield* AppClock
  const clockLayer = Layer.succeed(Clock.Clock, clock)
  const auth = yield* Layer.build(AuthEmulator.layer(options.auth).pipe(Layer.provide(clockLayer))).pipe(
    Effect.map(Context.get(AuthEmulator))
  )
  const settings = Settings.layer({
    DATABASE_URL: Redacted.value(database.url),
    SUPABASE_URL: auth.url,
    SUPABASE_ANON_KEY: Redacted.value(auth.anonKey),
    ...(options.serviceRole === true ? { SUPABASE_SERVICE_ROLE_KEY: Redacted.value(auth.serviceRoleKey) } : {}),
    SMARTPROXY_USERNAME: "test",
    SMARTPROXY_PASSWORD: vendorPassword,
    DECODO_BASE_URL: front.url,
    DECODO_MAX_ATTEMPTS: "1",
    SHUTDOWN_TIMEOUT: "100 millis",
    // Tests that are about limits set their own.
    RATE_LIMIT_FACTOR: "1000",
    WEBHOOK_KEYS: `test:${Buffer.alloc(32, 7).toString("base64")}`,
    WEBHOOK_WORKERS: "false",
    ...options.settings
  })
  const logs: Array<string> = []
  const logger = Logger.make<unknown, void>((line) => {
    logs.push(Logger.formatJson.log(line))
  })
  const node = nodeServer()
  let inFlight = 0
  node.on("request", (_, response) => {
    inFlight++
    response.once("close", () => inFlight--)
  })
  const running = yield* Layer.build(
    App.layer({
      headers: { "x-sandbox": "true" },
      node,
      listen: { host: "127.0.0.1", port: 0, gracefulShutdownTimeout: "100 millis" }
    }).pipe(
      Layer.provide(settings),
      Layer.provide([Logger.layer([logger]), Layer.succeed(References.MinimumLogLevel, "Debug"), clockLayer])
    )
  )
  const url = HttpServer.formatAddress(Context.get(running, HttpServer.HttpServer).address)
  const contract = yield* Effect.promise(() => contractOf(url))

  const call = (given: Call) => Effect.promise((signal) => contract.call(given, signal))

  const signIn = Effect.fnUntraced(function*(email: string) {
    const { access_token: token, user_id } = yield* auth.ensureUser(email, userPassword).pipe(
      Effect.provideService(Clock.Clock, clock),
      Effect.orDie
    )
    const as = (method: string) => (path: string, headers: Readonly<Record<string, string>> = {}) =>
      call({ method, path, headers: { authorization: `Bearer ${token}`, ...headers } })
    const user: TestUser = {
      id: UserId.make(user_id),
      email,
      token,
      get: as("GET"),
      post: as("POST"),
      client: Client.layer({ baseUrl: url, token: Redacted.make(token) })
    }
    return user
  })

  let users = 0
  return TestApp.of({
    url,
    clock,
    auth,
    logs,
    inFlight: Effect.sync(() => inFlight),
    newUser: Effect.suspend(() => signIn(`user${++users}@test.invalid`)),
    signInAgain: ({ email }) => signIn(email),
    call
  })
})
