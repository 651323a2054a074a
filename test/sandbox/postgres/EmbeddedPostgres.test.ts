import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import * as PgClient from "@effect/sql-pg/PgClient"
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, FileSystem, Layer, Option, Path, Redacted } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { spawn } from "node:child_process"
import { createServer, type Server } from "node:net"
import { fileURLToPath } from "node:url"
import { EmbeddedPostgres, type EmbeddedPostgresOptions } from "../../../src/sandbox/postgres/EmbeddedPostgres.ts"
import { processInfo } from "../../../src/sandbox/postgres/ProcessInfo.ts"
import { firstUnreachable } from "../../../src/sandbox/postgres/ServerUser.ts"
import { until } from "../../support/until.ts"

const files = Layer.mergeAll(NodeFileSystem.layer, NodePath.layer)

/** Runs a query on an embedded server that lives as long as the query. */
const query = (options: EmbeddedPostgresOptions, statement: string) =>
  Effect.gen(function*() {
    const { url } = yield* EmbeddedPostgres
    return yield* Effect.flatMap(SqlClient, (sql) => sql.unsafe(statement)).pipe(Effect.provide(PgClient.layer({ url })))
  }).pipe(Effect.provide(EmbeddedPostgres.layer({ durable: false, ...options })))

const temporaryFolder = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  return yield* fs.makeTempDirectoryScoped({ prefix: "embedded-postgres-test-" })
})

describe("EmbeddedPostgres", () => {
  it.effect("serves PostgreSQL 18 in UTF-8 and UTC on the loopback interface alone", () =>
    Effect.gen(function*() {
      const dataDir = yield* temporaryFolder
      const [row] = yield* query(
        { dataDir },
        `SELECT current_setting('server_version_num')::int / 10000 AS version, current_setting('server_encoding') AS encoding,
           current_setting('timezone') AS zone, current_setting('listen_addresses') AS addresses,
           current_setting('search_path') AS path,
           (SELECT datlocprovider::text || ' ' || datlocale FROM pg_database WHERE datname = 'template1') AS locale`
      )
      assert.deepStrictEqual(row, {
        version: 18,
        encoding: "UTF8",
        zone: "UTC",
        addresses: "127.0.0.1",
        path: "\"$user\", public, extensions",
        locale: "b C.UTF-8"
      })
    }).pipe(Effect.provide(files)))

  it.effect("keeps its data from one start to the next, and clears away a start that was cut short", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const dataDir = yield* temporaryFolder
      yield* fs.makeDirectory(`${dataDir}/cluster.new/base`, { recursive: true })
      yield* query({ dataDir }, "CREATE TABLE kept AS SELECT 'so' AS it_is")
      assert.deepStrictEqual(yield* query({ dataDir }, "SELECT * FROM kept"), [{ it_is: "so" }])
    }).pipe(Effect.provide(files)))

  it.effect("refuses a second server on the same folder and names the process that has the first", () =>
    Effect.gen(function*() {
      const dataDir = yield* temporaryFolder
      const refused = yield* Effect.flip(query({ dataDir }, "SELECT 1")).pipe(
        Effect.provide(EmbeddedPostgres.layer({ dataDir, durable: false }))
      )
      assert.strictEqual(refused._tag, "PostgresAlreadyRunning")
      assert.include(refused.message, String(process.pid))
    }).pipe(Effect.provide(files)))

  it.effect("starts again after its process was killed, and the server left behind is gone", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const dataDir = yield* temporaryFolder
      yield* holdAndKill(dataDir)
      const pid = Number.parseInt(
        yield* fs.readFileString(`${dataDir}/cluster/postmaster.pid`).pipe(Effect.orElseSucceed(() => "")),
        10
      )
      assert.deepStrictEqual(yield* query({ dataDir }, "SELECT 1 AS one"), [{ one: 1 }])
      assert.isUndefined(yield* processInfo(pid))
    }).pipe(Effect.provide(files)))

  it.live("is there again, at the same address, after its server was killed", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const dataDir = yield* temporaryFolder
      const said: Array<string> = []
      const onProgress = (line: string) => Effect.sync(() => said.push(line))
      yield* Effect.gen(function*() {
        const { dataDir, url } = yield* EmbeddedPostgres
        const sql = yield* Layer.build(PgClient.layer({ url })).pipe(Effect.map(Context.get(SqlClient)))
        yield* sql`CREATE TABLE kept AS SELECT 'so' AS it_is`
        const read = Effect.map(Effect.option(sql`SELECT * FROM kept`), Option.getOrUndefined)
        const [first] = yield* sql<{ path: string }>`SELECT current_setting('data_directory') AS path`
        const server = fs.readFileString(`${first?.path ?? dataDir}/postmaster.pid`).pipe(
          Effect.map((text) => Number.parseInt(text, 10)),
          Effect.orElseSucceed(() => Number.NaN)
        )
        for (let kill = 1; kill <= 2; kill++) {
          const killed = yield* server
          process.kill(killed, "SIGKILL")
          // A session of the server that was killed may answer a last time: only another server counts.
          yield* until(server, (pid) => pid > 0 && pid !== killed)
          assert.deepStrictEqual(yield* until(read, (rows) => rows !== undefined), [{ it_is: "so" }])
          assert.lengthOf(said.filter((line) => line.includes("again")), kill)
        }
      }).pipe(Effect.provide(EmbeddedPostgres.layer({ dataDir, durable: true, onProgress })))
    }).pipe(Effect.provide(files)))

  it.effect("starts although a left-over postmaster.pid names a process that lives but is no server", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const dataDir = yield* temporaryFolder
      yield* query({ dataDir }, "SELECT 1")
      yield* fs.writeFileString(`${dataDir}/cluster/postmaster.pid`, `${process.pid}\n${dataDir}/cluster\n`)
      assert.deepStrictEqual(yield* query({ dataDir }, "SELECT 1 AS one"), [{ one: 1 }])
    }).pipe(Effect.provide(files)))

  it.effect("says why it did not start, without the password", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const dataDir = yield* temporaryFolder
      yield* query({ dataDir }, "SELECT 1")
      const { port } = yield* busyPort
      const busy = yield* Effect.flip(query({ dataDir, port }, "SELECT 1"))
      assert.include(busy.message, "could not bind")
      yield* fs.remove(`${dataDir}/cluster/global/pg_control`)
      const broken = yield* Effect.flip(query({ dataDir }, "SELECT 1"))
      assert.include(broken.message, "could not find the database system")
      assert.notInclude(busy.message + broken.message, yield* fs.readFileString(`${dataDir}/password`))
    }).pipe(Effect.provide(files)))

  it.effect("hides the password wherever its address is printed", () =>
    Effect.gen(function*() {
      const dataDir = yield* temporaryFolder
      const service = yield* Effect.provide(Effect.service(EmbeddedPostgres), EmbeddedPostgres.layer({ dataDir, durable: false }))
      const password = new URL(Redacted.value(service.url)).password
      assert.isAtLeast(password.length, 30)
      assert.notInclude(JSON.stringify(service) + String(service.url), password)
    }).pipe(Effect.provide(files)))
})

