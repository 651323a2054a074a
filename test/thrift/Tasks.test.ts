import { assert, describe, it, layer } from "@effect/vitest"
import { Deferred, Duration, Effect, Fiber, Layer, Option, Redacted } from "effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import { SqlClient } from "effect/sql/SqlClient"
import { TestClock } from "effect/testing"
import { Transaction } from "../../src/database/Transaction.ts"
import { DecodoClient } from "../../src/decodo/DecodoClient.ts"
import * as DecodoHttp from "../../src/decodo/DecodoHttp.ts"
import { VendorSimulator } from "../../src/sandbox/vendor/VendorSimulator.ts"
import { breakerDefaults } from "../../src/thrift/Breakers.ts"
import { idOf, tokenOf } from "../../src/thrift/CallbackToken.ts"
import { VendorGuard } from "../../src/thrift/VendorGuard.ts"
import { VendorTaskRepo } from "../../src/thrift/VendorTaskRepo.ts"
import { newTaskId, VendorTasks } from "../../src/thrift/VendorTasks.ts"
import { sentLayer } from "../support/plans.ts"
import { TestApp } from "../support/TestApp.ts"
import { TestDatabase } from "../support/TestDatabase.ts"
import { until } from "../support/until.ts"

const price = 1_000

const simulator = VendorSimulator.layer({
  username: "user",
  password: Redacted.make("secret"),
  latency: { min: 0, max: 20 },
  costPerSuccess: price / 1_000_000
})

/** A process in the asynchronous mode; its meter is written when it ends. */
const process = <A, E, R>(run: Effect.Effect<A, E, R>, perDay: number | null = null) =>
  Effect.gen(function*() {
    const { url } = yield* VendorSimulator
    const guard = VendorGuard.layer({
      breaker: { ...breakerDefaults, failures: 1_000 },
      fleet: { concurrency: 20, perSecond: 10_000 },
      redis: Option.none(),
      spending: { pricePerSuccess: price, perDay, perUserAndDay: null }
    }).pipe(Layer.provide(Transaction.layer))
    const client = DecodoHttp.layer({
      baseUrl: url,
      username: "user",
      password: Redacted.make("secret"),
      mode: "async",
      pollInterval: "1 millis",
      concurrency: 10,
      retry: { attempts: 2, baseDelay: "1 millis", maxDelay: "2 millis" }
    }).pipe(Layer.provide(FetchHttpClient.layer), Layer.provide(VendorTasks.layer), Layer.provideMerge(guard))
    return yield* Effect.provide(run, client)
  })

const fetchProfile = (name: string) => DecodoClient.use((client) => client.fetchProfile(name))

const butUnwanted = (names: ReadonlyArray<string>) => Effect.succeed(names.filter((name) => name !== "unwanted"))

const fresh = Effect.gen(function*() {
  const sql = yield* SqlClient
  const vendor = yield* VendorSimulator
  yield* vendor.reset
  yield* sql`TRUNCATE vendor_calls, vendor_spend, vendor_places, vendor_tasks`
  return vendor
})

const spent = Effect.gen(function*() {
  const sql = yield* SqlClient
  const [row] = yield* sql<{ cost: number }>`SELECT coalesce(sum(cost_micros), 0)::int AS cost FROM vendor_calls`
  return row?.cost
})

const reserved = Effect.gen(function*() {
  const sql = yield* SqlClient
  const [row] = yield* sql<{ cost: number }>`SELECT coalesce(sum(spent_micros), 0)::int AS cost FROM vendor_spend`
  return row?.cost
})

