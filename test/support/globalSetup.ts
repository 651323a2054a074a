import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import * as PgClient from "@effect/sql-pg/PgClient"
import { Effect, ManagedRuntime, Redacted } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { randomBytes } from "node:crypto"
import { mkdtemp, readdir, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { TestProject } from "vitest/node"
import { EmbeddedPostgres } from "../../src/sandbox/postgres/EmbeddedPostgres.ts"
import { ownerOf } from "../../src/sandbox/postgres/Ownership.ts"

declare module "vitest" {
  interface ProvidedContext {
    /** Superuser's address of the run's PostgreSQL. */
    readonly adminUrl: string
    /** Begins the name of every database this run makes. */
    readonly databasePrefix: string
  }
}

/**
 * One PostgreSQL for the whole run: the server `TEST_DATABASE_URL` names (its user must be allowed to create databases and roles), else an
 * embedded one in a temporary folder, which is gone afterwards.
 */
export default async (project: TestProject) => {
  const databasePrefix = `test_${randomBytes(4).toString("hex")}_`
  const server = await startServer(process.env["TEST_DATABASE_URL"])
  project.provide("adminUrl", server.url)
  project.provide("databasePrefix", databasePrefix)
  // In watch mode migrations change between runs: templates are made anew.
  project.onTestsRerun(() => dropDatabases(server.url, databasePrefix))
  return async () => {
    await dropDatabases(server.url, databasePrefix)
    await server.stop()
  }
}

const startServer = async (givenUrl: string | undefined) => {
  if (givenUrl !== undefined && givenUrl !== "") return { url: givenUrl, stop: async () => {} }
  await removeLeftOvers()
  const dataDir = await mkdtemp(join(tmpdir(), folderPrefix))
  const runtime = ManagedRuntime.make(EmbeddedPostgres.layer({
    dataDir,
    durable: false,
    settings: { max_connections: "200", autovacuum: "off" }
  }))
  const stop = async () => {
    await runtime.dispose()
    await rm(dataDir, { recursive: true, force: true })
  }
  try {
    const { url } = await runtime.runPromise(EmbeddedPostgres)
    return { url: Redacted.value(url), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

const folderPrefix = "analytics-following-test-"

/** Folders of runs that were killed before they could clean up; their servers have stopped by themselves. */
const removeLeftOvers = async () => {
  for (const name of await readdir(tmpdir())) {
    if (!name.startsWith(folderPrefix)) continue
    const folder = join(tmpdir(), name)
    const owner = await Effect.runPromise(Effect.provide(ownerOf(folder), [NodeFileSystem.layer, NodePath.layer]))
    // Another user's folder cannot be read or removed, which is as it should be.
    if (owner?.alive === false) await rm(folder, { recursive: true, force: true }).catch(() => {})
  }
}

const dropDatabases = (url: string, prefix: string) =>
  Effect.gen(function*() {
    const sql = yield* SqlClient
    const databases = yield* sql<{ datname: string }>`SELECT datname FROM pg_database WHERE starts_with(datname, ${prefix})`
    yield* Effect.forEach(databases, ({ datname }) => sql`DROP DATABASE IF EXISTS ${sql(datname)} WITH (FORCE)`, {
      discard: true
    })
  }).pipe(
    Effect.provide(PgClient.layer({ url: Redacted.make(url), maxConnections: 1 })),
    Effect.runPromise
  )
