import { assert, layer } from "@effect/vitest"
import { Deferred, Duration, Effect, Exit, Layer, Logger, Redacted, References, Scope } from "effect"
import * as PersistedQueue from "effect/persistence/PersistedQueue"
import { SqlClient } from "effect/sql/SqlClient"
import * as Database from "../../src/database/Database.ts"
import { Draining } from "../../src/jobs/Draining.ts"
import { JobQueue } from "../../src/jobs/JobQueue.ts"
import { tcpProxy } from "../support/tcpProxy.ts"
import { TestDatabase } from "../support/TestDatabase.ts"
import { until } from "../support/until.ts"

const queueOf = () =>
  JobQueue.layerNoDeps({ lease: Duration.minutes(1), pollInterval: Duration.millis(20) }).pipe(
    Layer.provideMerge(Draining.layer({ timeout: 0 }))
  )

const once = { concurrency: 1, again: Duration.zero }

layer(TestDatabase.layer, { excludeTestServices: true })("the job queue", (it) => {
  it.effect("has the tables that the engine of this version would make", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      yield* Layer.build(PersistedQueue.layerStoreSql({ tableName: "made_by_engine" }))
      const columnsOf = (table: string) =>
        sql`
          SELECT attname, format_type(atttypid, atttypmod) AS type, attnotnull FROM pg_attribute
          WHERE attrelid = ${table}::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attname`
      const indexesOf = (table: string) =>
        Effect.map(
          sql<{ definition: string }>`
            SELECT regexp_replace(pg_get_indexdef(indexrelid), '^.* USING', '') AS definition FROM pg_index
            WHERE indrelid = ${table}::regclass ORDER BY 1`,
          (rows) => rows.map((row) => row.definition)
        )
      const historyOf = (table: string) => sql`SELECT migration_id, name FROM ${sql(table)} ORDER BY 1`
      assert.deepStrictEqual(yield* columnsOf("job_engine.queue"), yield* columnsOf("made_by_engine"))
      assert.deepStrictEqual(yield* indexesOf("job_engine.queue"), yield* indexesOf("made_by_engine"))
      assert.deepStrictEqual(
        yield* historyOf("job_engine.queue_migrations"),
        yield* historyOf("made_by_engine_migrations")
      )
    }))

  it.effect("does what was offered once, and nothing that a transaction took back", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const queue = yield* JobQueue
      const done: Array<string> = []
      const last = yield* Deferred.make<void>()
      yield* Effect.exit(sql.withTransaction(Effect.andThen(queue.offer("one", "taken.back"), Effect.fail("no"))))
      yield* queue.offer("one", "twice")
      yield* queue.offer("one", "twice")
      yield* queue.offer("one", "last")
      yield* queue.work("one", once, (id) => {
        done.push(id)
        return id === "last" ? Effect.asVoid(Deferred.succeed(last, undefined)) : Effect.void
      })
      yield* Deferred.await(last)
      assert.deepStrictEqual(done, ["twice", "last"])
    }).pipe(Effect.provide(queueOf())))

  it.effect("hands what a stopping process could not end to another at once", () =>
    Effect.gen(function*() {
      const begun = yield* Deferred.make<void>()
      const ended = yield* Deferred.make<string>()
      const first = yield* Scope.make()
      const stopping = yield* Layer.build(Layer.fresh(queueOf())).pipe(Scope.provide(first))
      yield* Effect.gen(function*() {
        const queue = yield* JobQueue
        yield* queue.offer("two", "handed.over")
        yield* queue.work("two", once, () => Effect.andThen(Deferred.succeed(begun, undefined), Effect.never))
      }).pipe(Effect.provide(stopping), Scope.provide(first))
      yield* Deferred.await(begun)
      yield* Scope.close(first, Exit.void)
      yield* Effect.flatMap(JobQueue, (queue) => queue.work("two", once, (id) => Effect.asVoid(Deferred.succeed(ended, id))))
        .pipe(
          Effect.provide(yield* Layer.build(Layer.fresh(queueOf())))
        )
      assert.strictEqual(yield* Deferred.await(ended), "handed.over")
    }))

  it.effect("takes nothing more once the process is told to stop, and leaves it to another", () =>
    Effect.gen(function*() {
      const taken = yield* Deferred.make<string>()
      const workIn = Effect.fnUntraced(function*(name: string) {
        const built = yield* Layer.build(Layer.fresh(queueOf()))
        yield* Effect.flatMap(JobQueue, (queue) => queue.work("four", once, () => Effect.asVoid(Deferred.succeed(taken, name))))
          .pipe(Effect.provide(built))
        return built
      })
      const stopping = yield* workIn("stopping")
      yield* Effect.flatMap(Draining, ({ begin }) => begin).pipe(Effect.provide(stopping))
      yield* Effect.flatMap(JobQueue, (queue) => queue.offer("four", "late")).pipe(Effect.provide(stopping))
      yield* workIn("another")
      assert.strictEqual(yield* Deferred.await(taken), "another")
    }))

  it.effect("gives work that failed again, behind what waits by then", () =>
    Effect.gen(function*() {
      const queue = yield* JobQueue
      const order: Array<string> = []
      const over = yield* Deferred.make<void>()
      yield* queue.offer("three", "a")
      yield* queue.offer("three", "b")
      yield* queue.work("three", once, (id) => {
        order.push(id)
        return order.length === 3
          ? Effect.asVoid(Deferred.succeed(over, undefined))
          : id === "a"
          ? Effect.fail("again")
          : Effect.void
      })
      yield* Deferred.await(over)
      assert.deepStrictEqual(order, ["a", "b", "a"])
    }).pipe(Effect.provide(queueOf())))

  it.effect("tells work that a database outlasting the lease leaves unsettled from work that dies", () =>
    Effect.gen(function*() {
      const url = new URL(Redacted.value((yield* TestDatabase).url))
      const line = yield* tcpProxy(Number(url.port))
      url.port = String(line.port)
      const logged: Array<string> = []
      const logger = Logger.make<unknown, void>(({ logLevel, message }) => {
        logged.push(`${logLevel} ${Array.isArray(message) ? message[0] : message}`)
      })
      const queue = JobQueue.layerNoDeps({ lease: Duration.seconds(1), pollInterval: Duration.millis(20) }).pipe(
        Layer.provide(Draining.layer({ timeout: 0 })),
        Layer.provide(Layer.fresh(Database.writeLayer(Database.localOptions(url.href))))
      )
      yield* Effect.gen(function*() {
        const { offer, work } = yield* JobQueue
        let times = 0
        const again = yield* Deferred.make<void>()
        yield* offer("five", "outlasted")
        yield* work("five", once, () => {
          times++
          return times === 1 ? Effect.sync(() => line.cut()) : Effect.asVoid(Deferred.succeed(again, undefined))
        })
        yield* until(Effect.sync(() => logged), (lines) => lines.includes("Debug work comes again"))
        line.open()
        yield* Deferred.await(again)
      }).pipe(Effect.provide(Layer.fresh(queue).pipe(Layer.provideMerge(Layer.merge(Logger.layer([logger]), everything)))))
      assert.deepStrictEqual(logged.filter((line) => line.startsWith("Error")), [])
    }))
})

const everything = Layer.succeed(References.MinimumLogLevel, "Debug")
