import { Context, Effect, Exit, Layer, Redacted, Scope } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { randomBytes } from "node:crypto"
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as App from "../../src/app.ts"
import * as Database from "../../src/database/Database.ts"
import { Migrator } from "../../src/database/Migrator.ts"
import { AuthEmulator } from "../../src/sandbox/auth/AuthEmulator.ts"
import { EmbeddedPostgres } from "../../src/sandbox/postgres/EmbeddedPostgres.ts"
import { freePort } from "../../src/sandbox/postgres/ServerProcess.ts"
import { installSupabase } from "../../src/sandbox/postgres/Supabase.ts"
import { VendorSimulator } from "../../src/sandbox/vendor/VendorSimulator.ts"
import { Receiver } from "../../test/support/Receiver.ts"
import { redisServer } from "../../test/support/redisServer.ts"
import { tcpProxy } from "../../test/support/tcpProxy.ts"
import { makeProcess, type Process, type ProcessOptions } from "./Processes.ts"
import { vendorFront } from "./VendorFront.ts"

export interface WorldOptions {
  readonly servers: number
  readonly workers: number
  /** Of the servers; `npm start`'s without it. */
  readonly script?: string
  readonly nodeArguments?: ReadonlyArray<string>
  /** Where the processes' logs go; without it they go with the world. */
  readonly logs?: string | undefined
  /** Settings of every process, beside those that follow from the world. */
  readonly settings?: Readonly<Record<string, string>>
}

export type World = Effect.Success<ReturnType<typeof makeWorld>>

/**
 * All that the product runs on, in processes and on ports of our own: PostgreSQL behind a line that can be cut, Redis, the vendor behind a front
 * that can spoil its service, the auth emulator, a receiver of webhooks; and over them servers and workers, with credits on.
 */
export const makeWorld = Effect.fnUntraced(function*(options: WorldOptions) {
  const folder = yield* Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "analytics-following-faults-"))),
    (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
  )
  const postgres = yield* startable(
    Layer.build(EmbeddedPostgres.layer({ dataDir: join(folder, "postgres"), port: yield* freePort })).pipe(
      Effect.map(Context.get(EmbeddedPostgres))
    )
  )
  const direct = new URL(Redacted.value(postgres.first.url))
  const line = yield* tcpProxy(postgres.first.port)
  const through = new URL(direct)
  through.port = String(line.port)

  const database = yield* Layer.build(Database.writeLayer(Database.localOptions(direct.href, 4)))
  const sql = Context.get(database, SqlClient)
  const cluster = yield* Effect.provide(
    Effect.gen(function*() {
      yield* installSupabase
      yield* Effect.flatMap(Migrator, ({ migrate }) => migrate)
      const [row] = yield* sql<{ readonly path: string }>`SELECT current_setting('data_directory') AS path`
      return row?.path ?? ""
    }),
    App.migratorLayer.pipe(Layer.provideMerge(Layer.succeedContext(database)))
  )

  const redis = yield* redisServer
  const simulator = Context.get(
    yield* Layer.build(VendorSimulator.layer({
      username: vendorAccount,
      password: Redacted.make(vendorAccount),
      latency: { min: 50, max: 400 }
    })),
    VendorSimulator
  )
  const vendor = yield* vendorFront(simulator.url)
  const authPort = yield* freePort
  const auth = yield* startable(
    Layer.build(AuthEmulator.layer({ port: authPort }).pipe(Layer.provide(Layer.succeedContext(database)))).pipe(
      Effect.map(Context.get(AuthEmulator))
    )
  )
  const receiver = yield* Receiver.make()

  const environment = {
    DATABASE_URL: through.href,
    DATABASE_STATEMENT_TIMEOUT: "6 seconds",
    REDIS_URL: redis.url,
    SUPABASE_URL: auth.first.url,
    SUPABASE_TIMEOUT: "18 seconds",
    SUPABASE_ANON_KEY: Redacted.value(auth.first.anonKey),
    SMARTPROXY_USERNAME: vendorAccount,
    SMARTPROXY_PASSWORD: vendorAccount,
    DECODO_BASE_URL: vendor.url,
    DECODO_TIMEOUT: "6 seconds",
    DECODO_BUDGET: "20 seconds",
    DECODO_MAX_ATTEMPTS: "2",
    DECODO_CONCURRENCY: String(callsAtOnce),
    DECODO_REQUESTS_PER_SECOND: "50",
    PROFILE_FAILURE_FOR: "1 second",
    CREDITS_ENABLED: "true",
    CREDITS_LEASE: "40 seconds",
    CURSOR_SECRET: randomBytes(32).toString("hex"),
    WEBHOOK_KEYS: `faults:${randomBytes(32).toString("base64")}`,
    WEBHOOK_ALLOW_PRIVATE: "true",
    JOBS_LEASE: "30 seconds",
    JOBS_CONCURRENCY: "6",
    SHUTDOWN_TIMEOUT: "4 seconds",
    RATE_LIMIT_FACTOR: "1000",
    LOG_LEVEL: "Info",
    ...options.settings
  }
  const logs = options.logs ?? join(folder, "logs")
  mkdirSync(logs, { recursive: true })
  const start = (name: string, more: Pick<ProcessOptions, "script" | "port" | "nodeArguments">) =>
    makeProcess({ name, environment, logFile: join(logs, `${name}.log`), ...more })
  const servers: Array<Process & { readonly url: string }> = []
  for (let nth = 1; nth <= options.servers; nth++) {
    const port = yield* freePort
    const { nodeArguments = [], script = "src/main.ts" } = options
    const server = yield* start(`server ${nth}`, { script, port, nodeArguments })
    servers.push(Object.assign(server, { url: `http://127.0.0.1:${port}` }))
  }
  const workers: Array<Process> = []
  for (let nth = 1; nth <= options.workers; nth++) workers.push(yield* start(`worker ${nth}`, { script: "scripts/worker.ts" }))

  return {
    /** Of the database, beside the line that can be cut; the database itself may be away. */
    sql,
    postgres: {
      /** Fast: transactions under way are rolled back. */
      stop: postgres.stop,
      start: postgres.start,
      /** SIGKILL of all of it; it comes again by itself, and recovers. */
      kill: Effect.sync(() =>
        process.kill(Number(readFileSync(join(cluster, "postmaster.pid"), "utf8").split("\n")[0]), "SIGKILL")
      )
    },
    line,
    redis,
    vendor,
    simulator,
    auth: { ensureUser: auth.first.ensureUser, stop: auth.stop, start: auth.start },
    receiver,
    servers,
    workers,
    logs
  }
})

const vendorAccount = "faults"

/** Calls of the vendor that a process has under way at most. */
export const callsAtOnce = 8

/** Something that lives in a scope, stopped and started again within ours. */
const startable = Effect.fnUntraced(function*<A, E, R>(make: Effect.Effect<A, E, R | Scope.Scope>) {
  const context = yield* Effect.context<Exclude<R, Scope.Scope>>()
  const outer = yield* Effect.scope
  let inner = yield* Scope.fork(outer)
  const built = (scope: Scope.Scope) => make.pipe(Scope.provide(scope), Effect.provideContext(context), Effect.orDie)
  return {
    first: yield* built(inner),
    stop: Effect.suspend(() => Scope.close(inner, Exit.void)),
    start: Effect.gen(function*() {
      inner = yield* Scope.fork(outer)
      yield* built(inner)
    })
  }
})