layer(Layer.merge(simulator, TestDatabase.layer), { excludeTestServices: true })("the asynchronous mode", (it) => {
  it.effect("brings what the other mode brings, for one task and one price", () =>
    Effect.gen(function*() {
      const vendor = yield* fresh
      const found = yield* process(fetchProfile("natgeo"))
      assert.strictEqual(found.profile.username, "natgeo")
      assert.strictEqual(found.meta.attempts, 1)
      assert.deepInclude(yield* vendor.stats, { calls: 1, billed: 1 })
      assert.strictEqual(yield* spent, price)
    }))

  it.effect("goes on with the same task after the process died, and pays once", () =>
    Effect.gen(function*() {
      const vendor = yield* fresh
      const sql = yield* SqlClient
      const dying = yield* Effect.forkChild(process(fetchProfile("sim.pending.14_d"), 10 * price))
      const [task] = yield* until(sql<{ task_id: string }>`SELECT task_id FROM vendor_tasks`, (rows) => rows.length === 1)
      yield* Fiber.interrupt(dying)
      assert.deepStrictEqual([yield* spent, yield* reserved], [0, price])
      const found = yield* process(fetchProfile("sim.pending.14_d"), 10 * price)
      assert.strictEqual(found.meta.task_id, task?.task_id)
      assert.deepInclude(yield* vendor.stats, { calls: 1, billed: 1 })
      assert.strictEqual(yield* spent, price)
      assert.strictEqual(yield* reserved, price, "reserved once, when it was submitted")
    }))

  it.effect("has an answer that was not kept again for nothing, and asks anew once it was kept", () =>
    Effect.gen(function*() {
      const vendor = yield* fresh
      const sql = yield* SqlClient
      const first = yield* process(fetchProfile("again"), 10 * price)
      const second = yield* process(fetchProfile("again"), 10 * price)
      assert.strictEqual(second.meta.task_id, first.meta.task_id)
      assert.deepInclude(yield* vendor.stats, { calls: 1, billed: 1 })
      assert.deepStrictEqual([yield* spent, yield* reserved], [price, price])
      yield* sql`
        INSERT INTO vendor_answers (username, target, task_id, fetched_at, duration_ms, attempts, response_bytes, payload)
        VALUES ('again', 'instagram_graphql_profile', ${first.meta.task_id}, now(), 1, 1, 1, '{}')`
      const third = yield* process(fetchProfile("again"), 10 * price)
      assert.notStrictEqual(third.meta.task_id, first.meta.task_id)
      assert.deepInclude(yield* vendor.stats, { calls: 2, billed: 2 })
      assert.deepStrictEqual([yield* spent, yield* reserved], [2 * price, 2 * price])
    }))

  it.effect("takes a result for new where its task could not be noted, and for seen where it was", () =>
    Effect.gen(function*() {
      const tasks = yield* VendorTasks
      const seen = { id: newTaskId(), query: "seen", taskId: "1" }
      const [noted] = yield* tasks.remember("target", [seen])
      assert.deepStrictEqual([yield* tasks.answered(noted!), yield* tasks.answered(noted!)], [true, false])
      assert.isTrue(yield* tasks.answered({ ...noted!, id: newTaskId() }))
    }).pipe(Effect.provide(VendorTasks.layer)))

  it.effect("gives a task that faulted up for a new one, and looks again where a look fails", () =>
    Effect.gen(function*() {
      const vendor = yield* fresh
      const failed = yield* Effect.flip(process(fetchProfile("sim.faulted_f")))
      assert.deepInclude(failed, { attempts: 2 })
      assert.strictEqual(failed._tag === "DecodoError" && failed.reason._tag, "NotScraped")
      assert.deepInclude(yield* vendor.stats, { calls: 2, billed: 0 })
      assert.strictEqual((yield* process(fetchProfile("sim.pollfail.3_f"))).profile.username, "sim.pollfail.3_f")
      assert.deepInclude(yield* vendor.stats, { calls: 3, billed: 1 })
      assert.strictEqual(yield* spent, price)
    }))

  it.effect("takes a batch in one call, each wanted name once, and is billed for what it brings", () =>
    Effect.gen(function*() {
      const vendor = yield* fresh
      const names = Array.from({ length: 30 }, (_, i) => i % 5 === 0 ? `sim.faulted_${i}` : `batch.${i}`)
      yield* process(
        Effect.gen(function*() {
          const client = yield* DecodoClient
          assert.strictEqual(yield* client.submitProfiles([...names, ...names, "unwanted"], butUnwanted), 30)
          assert.strictEqual(yield* client.submitProfiles(names, butUnwanted), 0)
          assert.strictEqual(yield* reserved, 30 * price)
        }),
        100 * price
      )
      assert.strictEqual((yield* vendor.stats).calls, 30)
      const ends = yield* process(
        Effect.forEach(names, (name) => Effect.result(fetchProfile(name)), { concurrency: 10 }),
        100 * price
      )
      assert.lengthOf(ends.filter(({ _tag }) => _tag === "Success"), 24)
      // Those that faulted were asked for once more each.
      assert.deepInclude(yield* vendor.stats, { calls: 36, billed: 24 })
      assert.strictEqual(yield* spent, 24 * price)
      yield* until(reserved, (cost) => cost === 24 * price)
    }))

  it.effect("submits no batch that the day cannot pay", () =>
    Effect.gen(function*() {
      const vendor = yield* fresh
      const refused = yield* Effect.flip(
        process(DecodoClient.use((client) => client.submitProfiles(["a", "b", "c"], butUnwanted)), 2 * price)
      )
      assert.strictEqual(refused._tag === "DecodoError" && refused.reason._tag, "SpendCeilingReached")
      assert.strictEqual((yield* vendor.stats).calls, 0)
      assert.strictEqual(yield* reserved, 0)
      const sql = yield* SqlClient
      assert.deepStrictEqual(yield* sql`SELECT 1 FROM vendor_tasks`, [], "nobody waits for what was not taken")
    }))

  it.effect("pays once for a name that is fetched while its batch is ordered", () =>
    Effect.gen(function*() {
      const vendor = yield* fresh
      const announced = yield* Deferred.make<void>()
      const gate = yield* Deferred.make<void>()
      yield* process(Effect.gen(function*() {
        const client = yield* DecodoClient
        const ordering = yield* Effect.forkChild(
          client.submitProfiles(["meanwhile.one", "meanwhile.two"], (names) =>
            Deferred.succeed(announced, undefined).pipe(Effect.andThen(Deferred.await(gate)), Effect.as(names)))
        )
        yield* Deferred.await(announced)
        const sent: Parameters<typeof sentLayer>[0] = []
        const fetching = yield* Effect.forkChild(Effect.provide(process(fetchProfile("meanwhile.one")), sentLayer(sent)))
        const looks = Effect.sync(() =>
          sent.filter(({ text }) => text.includes("FROM vendor_tasks")).length
        )
        yield* until(looks, (made) => made > 1)
        assert.deepInclude(yield* vendor.stats, { calls: 0 })
        yield* Deferred.succeed(gate, undefined)
        assert.strictEqual(yield* Fiber.join(ordering), 2)
        assert.strictEqual((yield* Fiber.join(fetching)).profile.username, "meanwhile.one")
      }))
      assert.deepInclude(yield* vendor.stats, { calls: 2, billed: 2 })
      assert.strictEqual(yield* spent, price, "the other one when it is looked at")
    }))

  it.effect("fetches by itself what was announced by a process that is gone, and what an order that failed left", () =>
    Effect.gen(function*() {
      const vendor = yield* fresh
      const sql = yield* SqlClient
      yield* sql`
        INSERT INTO vendor_tasks (id, target, query, submitted_at)
        VALUES (gen_random_uuid(), 'instagram_graphql_profile', 'left.behind', now() - interval '61 seconds')`
      yield* process(fetchProfile("left.behind"))
      const failed = yield* Effect.flip(
        process(DecodoClient.use((client) => client.submitProfiles(["a", "b"], () => Effect.fail("no more"))))
      )
      assert.strictEqual(failed, "no more")
      yield* process(fetchProfile("a"))
      assert.deepInclude(yield* vendor.stats, { calls: 2, billed: 2 })
    }))
})

