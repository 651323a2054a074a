import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import { Context, Effect, FileSystem, Layer, Path, Redacted } from "effect"
import { randomBytes } from "node:crypto"
import { PostgresStartFailed } from "./EmbeddedPostgresErrors.ts"
import { claim, stopOrphan } from "./Ownership.ts"
import { placeFiles } from "./Placement.ts"
import { freePort, initialize, serve, serveAgain, type ServerCommand } from "./ServerProcess.ts"
import { settingArguments } from "./ServerSettings.ts"

export interface EmbeddedPostgresOptions {
  /** Folder of our own; created where absent. Removing it (while stopped) removes the database. */
  readonly dataDir: string
  /** TCP port on 127.0.0.1; 0, the default, takes a free one. */
  readonly port?: number | undefined
  /** `false` trades safety against a power cut for speed: for tests. Default `true`. */
  readonly durable?: boolean | undefined
  /** Further server settings, as in postgresql.conf. */
  readonly settings?: Readonly<Record<string, string>> | undefined
  readonly onProgress?: ((line: string) => Effect.Effect<void>) | undefined
}

/** A real PostgreSQL 18 server that belongs to this process: started with the layer, stopped with its scope. */
export class EmbeddedPostgres extends Context.Service<EmbeddedPostgres, {
  /** Superuser, database `postgres`, password included. */
  readonly url: Redacted.Redacted<string>
  readonly host: string
  readonly port: number
  readonly dataDir: string
}>()("analytics-following/sandbox/EmbeddedPostgres") {
  static readonly layerNoDeps = (options: EmbeddedPostgresOptions) => Layer.effect(EmbeddedPostgres, make(options))

  static readonly layer = (options: EmbeddedPostgresOptions) =>
    this.layerNoDeps(options).pipe(Layer.provide([NodeFileSystem.layer, NodePath.layer]))
}

const make = Effect.fn("EmbeddedPostgres.make")(function*(options: EmbeddedPostgresOptions) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const report = options.onProgress ?? (() => Effect.void)
  yield* fs.makeDirectory(options.dataDir, { recursive: true })
  const dataDir = yield* fs.realPath(options.dataDir)
  yield* claim(dataDir)
  const { binaries, home, user } = yield* placeFiles(dataDir, report)
  const command: ServerCommand = {
    binDir: path.join(binaries.root, "bin"),
    clusterDir: path.join(home, "cluster"),
    logFile: path.join(dataDir, "postgres.log"),
    user
  }
  yield* fs.writeFileString(command.logFile, "", { mode: 0o600 })
  yield* stopOrphan(command.clusterDir)
  const password = yield* ensureCluster(command, { dataDir, home, report })
  const port = yield* start(command, options)
  yield* report(`PostgreSQL ${binaries.version} is ready on 127.0.0.1:${port}.`)
  return EmbeddedPostgres.of({
    url: Redacted.make(`postgresql://postgres:${password}@127.0.0.1:${port}/postgres`),
    host: "127.0.0.1",
    port,
    dataDir
  })
})

/** Creates the cluster where there is none and returns the superuser's password. */
const ensureCluster = Effect.fnUntraced(function*(command: ServerCommand, { dataDir, home, report }: {
  readonly dataDir: string
  readonly home: string
  readonly report: (line: string) => Effect.Effect<void>
}) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const passwordFile = path.join(dataDir, "password")
  const known = yield* fs.exists(passwordFile)
  if (yield* fs.exists(command.clusterDir)) {
    if (known) return yield* fs.readFileString(passwordFile)
    if (home === dataDir) {
      return yield* new PostgresStartFailed({
        step: "reading the password",
        log: [`${passwordFile} is gone, and without it the database cannot be opened. Remove ${dataDir} to begin with a new one.`]
      })
    }
    yield* fs.remove(command.clusterDir, { recursive: true })
  }
  yield* report("Creating a database cluster …")
  const password = randomBytes(24).toString("base64url")
  // Created under another name and renamed when whole: a start that was cut short leaves no half cluster behind.
  const unfinished = path.join(home, "cluster.new")
  const forInitdb = path.join(home, "password.new")
  yield* fs.remove(unfinished, { recursive: true, force: true })
  yield* fs.makeDirectory(unfinished, { mode: 0o700 })
  yield* fs.writeFileString(forInitdb, password, { mode: 0o600 })
  if (command.user !== undefined) {
    const { gid, uid } = command.user
    yield* Effect.forEach([unfinished, forInitdb], (file) => fs.chown(file, uid, gid), { discard: true })
  }
  yield* Effect.ensuring(
    initialize(command, unfinished, forInitdb),
    Effect.orDie(fs.remove(forInitdb, { force: true }))
  )
  yield* fs.writeFileString(passwordFile, password, { mode: 0o600 })
  yield* fs.rename(unfinished, command.clusterDir)
  return password
})

/** Starts the server on the wanted port, or on a free one, choosing again when another process was quicker. */
const start = Effect.fnUntraced(function*(command: ServerCommand, options: EmbeddedPostgresOptions) {
  const attempt = Effect.gen(function*() {
    const port = options.port || (yield* freePort)
    const settings = settingArguments({ port, durable: options.durable ?? true, settings: options.settings ?? {} })
    const { ended } = yield* serve(command, settings)
    yield* Effect.forkScoped(serveAgain(command, settings, ended, options.onProgress ?? (() => Effect.void)))
    return port
  })
  if (options.port) return yield* attempt
  return yield* Effect.retry(attempt, { times: 4, while: (error) => error.log.some((line) => line.includes("could not bind")) })
})