describe("firstUnreachable", () => {
  it.effect("names the folder on the way that another user may not enter", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const path = yield* Path.Path
      const closed = yield* fs.realPath(yield* temporaryFolder)
      const inner = path.join(closed, "inner")
      yield* fs.makeDirectory(inner)
      const stranger = { uid: 54_321, gid: 54_321 }
      yield* fs.chmod(closed, 0o700)
      assert.strictEqual(yield* firstUnreachable(inner, stranger), closed)
      yield* fs.chmod(closed, 0o711)
      assert.strictEqual(yield* firstUnreachable(inner, stranger), undefined)
    }).pipe(Effect.provide(files)))
})

const holdAndKill = (dataDir: string) =>
  Effect.callback<void, string>((resume) => {
    const child = spawn(process.execPath, [fileURLToPath(new URL("./holdServer.ts", import.meta.url)), dataDir])
    let errors = ""
    let listening = false
    child.stderr.on("data", (chunk) => errors += String(chunk))
    child.stdout.on("data", (chunk) => {
      listening ||= String(chunk).includes("listening")
      if (listening) child.kill("SIGKILL")
    })
    child.once("exit", () => resume(listening ? Effect.void : Effect.fail(`never listened: ${errors}`)))
  })

const busyPort = Effect.acquireRelease(
  Effect.callback<{ readonly server: Server; readonly port: number }>((resume) => {
    const server = createServer()
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      resume(
        address === null || typeof address === "string" ? Effect.die("no port") : Effect.succeed({ server, port: address.port })
      )
    })
  }),
  ({ server }) => Effect.sync(() => server.close())
)
