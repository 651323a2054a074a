import * as PgClient from "@effect/sql-pg/PgClient"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { adminUrl } from "../support/cluster.ts"
import { TestApp } from "../support/TestApp.ts"
import { TestDatabase } from "../support/TestDatabase.ts"
import { until } from "../support/until.ts"

layer(TestApp.layer(), { excludeTestServices: true })("the system's endpoints", (it) => {
  const get = (path: string) => Effect.flatMap(TestApp, (app) => app.call({ method: "GET", path }))
  interface Readiness {
    readonly status: string
    readonly checks: Readonly<Record<string, { readonly state: string; readonly reason: string | null }>>
  }

  it.effect("say that the process lives, which version it is, and that it is ready, without a token", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual((yield* get("/livez")).json(), { status: "alive" })
      assert.strictEqual((yield* get("/version")).json<{ name: string }>().name, "analytics-following")
      const ready: Readiness = (yield* get("/readyz")).json()
      assert.strictEqual(ready.status, "ready", JSON.stringify(ready))
      assert.isTrue(Object.values(ready.checks).every((part) => part.state === "up" && part.reason === null))
    }))

  it.effect("a migration that is missing degrades, and says what to run", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const [last] = yield* sql<{ id: number }>`DELETE FROM schema_migrations
        WHERE id = (SELECT max(id) FROM schema_migrations) RETURNING id, name, checksum`
      const answer = yield* get("/readyz")
      const ready: Readiness = answer.json()
      assert.deepStrictEqual([answer.status, ready.status], [200, "degraded"])
      const part = Object.values(ready.checks).find(({ reason }) => reason?.includes("npm run migrate"))
      assert.strictEqual(part?.state, "degraded", answer.text)
      yield* sql`INSERT INTO schema_migrations ${sql.insert(last ?? {})}`
      assert.strictEqual((yield* get("/readyz")).json<Readiness>().status, "ready")
    }))

  it.effect("a database that is away makes it 503 with the part that is down; look-ups are 503 problems meanwhile", () =>
    Effect.gen(function*() {
      const app = yield* TestApp
      const { name } = yield* TestDatabase
      const user = yield* app.newUser
      yield* user.get("/profile/natgeo")
      const admin = Effect.provide(PgClient.layer({ url: adminUrl(), maxConnections: 1 }))
      yield* admin(Effect.gen(function*() {
        const sql = yield* SqlClient
        yield* sql`ALTER DATABASE ${sql(name)} WITH ALLOW_CONNECTIONS false`
        yield* sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ${name}`
      }))
      const down = yield* get("/readyz")
      assert.strictEqual(down.status, 503)
      const body: Readiness = down.json()
      assert.deepStrictEqual([body.status, body.checks["database"]?.state], ["down", "down"])
      assert.strictEqual((yield* get("/livez")).status, 200)
      const refused = yield* user.get("/profile/other.name")
      assert.strictEqual(refused.status, 503)
      assert.isAbove(Number(refused.headers.get("retry-after")), 0)
      yield* admin(Effect.flatMap(SqlClient, (sql) => sql`ALTER DATABASE ${sql(name)} WITH ALLOW_CONNECTIONS true`))
      yield* until(get("/readyz"), (answer) => answer.status === 200)
      assert.strictEqual((yield* user.get("/profile/other.name")).status, 200)
    }))
})
