import { Context, Effect, FileSystem, Layer, Path, Redacted } from "effect"
import { execFile } from "node:child_process"
import * as Database from "../../src/database/Database.ts"
import { freePort, serve } from "../../src/sandbox/postgres/ServerProcess.ts"
import { settingArguments } from "../../src/sandbox/postgres/ServerSettings.ts"
import { serverUser } from "../../src/sandbox/postgres/ServerUser.ts"

/** Where Debian puts the programs of a major version. */
export const programs = (version: number) => `/usr/lib/postgresql/${version}/bin`

/** The address of the server's database `postgres`, as its superuser. */
export class InstalledPostgres extends Context.Service<InstalledPostgres, { readonly url: Redacted.Redacted<string> }>()(
  "analytics-following/test/InstalledPostgres"
) {}

/** An empty server of a version that is installed on this machine, and clients on its database. */
export const installedPostgres = (version: number) =>
  Layer.unwrap(Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const home = yield* fs.makeTempDirectoryScoped({ prefix: "older-postgres-" })
    const clusterDir = path.join(home, "cluster")
    const user = yield* serverUser(clusterDir)
    yield* fs.chmod(home, 0o711)
    yield* fs.makeDirectory(clusterDir, { mode: 0o700 })
    if (user !== undefined) yield* fs.chown(clusterDir, user.uid, user.gid)
    const binDir = programs(version)
    yield* Effect.tryPromise(() =>
      new Promise<void>((resolve, reject) => {
        const flags = ["--username=postgres", "--encoding=UTF8", "--locale=C", "--auth=trust", "--no-sync"]
        execFile(path.join(binDir, "initdb"), [`--pgdata=${clusterDir}`, ...flags], { ...user, cwd: "/" }, (error) => {
          if (error === null) resolve()
          else reject(error)
        })
      })
    )
    const port = yield* freePort
    yield* serve(
      { binDir, clusterDir, logFile: path.join(home, "postgres.log"), user },
      settingArguments({ port, durable: false, settings: {} })
    )
    const url = `postgresql://postgres@127.0.0.1:${port}/postgres`
    return Layer.merge(
      Database.layer(Database.localOptions(url)),
      Layer.succeed(InstalledPostgres, { url: Redacted.make(url) })
    )
  }))
