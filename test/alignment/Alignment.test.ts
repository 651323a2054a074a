import { assert, it, layer } from "@effect/vitest"
import { Duration, Effect, Layer, Logger } from "effect"
import { CurrentTransformer } from "effect/sql/Statement"
import { TestClock } from "effect/testing"
import { Alignment } from "../../src/alignment/Alignment.ts"
import * as Database from "../../src/database/Database.ts"
import { RowMismatch } from "../../src/database/DatabaseErrors.ts"
import { TestDatabase } from "../support/TestDatabase.ts"
import { execute, places, routes } from "./support.ts"

const interval = Duration.seconds(30)

/** Starts the service on the connected database and collects what it logs. */
const started = <A, E, R>(use: (alignment: Alignment["Service"], lines: Array<string>) => Effect.Effect<A, E, R>) => {
  const lines: Array<string> = []
  const collect = Logger.make(({ message }) => {
    const [text, fields] = Array.isArray(message) ? message : [message]
    lines.push([text, fields?.code, fields?.relation, fields?.object].filter((part) => part !== undefined).join(" "))
  })
  return Effect.flatMap(Alignment, (alignment) => use(alignment, lines)).pipe(
    Effect.provide(Alignment.layer({ interval, routes }).pipe(Layer.provideMerge(Logger.layer([collect]))))
  )
}

/** Lets the checks that are due end: they wait for PostgreSQL, not for the clock. */
const until = (alignment: Alignment["Service"], status: string) =>
  Effect.gen(function*() {
    for (let looks = 0; looks < 200; looks++) {
      if ((yield* alignment.report).status === status) return
      yield* execute("SELECT pg_sleep(0.01)")
    }
    assert.fail(`never ${status}`)
  })

