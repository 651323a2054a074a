import { Effect, FileSystem, Path, Schema } from "effect"
import { setTimeout as realSleep } from "node:timers/promises"
import { PostgresAlreadyRunning, PostgresStartFailed } from "./EmbeddedPostgresErrors.ts"
import { processInfo } from "./ProcessInfo.ts"

/**
 * Claims the data directory for this process until the scope closes. A claim whose process is gone (killed, power cut) is taken over;
 * a living one is refused with `PostgresAlreadyRunning`.
 */
export const claim = Effect.fnUntraced(function*(dataDir: string) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const file = path.join(dataDir, "owner.json")
  const self = yield* processInfo(process.pid)
  const content = yield* encodeOwner({ pid: process.pid, started: self?.started ?? "" })
  const write = fs.writeFileString(file, content, { flag: "wx", mode: 0o600 })
  const takeOver = Effect.gen(function*() {
    const owner = yield* ownerOf(dataDir)
    if (owner?.alive === true) return yield* new PostgresAlreadyRunning({ data_dir: dataDir, pid: owner.pid })
    yield* fs.remove(file, { force: true })
    yield* write
  })
  yield* Effect.acquireRelease(
    Effect.catchTag(write, "PlatformError", (error) => error.reason._tag === "AlreadyExists" ? takeOver : Effect.fail(error)),
    () => Effect.orDie(fs.remove(file, { force: true }))
  )
})

/** Who claimed the data directory last; `undefined` where nobody has, or the claim cannot be read. */
export const ownerOf = Effect.fnUntraced(function*(dataDir: string) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const owner = yield* fs.readFileString(path.join(dataDir, "owner.json")).pipe(
    Effect.flatMap(decodeOwner),
    Effect.orElseSucceed(() => undefined)
  )
  if (owner === undefined) return undefined
  const info = yield* processInfo(owner.pid)
  return { pid: owner.pid, alive: info?.started === owner.started }
})

/**
 * Stops a server that still runs on the cluster although its owner is gone. Only a process that is verifiably a server of this very folder
 * is touched; a left-over `postmaster.pid` whose id now belongs to something else is removed, because PostgreSQL would refuse to start.
 */
export const stopOrphan = Effect.fnUntraced(function*(clusterDir: string) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const file = path.join(clusterDir, "postmaster.pid")
  if (!(yield* fs.exists(file))) return
  const pid = Number.parseInt(yield* fs.readFileString(file), 10)
  const isServer = Effect.map(processInfo(pid), (info) => info?.command.includes(`-D ${clusterDir} `) ?? false)
  if (!(yield* isServer)) return yield* fs.remove(file, { force: true })
  yield* Effect.sync(() => process.kill(pid, "SIGINT"))
  for (let waited = 0; yield* isServer; waited += 20) {
    if (waited >= 10_000) {
      return yield* new PostgresStartFailed({
        step: "stopping a server left behind",
        log: [`Process ${pid} still runs on ${clusterDir} and does not stop. End it, then start again.`]
      })
    }
    yield* Effect.promise(() => realSleep(20))
  }
})

const Owner = Schema.fromJsonString(Schema.Struct({ pid: Schema.Int, started: Schema.String }))
const decodeOwner = Schema.decodeUnknownEffect(Owner)
const encodeOwner = (owner: typeof Owner.Type) => Effect.orDie(Schema.encodeEffect(Owner)(owner))