describe("a callback", () => {
  const secret = Redacted.make("callback-secret")

  it("is known by a token that nobody else can make, and that is one task's alone", () => {
    const id = newTaskId()
    const token = tokenOf(secret, id)
    assert.deepStrictEqual(idOf(secret, token), Option.some(id))
    const other = tokenOf(secret, newTaskId())
    const forged = [
      "",
      id,
      `${id}.`,
      `${id}.${"A".repeat(43)}`,
      `${id}.${other.split(".")[1]}`,
      `${token}x`,
      ` ${token}`,
      token.toUpperCase(),
      tokenOf(Redacted.make("another"), id)
    ]
    for (const each of forged) assert.deepStrictEqual(idOf(secret, each), Option.none(), each)
  })

  const tasks = VendorTasks.layerNoDeps.pipe(Layer.provide(Layer.mock(VendorTaskRepo, {})))
  const task = { id: newTaskId(), taskId: "1", submittedAt: 0, answered: false }

  it.effect("ends the wait for its task, not at once, and again and again does nothing", () =>
    Effect.gen(function*() {
      const { pause, wake } = yield* VendorTasks
      const waiting = yield* Effect.forkChild(pause(task, Duration.seconds(15)))
      yield* TestClock.adjust("100 millis")
      for (let i = 0; i < 100; i++) yield* wake(task.id)
      yield* wake(newTaskId())
      yield* TestClock.adjust("399 millis")
      assert.isUndefined(waiting.pollUnsafe())
      yield* TestClock.adjust("1 millis")
      yield* Fiber.join(waiting)
      yield* wake(task.id)
      const next = yield* Effect.forkChild(pause(task, Duration.seconds(15)))
      yield* TestClock.adjust("14 seconds")
      assert.isUndefined(next.pollUnsafe(), "a notice of before counts for nothing later")
      yield* TestClock.adjust("1 second")
      yield* Fiber.join(next)
    }).pipe(Effect.provide(tasks)))

  layer(
    TestApp.layer({
      settings: { DECODO_CALLBACK_SECRET: "callback-secret", PUBLIC_URL: "http://127.0.0.1:1", DECODO_MODE: "async" }
    }),
    { excludeTestServices: true }
  )((it) => {
    it.effect("is answered by its token, whatever is posted", () =>
      Effect.gen(function*() {
        const { newUser, url } = yield* TestApp
        const post = (token: string, body: string | Uint8Array<ArrayBuffer>) =>
          Effect.promise(() => fetch(`${url}/vendor/callbacks/${token}`, { method: "POST", body }))
        const token = tokenOf(secret, newTaskId())
        for (const body of ["", "{", `{"status":"done","id":"1"}`, new Uint8Array(2_000)]) {
          assert.strictEqual((yield* post(token, body)).status, 204)
        }
        assert.strictEqual((yield* post("garbage", "{}")).status, 404)
        const refused = yield* post(`${newTaskId()}.${token.split(".")[1]}`, "{}")
        assert.strictEqual(refused.status, 404)
        assert.include(yield* Effect.promise(() => refused.text()), "/problems/callback-unknown")
        const user = yield* newUser
        assert.strictEqual((yield* user.get("/profile/natgeo")).status, 200)
      }))
  })
})
