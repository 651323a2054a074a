import { assert, it } from "@effect/vitest"
import { Context, Effect, Exit, Fiber, Layer, Scope } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { ReadSql } from "../../src/database/Database.ts"
import { TestApp } from "../support/TestApp.ts"
import { TestDatabase } from "../support/TestDatabase.ts"
import { until } from "../support/until.ts"
import { VendorFront } from "../support/VendorFront.ts"

it.live("an answer that arrives while the process is being stopped is kept", () =>
  Effect.gen(function*() {
    const database = yield* Layer.build(TestDatabase.layer)
    const sql = Context.get(database, SqlClient)
    const scope = yield* Scope.make()
    const running = yield* TestApp.layerOn(Layer.succeedContext(database)).pipe(Layer.build, Scope.provide(scope))
    const app = Context.get(running, TestApp)
    const user = yield* app.newUser
    // A transaction sees the activity of its start for ever.
    const waiting = Context.get(
      database,
      ReadSql
    )`SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%INTO vendor_answers%'`
    const closing = yield* sql.withTransaction(Effect.gen(function*() {
      yield* sql`LOCK TABLE vendor_answers IN SHARE MODE`
      yield* Effect.forkChild(Effect.exit(user.get("/profile/last.minute", { prefer: "wait=0" })))
      yield* until(waiting, (found) => found.length === 1)
      const closing = yield* Effect.forkChild(Scope.close(scope, Exit.void))
      for (let i = 0; i < 200; i++) yield* Effect.promise(() => new Promise<void>((resolve) => setImmediate(resolve)))
      assert.lengthOf(yield* waiting, 1, "still being written")
      return closing
    }))
    yield* Fiber.join(closing)
    assert.lengthOf(yield* sql`SELECT 1 FROM vendor_answers WHERE username = 'last.minute'`, 1)
  }))

it.live("a fetch that nobody waits for may end before the process does", () =>
  Effect.gen(function*() {
    const database = yield* Layer.build(TestDatabase.layer)
    const sql = Context.get(database, SqlClient)
    const scope = yield* Scope.make()
    const running = yield* TestApp.layerOn(Layer.succeedContext(database), { settings: { SHUTDOWN_TIMEOUT: "30 seconds" } }).pipe(
      Layer.build,
      Scope.provide(scope)
    )
    const user = yield* Context.get(running, TestApp).newUser
    const front = Context.get(running, VendorFront)
    front.hold("last.call")
    assert.strictEqual((yield* user.get("/profile/last.call", { prefer: "wait=0" })).status, 202)
    yield* until(Effect.sync(() => front.asked), (asked) => asked.includes("last.call"))
    const closing = yield* Effect.forkChild(Scope.close(scope, Exit.void))
    yield* until(
      Effect.promise(() => fetch(Context.get(running, TestApp).url).then(() => false, () => true)),
      (refused) => refused
    )
    front.release("last.call")
    yield* Fiber.join(closing)
    assert.lengthOf(yield* sql`SELECT 1 FROM profiles WHERE username = 'last.call'`, 1)
  }))

it.live("a request that the end of the process cuts gets a problem that says when to come back", () =>
  Effect.gen(function*() {
    const scope = yield* Scope.make()
    const running = yield* TestApp.layer().pipe(Layer.build, Scope.provide(scope))
    const user = yield* Context.get(running, TestApp).newUser
    const front = Context.get(running, VendorFront)
    front.hold("cut.short")
    const asking = yield* Effect.forkChild(user.get("/profile/cut.short"))
    yield* until(Effect.sync(() => front.asked), (asked) => asked.includes("cut.short"))
    yield* Scope.close(scope, Exit.void)
    const { headers, problem, status } = yield* Fiber.join(asking)
    assert.deepStrictEqual([status, problem.type], [503, "/problems/server-stopping"])
    assert.strictEqual(headers.get("retry-after"), String(problem.retry_after))
  }))