layer(Layer.fresh(TestDatabase.layer))((it) => {
  it.effect("checks at start and blocks nothing while the database is as it should be", () =>
    started(Effect.fnUntraced(function*(alignment, lines) {
      const report = yield* alignment.report
      assert.strictEqual(report.status, "aligned")
      assert.isAbove(report.server_version ?? 0, 150_000)
      for (const { route } of routes) assert.isUndefined(alignment.blocked(route))
      assert.deepStrictEqual(lines, [])
    })))

  it.effect("blocks the routes of a broken table alone, says so once, and lets them go within an interval of the repair", () =>
    started(Effect.fnUntraced(function*(alignment, lines) {
      yield* execute("ALTER TABLE public.campaigns DROP COLUMN budget")
      yield* TestClock.adjust(interval)
      yield* until(alignment, "drifted")

      const blocked = routes.map(({ route }) => route).filter((route) => alignment.blocked(route) !== undefined)
      assert.deepStrictEqual(blocked, ["GET /campaigns", "POST /campaigns", "GET /campaigns/:id/posts"])
      const answer = alignment.blocked("GET /campaigns")
      assert.instanceOf(answer, RowMismatch)
      assert.deepInclude(answer, {
        relation: "campaigns",
        column: "budget",
        expected: "numeric(14,2)",
        found: "absent",
        retry_after: 30
      })

      const said = ["schema finding column_missing campaigns budget", "schema finding check_missing campaigns campaigns_budget"]
      yield* alignment.check
      yield* alignment.check
      assert.strictEqual(lines.filter((line) => line === said[0]).length, 1)
      assert.includeMembers(lines, said)
      const codes = Effect.map(alignment.report, ({ findings }) => findings.map(({ code }) => code).toSorted())
      assert.deepStrictEqual(yield* codes, ["check_missing", "check_missing", "column_missing"])

      yield* execute(
        "ALTER TABLE public.campaigns ADD COLUMN budget numeric(14, 2)",
        "ALTER TABLE public.campaigns ADD CONSTRAINT campaigns_budget CHECK (budget >= 0)",
        "ALTER TABLE public.campaigns ADD CONSTRAINT campaigns_budget_has_currency CHECK (budget IS NULL OR currency IS NOT NULL)"
      )
      yield* TestClock.adjust(interval)
      yield* until(alignment, "aligned")
      for (const { route } of routes) assert.isUndefined(alignment.blocked(route))
      assert.include(lines, "schema finding cleared column_missing campaigns budget")
      assert.deepStrictEqual(yield* codes, [])
    })))

  it.effect("blocks writers alone when only writing is broken", () =>
    started(Effect.fnUntraced(function*(alignment) {
      yield* execute("ALTER TABLE public.campaigns ALTER COLUMN created_at DROP DEFAULT")
      yield* alignment.check
      assert.deepStrictEqual(routes.filter(({ route }) => alignment.blocked(route) !== undefined).map(({ route }) => route), [
        "POST /campaigns"
      ])
      yield* execute("ALTER TABLE public.campaigns ALTER COLUMN created_at SET DEFAULT now()")
    })))

  it.effect("blocks nothing for what breaks neither reads nor writes, and reports it", () =>
    started(Effect.fnUntraced(function*(alignment) {
      yield* execute("DROP INDEX public.campaigns_latest_idx", "ALTER TABLE public.campaigns DISABLE ROW LEVEL SECURITY")
      const { findings } = yield* alignment.check
      assert.sameMembers(places(findings), [
        "index_missing campaigns.campaigns_latest_idx",
        "row_security_disabled campaigns.campaigns"
      ])
      for (const { route } of routes) assert.isUndefined(alignment.blocked(route))
      yield* execute(
        "CREATE INDEX campaigns_latest_idx ON public.campaigns (user_id, created_at DESC, id DESC)",
        "ALTER TABLE public.campaigns ENABLE ROW LEVEL SECURITY"
      )
    })))

  it.effect("looks at once when a row did not decode, and once however many do", () =>
    started(Effect.fnUntraced(function*(alignment) {
      const mismatch = new RowMismatch({
        detail: "paused",
        relation: "campaigns",
        column: "name",
        expected: "a string",
        found: "missing",
        retry_after: 30
      })
      yield* execute("ALTER TABLE public.campaigns RENAME COLUMN name TO title")
      yield* Effect.forEach(Array.from({ length: 100 }), () => alignment.notify(mismatch), { discard: true })
      yield* until(alignment, "drifted")
      assert.strictEqual(alignment.blocked("GET /campaigns")?.column, "name")

      // Within the shortest gap nobody looks again, after it the next request does.
      yield* execute("ALTER TABLE public.campaigns RENAME COLUMN title TO name")
      yield* alignment.notify(mismatch)
      assert.strictEqual((yield* alignment.report).status, "drifted")
      yield* TestClock.adjust(Duration.seconds(5))
      yield* until(alignment, "aligned")
    })))
})

layer(Layer.fresh(TestDatabase.layer))((it) => {
  it.effect("keeps what it knew when the catalog cannot be read, says why once, and goes on afterwards", () =>
    started(Effect.fnUntraced(function*(alignment, lines) {
      yield* execute("ALTER TABLE public.campaigns DROP COLUMN budget")
      yield* alignment.check
      const broken = Effect.provideService(
        alignment.check,
        CurrentTransformer,
        (_, sql) => Effect.succeed(sql`SELECT no_such_column`)
      )
      const report = yield* broken
      assert.strictEqual(report.status, "unknown")
      assert.strictEqual(report.failure, "the catalog could not be read: SqlSyntaxError")
      yield* broken
      assert.strictEqual(lines.filter((line) => line === "schema check failed").length, 1)
      assert.isDefined(alignment.blocked("GET /campaigns"))
      assert.strictEqual((yield* alignment.check).status, "drifted")
    })))
})

it.effect("starts beside a database that is away, blocks nothing and says why", () =>
  Effect.gen(function*() {
    const { blocked, report } = yield* Alignment
    assert.isUndefined(blocked("GET /campaigns"))
    assert.deepInclude(yield* report, {
      status: "unknown",
      checked_at: null,
      failure: "the catalog could not be read: ConnectionError"
    })
  }).pipe(
    Effect.provide(
      Alignment.layer({ interval, routes }).pipe(
        Layer.provide(Database.writeLayer(Database.localOptions("postgresql://nobody@127.0.0.1:1/nowhere"))),
        Layer.provideMerge(Logger.layer([]))
      )
    )
  ))
