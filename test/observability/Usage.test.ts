import { assert, layer } from "@effect/vitest"
import { Context, Duration, Effect, Layer } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { DatabaseUnavailable } from "../../src/database/DatabaseErrors.ts"
import type { Usage as UserUsage } from "../../src/observability/ApiUsage.ts"
import { Metrics, MetricsRegistry } from "../../src/observability/Metrics.ts"
import { openMetrics } from "../../src/observability/OpenMetrics.ts"
import { Usage } from "../../src/observability/Usage.ts"
import { UsageCounter } from "../../src/observability/UsageCounter.ts"
import { UsageRepo } from "../../src/observability/UsageRepo.ts"
import { UserId } from "../../src/users/UserId.ts"
import { TestApp } from "../support/TestApp.ts"
import { TestDatabase } from "../support/TestDatabase.ts"
import { until } from "../support/until.ts"

layer(TestApp.layer({ settings: { USAGE_FLUSH_INTERVAL: "20 millis" } }), { excludeTestServices: true })((it) => {
  it.effect("a user sees how often they called, where, and how often that took a fetch; and nobody else's", () =>
    Effect.gen(function*() {
      const app = yield* TestApp
      const user = yield* app.newUser
      const other = yield* app.newUser
      yield* user.get("/profile/natgeo")
      yield* user.get("/profile/natgeo")
      yield* user.get("/profile/natgeo")
      yield* user.get("/profile/natgeo/nothing")
      yield* user.get("/profile/never.looked.up/posts")
      yield* user.get("/me")
      yield* other.get("/profile/natgeo")
      const found = yield* until(
        Effect.map(user.get("/me/usage"), (answer) => answer.json<UserUsage>()),
        ({ days: [today] }) => (today?.groups.find(({ route_group }) => route_group === "profiles")?.calls ?? 0) >= 4
      )
      assert.deepStrictEqual(found.days[0]?.groups.find(({ route_group }) => route_group === "profiles"), {
        route_group: "profiles",
        calls: 4,
        failed_calls: 1,
        vendor_calls: 1
      })
      assert.lengthOf(found.days, 1)
      assert.strictEqual(found.total.vendor_calls, 1)
    }))

  it.effect("what was counted of a user who deletes the account goes, and does not come back with the next batch", () =>
    Effect.gen(function*() {
      const app = yield* TestApp
      const sql = yield* SqlClient
      const user = yield* app.newUser
      yield* user.get("/me")
      const rows = sql<{ calls: number }>`SELECT calls FROM api_usage WHERE user_id = ${user.id}`
      yield* until(rows, ({ length }) => length > 0)
      const erased = yield* app.call({
        method: "DELETE",
        path: "/me",
        headers: { authorization: `Bearer ${user.token}`, "content-type": "application/json" },
        body: "{}"
      })
      assert.strictEqual(erased.status, 200)
      // Somebody who called later has been written: so has what was counted before.
      const later = yield* app.newUser
      yield* later.get("/me")
      yield* until(sql`SELECT 1 FROM api_usage WHERE user_id = ${later.id}`, ({ length }) => length > 0)
      assert.isEmpty(yield* rows)
    }))
})

