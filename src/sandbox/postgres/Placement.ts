import { Effect, FileSystem, Path } from "effect"
import { createHash } from "node:crypto"
import { cp } from "node:fs/promises"
import { PostgresStartFailed, PostgresUserUnusable } from "./EmbeddedPostgresErrors.ts"
import { findBinaries, type PostgresBinaries } from "./PostgresBinaries.ts"
import { firstUnreachable, type ServerUser, serverUser } from "./ServerUser.ts"

/**
 * Decides where the server's files live and whom it runs as. Normally: the cluster in the data directory, the programs where npm put
 * them, run as ourselves. Run as root, another user must reach both; what lies behind a closed folder (a project under /root) is then kept
 * in `/var/lib/analytics-following` instead.
 */
export const placeFiles = Effect.fnUntraced(function*(dataDir: string, report: (line: string) => Effect.Effect<void>) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const binaries = yield* findBinaries
  const elsewhere = path.join(sharedRoot, createHash("sha256").update(dataDir).digest("hex").slice(0, 16))
  const user = yield* serverUser(path.join((yield* fs.exists(elsewhere)) ? elsewhere : dataDir, "cluster"))
  if (user === undefined) return { binaries, home: dataDir, user }

  // Our own folder may be entered, not listed; the secrets in it are readable by us alone.
  yield* fs.chmod(dataDir, 0o711)
  const closed = yield* firstUnreachable(dataDir, user)
  if (closed !== undefined) {
    yield* openSharedRoot(closed)
    yield* fs.makeDirectory(elsewhere, { recursive: true })
    yield* fs.chmod(elsewhere, 0o711)
    yield* report(
      `The database is kept in ${elsewhere}, because the server cannot run as root and other users cannot enter ${closed}.`
    )
  }
  return { binaries: yield* reachableBinaries(binaries, user), home: closed === undefined ? dataDir : elsewhere, user }
})

const sharedRoot = "/var/lib/analytics-following"

const reachableBinaries = Effect.fnUntraced(function*(binaries: PostgresBinaries, user: ServerUser) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const closed = yield* firstUnreachable(path.join(binaries.root, "bin"), user)
  if (closed === undefined) return binaries
  yield* openSharedRoot(closed)
  const root = path.join(sharedRoot, `postgresql-${binaries.version}`)
  if (!(yield* fs.exists(root))) {
    const unfinished = yield* fs.makeTempDirectory({ directory: sharedRoot })
    // The links between the libraries must stay relative, which FileSystem.copy does not promise.
    yield* Effect.tryPromise({
      try: () => cp(binaries.root, unfinished, { recursive: true, verbatimSymlinks: true }),
      catch: (cause) => new PostgresStartFailed({ step: `copying the programs to ${sharedRoot}`, log: [String(cause)] })
    })
    yield* fs.chmod(unfinished, 0o755)
    // Another process may have been quicker; its copy is as good.
    yield* Effect.catch(fs.rename(unfinished, root), (error) =>
      Effect.gen(function*() {
        yield* fs.remove(unfinished, { recursive: true })
        if (!(yield* fs.exists(root))) return yield* error
      }))
  }
  return { ...binaries, root }
})

const openSharedRoot = Effect.fnUntraced(function*(closed: string) {
  const fs = yield* FileSystem.FileSystem
  yield* fs.makeDirectory(sharedRoot, { recursive: true }).pipe(
    Effect.andThen(fs.chmod(sharedRoot, 0o711)),
    Effect.mapError((error) =>
      new PostgresUserUnusable({
        message: `PostgreSQL refuses to run as root, no other user can enter ${closed}, and ${sharedRoot} cannot be made ` +
          `(${error.reason._tag}). Move the project or the data directory, or start as a normal user.`
      })
    )
  )
})
