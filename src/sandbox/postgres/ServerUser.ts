import { Effect, FileSystem, Option, Path } from "effect"
import { PostgresUserUnusable } from "./EmbeddedPostgresErrors.ts"

/** Whom the server runs as, where that is not ourselves: PostgreSQL refuses root. */
export interface ServerUser {
  readonly uid: number
  readonly gid: number
}

/**
 * Decides as whom to run the server: as ourselves (`undefined`) unless we are root; then as the owner of an existing cluster, so that a
 * later start keeps what an earlier one chose, else as `postgres` or `nobody`.
 */
export const serverUser = Effect.fnUntraced(function*(clusterDir: string) {
  if (process.geteuid?.() !== 0) return undefined
  const fs = yield* FileSystem.FileSystem
  if (yield* fs.exists(clusterDir)) {
    const { uid, gid } = yield* fs.stat(clusterDir)
    if (Option.isSome(uid) && Option.isSome(gid) && uid.value !== 0) return { uid: uid.value, gid: gid.value }
  }
  const accounts = (yield* fs.readFileString("/etc/passwd")).split("\n").map((line) => line.split(":"))
  for (const name of ["postgres", "nobody"]) {
    const [, , uid, gid] = accounts.find(([account]) => account === name) ?? []
    if (uid !== undefined && gid !== undefined) return { uid: Number(uid), gid: Number(gid) }
  }
  return yield* new PostgresUserUnusable({
    message:
      "PostgreSQL refuses to run as root and there is no user \"postgres\" or \"nobody\" to run it as. Create one, or start as a normal user."
  })
})

/** Names the first folder on the way to `target` (itself included) that the user may not enter, if there is one. */
export const firstUnreachable = Effect.fnUntraced(function*(target: string, user: ServerUser) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const steps = target.split(path.sep)
  for (let length = 1; length <= steps.length; length++) {
    const folder = steps.slice(0, length).join(path.sep) || path.sep
    const { gid, mode, uid } = yield* fs.stat(folder)
    const enter = Option.contains(uid, user.uid) ? 0o100 : Option.contains(gid, user.gid) ? 0o010 : 0o001
    if ((mode & enter) === 0) return folder
  }
  return undefined
})