layer(TestDatabase.layer, { excludeTestServices: true })((it) => {
  const counting = Layer.merge(Usage.layerNoDeps, UsageCounter.layerNoDeps({ interval: "1 hour", retention: Duration.days(400) }))

  const someUser = Effect.gen(function*() {
    const sql = yield* SqlClient
    const [row] = yield* sql<{ id: string }>`INSERT INTO auth_users (id) VALUES (gen_random_uuid()) RETURNING id`
    return UserId.make(row!.id)
  })

  const call = (user: UserId, status = 200) => ({ group: "me", status, note: { user, vendor: false } })

  it.effect("an orderly end writes what is counted", () =>
    Effect.gen(function*() {
      const user = yield* someUser
      const sql = yield* SqlClient
      yield* Effect.scoped(Effect.gen(function*() {
        const { count } = Context.get(yield* Layer.build(counting.pipe(Layer.provide(UsageRepo.layer))), UsageCounter)
        count(call(user))
        count(call(user, 404))
      }))
      assert.deepStrictEqual(yield* sql`SELECT calls, failed_calls FROM api_usage WHERE user_id = ${user}`, [
        { calls: 2, failed_calls: 1 }
      ])
    }))

  it.effect("what cannot be written is kept and written later, once", () =>
    Effect.gen(function*() {
      const user = yield* someUser
      const sql = yield* SqlClient
      yield* Effect.scoped(Effect.gen(function*() {
        const { count, flush } = Context.get(yield* Layer.build(counting.pipe(Layer.provide(UsageRepo.layer))), UsageCounter)
        count(call(user))
        yield* sql`ALTER TABLE api_usage RENAME TO api_usage_away`
        yield* flush
        count(call(user))
        yield* sql`ALTER TABLE api_usage_away RENAME TO api_usage`
        yield* flush
        yield* flush
      }))
      assert.deepStrictEqual(yield* sql`SELECT calls FROM api_usage WHERE user_id = ${user}`, [{ calls: 2 }])
    }))

  it.effect("what finds no room is lost, and counted as that", () =>
    Effect.gen(function*() {
      const metrics = new MetricsRegistry()
      const away = Effect.fail(new DatabaseUnavailable({ detail: "away", retry_after: 1 }))
      const user = UserId.make("a0000000-0000-4000-8000-00000000000f")
      let fill = () => {}
      const repo = Layer.mock(UsageRepo, {
        add: () => Effect.andThen(Effect.sync(() => fill()), away),
        prune: () => Effect.succeed(0)
      })
      yield* Effect.scoped(Effect.gen(function*() {
        const { count, flush } = Context.get(yield* Layer.build(Layer.fresh(counting).pipe(Layer.provide(repo))), UsageCounter)
        const groups = (prefix: string, many: number) => {
          for (let nth = 0; nth < many; nth++) count({ ...call(user), group: `${prefix}${nth}` })
        }
        groups("early", 100_003)
        const text = Effect.provideService(openMetrics, Metrics, metrics)
        assert.include(yield* text, "usage_lost_total 3\n")
        // What comes while the batch fails takes its place: the bound holds.
        fill = () => {
          fill = () => {}
          groups("late", 10)
        }
        yield* flush
        assert.include(yield* text, "usage_waiting_rows 100000\n")
        assert.include(yield* text, "usage_lost_total 13\n")
      })).pipe(Effect.provideService(Metrics, metrics))
    }))

  it.effect("two processes add up, a user who is unknown costs the others nothing, and all of it can be seen together", () =>
    Effect.gen(function*() {
      const [user, other] = [yield* someUser, yield* someUser]
      const stranger = UserId.make("a0000000-0000-4000-8000-00000000000f")
      yield* Effect.scoped(Effect.gen(function*() {
        const process = Layer.build(Layer.fresh(counting).pipe(Layer.provideMerge(UsageRepo.layer)))
        const [one, two] = [yield* process, yield* process]
        for (const context of [one, two]) {
          for (const each of [user, stranger, other]) Context.get(context, UsageCounter).count(call(each))
        }
        yield* Effect.all([Context.get(one, UsageCounter).flush, Context.get(two, UsageCounter).flush], { concurrency: 2 })
        const usage = Context.get(one, Usage)
        const own = yield* usage.ofUser(user)
        assert.deepStrictEqual(own.total, { calls: 2, failed_calls: 0, vendor_calls: 0 })
        const all = yield* usage.ofAll(own.since, "2999-01-01")
        assert.isAtLeast(all[0]?.users ?? 0, 2)
        const repo = Context.get(one, UsageRepo)
        assert.strictEqual(yield* repo.prune("2000-01-01"), 0)
        assert.isAtLeast(yield* repo.prune("2999-01-01"), 2)
      }))
    }))
})
