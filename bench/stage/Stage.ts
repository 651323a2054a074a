import { Context, Duration, Effect, Layer } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Database from "../../src/database/Database.ts"
import { Sandbox } from "../../src/sandbox/Sandbox.ts"
import { copyPosts, copyProfiles, grantWindows } from "./CopySql.ts"

/** One request of the load: a stored profile, and a user who has unlocked it. */
export interface Target {
  readonly username: string
  readonly userId: string
  readonly token: string
}

/** A database of stored profiles with signed-in users, for servers that the benchmark starts itself. */
export interface Stage {
  readonly databaseUrl: string
  readonly authUrl: string
  readonly anonKey: string
  readonly vendorUrl: string
  readonly targets: ReadonlyArray<Target>
}

export interface StageOptions {
  readonly profiles: number
  readonly users: number
  readonly onProgress: (line: string) => Effect.Effect<void>
}

/**
 * The sandbox, in a folder that is removed with the scope, looks some names up as in production; SQL then multiplies what it stored.
 * Profile n belongs to user n modulo the number of users, so that each profile is unlocked by one user.
 */
export const makeStage = Effect.fnUntraced(function*({ onProgress, profiles, users }: StageOptions) {
  const dataDir = yield* Effect.acquireRelease(
    Effect.promise(() => mkdtemp(join(tmpdir(), "analytics-following-bench-"))),
    (path) => Effect.promise(() => rm(path, { recursive: true, force: true }))
  )
  yield* onProgress("Starting the sandbox …")
  const sandbox = Context.get(
    yield* Layer.build(
      Sandbox.layer({
        port: 0,
        dataDir,
        environment: { LOG_LEVEL: "Error", ...vendorAccount },
        durable: false,
        vendorLatency: { min: 0, max: 0 },
        onProgress: () => Effect.void
      })
    ),
    Sandbox
  )
  yield* onProgress(`Storing ${profiles} profiles with 12 posts each …`)
  yield* Effect.forEach(templates, (name) => lookUp(sandbox, name), { discard: true })
  const signedIn = yield* Effect.forEach(Array.from({ length: users }, (_, index) => index), (index) => signUp(sandbox, index))
  yield* Effect.scoped(
    Effect.provide(
      multiply(profiles, signedIn),
      Database.writeLayer({ ...Database.localOptions(sandbox.databaseUrl), statementTimeout: Duration.minutes(10) })
    )
  )
  const targets = Array.from({ length: profiles }, (_, index): Target => {
    const { id, token } = signedIn[index % users]!
    return { username: `bench.${index}`, userId: id, token }
  })
  return { ...sandbox, targets } satisfies Stage
})

/** What servers of the benchmark sign in to the simulated vendor with. */
export const vendorAccount = { SMARTPROXY_USERNAME: "bench", SMARTPROXY_PASSWORD: "bench" }

/** Names whose simulated accounts are public and have at least 12 posts. */
const templates = Array.from({ length: 24 }, (_, index) => `template.${index}`)

const lookUp = ({ token, url }: Sandbox["Service"], username: string) =>
  Effect.promise(async () => {
    const response = await fetch(`${url}/profile/${username}`, { headers: { authorization: `Bearer ${token}` } })
    if (response.status !== 200) throw new Error(`GET /profile/${username} answered ${response.status}`)
    await response.arrayBuffer()
  })

interface SignedIn {
  readonly id: string
  readonly token: string
}

/** Signs up as a browser would, and makes one call so that the server knows the user. */
const signUp = ({ anonKey, authUrl, url }: Sandbox["Service"], index: number) =>
  Effect.promise(async (): Promise<SignedIn> => {
    const response = await fetch(`${authUrl}/auth/v1/signup`, {
      method: "POST",
      headers: { apikey: anonKey, "content-type": "application/json" },
      body: JSON.stringify({ email: `user${index}@bench.invalid`, password: "password-of-the-benchmark" })
    })
    const session = await response.json() as { access_token: string; user: { id: string } }
    await fetch(`${url}/me/access`, { headers: { authorization: `Bearer ${session.access_token}` } })
    return { id: session.user.id, token: session.access_token }
  })

const multiply = Effect.fnUntraced(function*(profiles: number, users: ReadonlyArray<SignedIn>) {
  const sql = yield* SqlClient
  yield* sql.unsafe(copyProfiles, [profiles])
  yield* sql.unsafe(copyPosts)
  yield* sql.unsafe(grantWindows, [users.map(({ id }) => id)])
  for (const table of ["profiles", "posts", "post_profiles", "user_profile_access"]) yield* sql`VACUUM ANALYZE ${sql(table)}`
})
