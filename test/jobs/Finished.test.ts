import { assert, layer } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import type { FetchId } from "../../src/profiles/ProfileFetch.ts"
import { ProfileFetches } from "../../src/profiles/ProfileFetches.ts"
import { send } from "../support/requests.ts"
import { insertUser } from "../support/rows.ts"
import { TestApp, type TestUser } from "../support/TestApp.ts"
import { testServices } from "../support/TestServices.ts"
import { until } from "../support/until.ts"
import { VendorFront } from "../support/VendorFront.ts"

interface Told {
  readonly id: string
  readonly type: string
  readonly status: string
  readonly result: string | null
  readonly problem: string | null
}

/** A user who wants to hear of the end of jobs. */
const listener = Effect.gen(function*() {
  const sql = yield* SqlClient
  const user = yield* (yield* TestApp).newUser
  yield* user.get("/me")
  yield* sql`INSERT INTO webhook_endpoints (user_id, url, events) VALUES (${user.id}, 'https://hooks.example.com/', '{job.finished}')`
  return user
})

const toldOf = (user: Pick<TestUser, "id">) =>
  Effect.flatMap(SqlClient, (sql) =>
    sql<Told>`
    SELECT payload #>> '{data,job_id}' AS id, payload #>> '{data,type}' AS type, payload #>> '{data,status}' AS status,
      payload #>> '{data,result_href}' AS result, payload #>> '{data,problem}' AS problem
    FROM webhook_deliveries WHERE user_id = ${user.id} ORDER BY created_at`)

const begin = Effect.fnUntraced(function*(user: TestUser, username: string) {
  return (yield* user.get(`/profile/${username}`, { prefer: "wait=0" })).json<{ id: string; href: string }>()
})

const endOf = (user: TestUser, { href }: { readonly href: string }) =>
  until(user.get(href), (answer) => answer.json<{ finished_at: string | null }>().finished_at !== null)

layer(TestApp.layer({ settings: { JOBS_LEASE: "1 hour" } }), { excludeTestServices: true })("the end of a job is told", (it) => {
  it.effect("to each who was answered with one, and to nobody who had their answer", () =>
    Effect.gen(function*() {
      const app = yield* TestApp
      const front = yield* VendorFront
      const [one, two, waits] = [yield* listener, yield* listener, yield* listener]
      front.hold("told.of")
      const job = yield* begin(one, "told.of")
      yield* begin(two, "told.of")
      const waiting = yield* Effect.forkChild(waits.get("/profile/told.of"))
      yield* until(app.inFlight, (count) => count === 1)
      front.release("told.of")
      assert.strictEqual((yield* Fiber.join(waiting)).status, 200)
      const told = { id: job.id, type: "profile_lookup", status: "succeeded", result: "/profile/told.of", problem: null }
      yield* endOf(one, job)
      assert.deepStrictEqual(yield* toldOf(one), [told])
      assert.deepStrictEqual(yield* toldOf(two), [told])
      assert.deepStrictEqual(yield* toldOf(waits), [])
    }))

  it.effect("with the problem that it ended with", () =>
    Effect.gen(function*() {
      const front = yield* VendorFront
      const user = yield* listener
      front.says("told.failure", 503)
      front.hold("told.failure")
      const job = yield* begin(user, "told.failure")
      front.release("told.failure")
      yield* endOf(user, job)
      assert.deepStrictEqual((yield* toldOf(user)).map(({ problem, status }) => [status, problem]), [
        ["failed", "/problems/profile-temporarily-unavailable"]
      ])
    }))

  it.effect("as cancelled to whoever cancels it, and to nobody else who waits", () =>
    Effect.gen(function*() {
      const front = yield* VendorFront
      const [leaves, stays] = [yield* listener, yield* listener]
      front.hold("told.left")
      const job = yield* begin(leaves, "told.left")
      yield* begin(stays, "told.left")
      assert.strictEqual((yield* send(leaves, "DELETE", job.href)).status, 204)
      assert.deepStrictEqual((yield* toldOf(leaves)).map(({ id, status }) => [id, status]), [[job.id, "cancelled"]])
      assert.deepStrictEqual(yield* toldOf(stays), [])
      front.release("told.left")
      yield* endOf(stays, job)
      assert.deepStrictEqual((yield* toldOf(stays)).map(({ status }) => status), ["succeeded"])
      assert.lengthOf(yield* toldOf(leaves), 1)
    }))

  it.effect("of many names, whether it came to its end or was cancelled, once", () =>
    Effect.gen(function*() {
      const front = yield* VendorFront
      const user = yield* listener
      const done = (yield* send(user, "POST", "/jobs", { usernames: ["told.done"] })).json<{ id: string; href: string }>()
      yield* endOf(user, done)
      front.hold("told.stopped")
      const stopped = (yield* send(user, "POST", "/jobs", { usernames: ["told.stopped"] })).json<{ id: string; href: string }>()
      yield* until(Effect.sync(() => front.asked), (asked) => asked.includes("told.stopped"))
      for (let i = 0; i < 2; i++) assert.strictEqual((yield* send(user, "DELETE", stopped.href)).status, 204)
      front.release("told.stopped")
      assert.deepStrictEqual((yield* toldOf(user)).map(({ id, status, type }) => [id, type, status]), [
        [done.id, "bulk_lookup", "succeeded"],
        [stopped.id, "bulk_lookup", "cancelled"]
      ])
    }))
})

layer(testServices, { excludeTestServices: true })("the end of a fetch", (it) => {
  it.effect("that came before its caller was answered with a job is told then, once", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const fetches = yield* ProfileFetches
      const id = yield* insertUser
      yield* sql`INSERT INTO webhook_endpoints (user_id, url, events) VALUES (${id}, 'https://hooks.example.com/', '{job.finished}')`
      const [fetch] = yield* sql<{ id: FetchId }>`
        INSERT INTO profile_fetches (username, purpose, analysis_type, state, finished_at, problem)
        VALUES ('told.late', 'lookup', 'lookup', 'failed', now(), '{"kind":"not_found"}') RETURNING id`
      yield* sql`INSERT INTO profile_fetch_callers (fetch_id, user_id, asked_at) VALUES (${fetch!.id}, ${id}, now())`
      for (let i = 0; i < 2; i++) yield* fetches.goOn(fetch!.id, id)
      assert.deepStrictEqual((yield* toldOf({ id })).map(({ problem, status }) => [status, problem]), [
        ["failed", "/problems/profile-not-found"]
      ])
    }))
})
