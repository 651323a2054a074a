import * as PgClient from "@effect/sql-pg/PgClient"
import { assert, it } from "@effect/vitest"
import { Effect, Exit, Scope } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { adminUrl, cloneDatabase, ensureTemplate } from "./cluster.ts"

it.effect("clones a template that is built once, and drops the clone with its scope", () =>
  Effect.gen(function*() {
    let builds = 0
    const build = Effect.fnUntraced(function*(url: ReturnType<typeof adminUrl>) {
      builds++
      yield* Effect.flatMap(SqlClient, (sql) => sql`CREATE TABLE built (id int)`).pipe(Effect.provide(PgClient.layer({ url })))
    })
    const [template] = yield* Effect.all([ensureTemplate("cluster_test", build), ensureTemplate("cluster_test", build)], {
      concurrency: 2
    })
    assert.strictEqual(builds, 1)

    const scope = yield* Scope.make()
    const [one, two] = yield* Effect.all([cloneDatabase({ template }), cloneDatabase({ template })], { concurrency: 2 }).pipe(
      Scope.provide(scope)
    )
    assert.notStrictEqual(one.name, two.name)
    const rows = yield* Effect.flatMap(SqlClient, (sql) => sql`SELECT * FROM built`).pipe(
      Effect.provide(PgClient.layer({ url: one.url }))
    )
    assert.lengthOf(rows, 0)
    yield* Scope.close(scope, Exit.void)
    const left = yield* Effect.flatMap(SqlClient, (sql) =>
      sql`SELECT 1 FROM pg_database WHERE datname IN (${one.name}, ${two.name})`)
      .pipe(Effect.provide(PgClient.layer({ url: adminUrl() })))
    assert.lengthOf(left, 0)
  }))

it.effect("builds a template again after a build that failed", () =>
  Effect.gen(function*() {
    const failed = yield* Effect.flip(ensureTemplate("cluster_test_fails", () => Effect.fail("not this time")))
    assert.strictEqual(failed, "not this time")
    yield* ensureTemplate("cluster_test_fails", () => Effect.void)
  }))
