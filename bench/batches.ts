import { Console, Effect, Layer, Redacted, References } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { randomUUID } from "node:crypto"
import { mkdtempSync } from "node:fs"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as App from "../src/app.ts"
import * as Database from "../src/database/Database.ts"
import { Migrator } from "../src/database/Migrator.ts"
import { Jobs } from "../src/jobs/Jobs.ts"
import { EmbeddedPostgres } from "../src/sandbox/postgres/EmbeddedPostgres.ts"
import { installSupabase } from "../src/sandbox/postgres/Supabase.ts"
import { VendorSimulator } from "../src/sandbox/vendor/VendorSimulator.ts"
import { readSettings } from "../src/settings/Settings.ts"
import { UserId } from "../src/users/UserId.ts"

/**
 * A bulk job in one process with the limits as they are by default, while the vendor takes 4 to 12 s for a name: held open, by tasks of their
 * own, and by batches of tasks. How long it takes, and how many requests the vendor gets.
 *
 *   node bench/batches.ts [names=100] [mode …]
 */
const names = Number(process.argv[2] ?? 100)
const latency = { min: 4_000, max: 12_000 }

const modes = {
  "held open": { DECODO_MODE: "sync" },
  "tasks": { DECODO_MODE: "async", DECODO_BATCH_SIZE: "1" },
  "batches": { DECODO_MODE: "async" }
}

/** Passes requests on and counts them. */
const counting = (target: string) =>
  Effect.acquireRelease(
    Effect.callback<{ readonly url: string; readonly counts: Record<string, number>; readonly close: () => void }>((resume) => {
      const counts: Record<string, number> = {}
      const pass = async (request: IncomingMessage, response: ServerResponse) => {
        const name = `${request.method} ${request.url?.replace(/\/\d{10,}.*/, "")}`
        counts[name] = (counts[name] ?? 0) + 1
        const chunks: Array<Buffer> = []
        for await (const chunk of request) chunks.push(chunk as Buffer)
        const answer = await fetch(target + request.url, {
          method: request.method ?? "GET",
          headers: { authorization: request.headers.authorization ?? "", "content-type": "application/json" },
          ...(chunks.length === 0 ? {} : { body: Buffer.concat(chunks) })
        })
        response.writeHead(answer.status, { "content-type": "application/json" }).end(Buffer.from(await answer.arrayBuffer()))
      }
      const server = createServer((request, response) => void pass(request, response).catch(() => response.destroy()))
      server.listen(0, "127.0.0.1", () => {
        const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
        resume(Effect.succeed({ url, counts, close: () => server.close() }))
      })
    }),
    ({ close }) => Effect.sync(close)
  )

const measured = Effect.fnUntraced(function*(name: keyof typeof modes, databaseUrl: string) {
  const vendor = yield* VendorSimulator
  yield* vendor.reset
  const sql = yield* SqlClient
  const user = UserId.make(randomUUID())
  yield* sql`INSERT INTO auth_users (id) VALUES (${user})`
  yield* sql`INSERT INTO user_profiles (user_id) VALUES (${user})`
  const { counts, url } = yield* counting(vendor.url)
  const settings = yield* Effect.fromResult(readSettings({
    DATABASE_URL: databaseUrl,
    SUPABASE_URL: "http://127.0.0.1:1",
    SUPABASE_ANON_KEY: "none",
    SMARTPROXY_USERNAME: "bench",
    SMARTPROXY_PASSWORD: "bench",
    DECODO_BASE_URL: url,
    ...modes[name]
  }))
  yield* Effect.gen(function*() {
    const jobs = yield* Jobs
    const usernames = Array.from({ length: names }, (_, i) => `${name.replace(" ", "_")}.${i}`)
    const began = performance.now()
    const job = yield* jobs.create(user, { usernames, maxCredits: null })
    for (;;) {
      const { counts: states, finished_at } = yield* jobs.find(user, job.id)
      if (finished_at !== null) {
        const seconds = (performance.now() - began) / 1000
        yield* Console.log(
          `${name}: ${seconds.toFixed(0)} s, ${JSON.stringify(states)}, billed ${(yield* vendor.stats).billed}, ${
            JSON.stringify(counts)
          }`
        )
        return
      }
      yield* Effect.sleep("200 millis")
    }
  }).pipe(Effect.provide(App.services(settings)))
}, Effect.scoped)

Effect.gen(function*() {
  const postgres = yield* EmbeddedPostgres
  const url = Redacted.value(postgres.url)
  yield* Effect.gen(function*() {
    yield* installSupabase
    yield* Effect.flatMap(Migrator, (migrator) => migrator.migrate)
    const asked = process.argv.slice(3)
    for (const name of ["held open", "tasks", "batches"] as const) {
      if (asked.length === 0 || asked.includes(name)) yield* measured(name, url)
    }
  }).pipe(Effect.provide(App.migratorLayer.pipe(Layer.provideMerge(Database.layer(Database.localOptions(url))))))
}).pipe(
  Effect.provide(Layer.mergeAll(
    EmbeddedPostgres.layer({ dataDir: mkdtempSync(join(tmpdir(), "bench-batches-")), durable: false }),
    VendorSimulator.layer({ username: "bench", password: Redacted.make("bench"), latency }),
    Layer.succeed(References.MinimumLogLevel, "Error")
  )),
  Effect.scoped,
  Effect.runPromise
)
