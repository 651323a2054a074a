import { assert, layer } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { ReadSql } from "../../src/database/Database.ts"
import { VendorSimulator } from "../../src/sandbox/vendor/VendorSimulator.ts"
import { searchesOf } from "../support/search.ts"
import { TestApp } from "../support/TestApp.ts"
import { until } from "../support/until.ts"
import { VendorFront } from "../support/VendorFront.ts"

const callers = 200

/** What is looked at now and then would be taken for what is held. */
const quiet = { JOBS_LEASE: "1 hour", JOBS_POLL_INTERVAL: "1 hour" }
const app = TestApp.layer({ settings: { DECODO_MAX_ATTEMPTS: "2", ...quiet } })

layer(app, { excludeTestServices: true })(`${callers} callers of a name at once`, (it) => {
  /** All ask while the vendor is thinking. */
  const askTogether = Effect.fnUntraced(function*(username: string) {
    const { inFlight, newUser } = yield* TestApp
    const front = yield* VendorFront
    const users = yield* Effect.all(Array.from({ length: callers }, () => newUser), { concurrency: 8 })
    front.hold(username)
    const asking = yield* Effect.forkChild(
      Effect.all(users.map((user) => user.get(`/profile/${username}`)), { concurrency: "unbounded" })
    )
    yield* until(inFlight, (count) => count === callers)
    front.release(username)
    return { users, answers: yield* Fiber.join(asking) }
  })

  it.effect("that nobody knows cause one vendor call, and all get the same answer", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const simulator = yield* VendorSimulator
      yield* simulator.reset
      const { answers, users } = yield* askTogether("cold.name")

      assert.deepStrictEqual(yield* Effect.map(simulator.stats, ({ billed, calls }) => ({ billed, calls })), {
        billed: 1,
        calls: 1
      })
      assert.deepStrictEqual(new Set(answers.map((answer) => answer.status)), new Set([200]))
      assert.lengthOf(new Set(answers.map((answer) => answer.text)), 1)
      assert.lengthOf(new Set(answers.map((answer) => answer.headers.get("etag"))), 1)

      assert.lengthOf(yield* sql`SELECT 1 FROM profiles`, 1)
      assert.lengthOf(yield* sql`SELECT 1 FROM vendor_answers WHERE stored_at IS NOT NULL`, 1)
      const windows = yield* sql<{ user_id: string }>`SELECT user_id FROM user_profile_access`
      assert.sameMembers(windows.map((row) => row.user_id), users.map((user) => user.id))
      const searches = yield* searchesOf("cold.name")
      assert.sameMembers(searches.map((row) => row.user_id), users.map((user) => user.id))
      assert.isTrue(searches.every((row) => row.success && (row.search_duration_ms ?? -1) >= 0))
    }), 180_000)

  it.effect("whose fetch fails cause the calls of one fetch, and all get the same problem; only their searches are stored", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const front = yield* VendorFront
      front.says("failing.name", 503)
      const { answers, users } = yield* askTogether("failing.name")

      assert.lengthOf(front.asked.filter((name) => name === "failing.name"), 2)
      const problems = answers.map(({ problem: { request_id: _, ...same } }) => same)
      assert.strictEqual(problems[0]?.type, "/problems/profile-temporarily-unavailable")
      assert.lengthOf(new Set(problems.map((problem) => JSON.stringify(problem))), 1)
      assert.isTrue(answers.every((answer) => answer.headers.get("retry-after") === String(problems[0]?.retry_after)))

      assert.lengthOf(yield* sql`SELECT 1 FROM profiles WHERE username = 'failing.name'`, 0)
      assert.lengthOf(yield* sql`SELECT 1 FROM vendor_answers WHERE username = 'failing.name'`, 0)
      const searches = yield* searchesOf("failing.name")
      assert.sameMembers(searches.map((row) => row.user_id), users.map((user) => user.id))
      assert.isTrue(searches.every((row) => !row.success && row.error_code === "profile-temporarily-unavailable"))
    }))

  it.effect("one of whom asks while what the others wait for is being committed, cause one vendor call", () =>
    Effect.gen(function*() {
      const { clock, newUser } = yield* TestApp
      const sql = yield* SqlClient
      const read = yield* ReadSql
      const front = yield* VendorFront
      const [first, second] = [yield* newUser, yield* newUser]
      yield* second.get("/me")
      const waitsFor = (text: string) =>
        until(
          read`SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE ${`%${text}%`}`,
          (found) => found.length === 1
        )
      const asking = yield* sql.withTransaction(Effect.gen(function*() {
        // Written after the end of the fetch, in its transaction.
        yield* sql`LOCK TABLE webhook_deliveries IN SHARE MODE`
        const one = yield* Effect.forkChild(first.get("/profile/just.committed"))
        yield* waitsFor("webhook_deliveries")
        clock.advance("5 seconds")
        const other = yield* Effect.forkChild(second.get("/profile/just.committed"))
        yield* waitsFor("profile_fetches")
        return [one, other]
      }))
      for (const answer of asking) assert.strictEqual((yield* Fiber.join(answer)).status, 200)
      assert.lengthOf(front.asked.filter((name) => name === "just.committed"), 1)
    }))

  it.effect("hold no database connection while the vendor is thinking", () =>
    Effect.gen(function*() {
      const { inFlight, newUser } = yield* TestApp
      const sql = yield* SqlClient
      const front = yield* VendorFront
      const users = yield* Effect.all(Array.from({ length: 20 }, () => newUser), { concurrency: 8 })
      front.hold("slow.name")
      const asking = yield* Effect.forkChild(
        Effect.all(users.map((user) => user.get("/profile/slow.name")), { concurrency: "unbounded" })
      )
      yield* until(inFlight, (count) => count === users.length)
      yield* until(Effect.sync(() => front.asked.includes("slow.name")), (asked) => asked)
      /**
       * Connections to this database that are doing something or hold a transaction, but for the one that asks, and the one that writes down
       * what earlier calls have cost.
       */
      const busy = sql<{ state: string; query: string }>`
        SELECT state, query FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'
          AND query NOT LIKE '%INSERT INTO vendor_calls%'`
      // The callers' own checks (account, stored profile) come to an end; from then on nothing is in use.
      yield* until(busy, (found) => found.length === 0)
      for (let i = 0; i < 20; i++) assert.deepStrictEqual(yield* busy, [])
      const held = sql`SELECT 1 FROM pg_locks WHERE database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND pid <> pg_backend_pid()`
      yield* until(held, (found) => found.length === 0)
      front.release("slow.name")
      assert.isTrue((yield* Fiber.join(asking)).every((answer) => answer.status === 200))
    }))

  it.effect("of whom one looks between a fetch's end and its commit cause one vendor call", () =>
    Effect.gen(function*() {
      const { newUser } = yield* TestApp
      const sql = yield* SqlClient
      const front = yield* VendorFront
      const [first, second] = [yield* newUser, yield* newUser]
      // A transaction sees the activity of its start for ever.
      const waiting = (table: string) =>
        Effect.flatMap(ReadSql, (read) =>
          read`
            SELECT 1 FROM pg_stat_activity
            WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE ${`%INTO ${table}%`}`)
      const asking = yield* sql.withTransaction(Effect.gen(function*() {
        yield* sql`LOCK TABLE user_searches IN SHARE MODE`
        const one = yield* Effect.forkChild(first.get("/profile/late.commit"))
        yield* until(waiting("user_searches"), (found) => found.length === 1)
        const other = yield* Effect.forkChild(second.get("/profile/late.commit"))
        yield* until(waiting("profile_fetches"), (found) => found.length === 1)
        return [one, other]
      }))
      const answers = yield* Effect.forEach(asking, Fiber.join)
      assert.deepStrictEqual(answers.map(({ status }) => status), [200, 200])
      assert.lengthOf(front.asked.filter((name) => name === "late.commit"), 1)
    }))
})
