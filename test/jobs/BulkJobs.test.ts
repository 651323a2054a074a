import { assert, layer } from "@effect/vitest"
import { Effect, Layer, Redacted } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import * as App from "../../src/app.ts"
import type { BulkJobView, JobItemView } from "../../src/jobs/Job.ts"
import { TaskCollection } from "../../src/profiles/TaskCollection.ts"
import { VendorSimulator } from "../../src/sandbox/vendor/VendorSimulator.ts"
import { readSettings } from "../../src/settings/Settings.ts"
import { searchesOf } from "../support/search.ts"
import { TestApp, type TestUser } from "../support/TestApp.ts"
import { TestDatabase } from "../support/TestDatabase.ts"
import { until } from "../support/until.ts"
import { VendorFront } from "../support/VendorFront.ts"

interface Items {
  readonly data: ReadonlyArray<JobItemView>
  readonly page: { readonly next_cursor: string | null }
}

const create = Effect.fnUntraced(function*(user: TestUser, body: object) {
  const app = yield* TestApp
  return yield* app.call({
    method: "POST",
    path: "/jobs",
    headers: { authorization: `Bearer ${user.token}`, "content-type": "application/json" },
    body: JSON.stringify(body)
  })
})

const remove = Effect.fnUntraced(function*(user: TestUser, path: string) {
  const app = yield* TestApp
  return yield* app.call({ method: "DELETE", path, headers: { authorization: `Bearer ${user.token}` } })
})

const jobAt = (user: TestUser, href: string) => Effect.map(user.get(href), (answer) => answer.json<BulkJobView>())
const itemsOf = (user: TestUser, job: BulkJobView) =>
  Effect.map(user.get(`${job.items_href}?limit=100`), (a) => a.json<Items>().data)
const ended = (user: TestUser, job: BulkJobView) => until(jobAt(user, job.href), (now) => now.finished_at !== null)

layer(TestApp.layer(), { excludeTestServices: true })("a bulk job", (it) => {
  const asked = (username: string) => Effect.map(VendorFront, (front) => front.asked.filter((name) => name === username).length)

  it.effect("looks each name up once, normalised, with the user's window and record; fresh ones cost no call", () =>
    Effect.gen(function*() {
      const user = yield* (yield* TestApp).newUser
      const other = yield* (yield* TestApp).newUser
      yield* other.get("/profile/bulk.fresh")
      const answer = yield* create(user, {
        usernames: ["bulk.one", "@Bulk.One", "https://www.instagram.com/bulk.two/", "bulk.fresh", "sim.gone_bulk"]
      })
      assert.strictEqual(answer.status, 202)
      const made = answer.json<BulkJobView>()
      assert.strictEqual(answer.headers.get("location"), made.href)
      assert.deepStrictEqual([made.status, made.progress.total, made.progress.queued], ["queued", 4, 4])

      const done = yield* ended(user, made)
      assert.deepStrictEqual(done.progress, {
        total: 4,
        queued: 0,
        running: 0,
        succeeded: 3,
        failed: 1,
        skipped: 0,
        cancelled: 0
      })
      const items = yield* itemsOf(user, made)
      assert.deepStrictEqual(items.map(({ reason, source, state, username }) => [username, state, source, reason]), [
        ["bulk.one", "succeeded", "vendor", null],
        ["bulk.two", "succeeded", "vendor", null],
        ["bulk.fresh", "succeeded", "database", null],
        ["sim.gone_bulk", "failed", null, "not_found"]
      ])
      assert.isNumber(items[0]?.profile?.followers_count)
      for (const name of ["bulk.one", "bulk.two", "bulk.fresh", "sim.gone_bulk"]) assert.strictEqual(yield* asked(name), 1)
      assert.strictEqual((yield* user.get("/profile/bulk.one/posts")).status, 200, "the window is open")
      const searches = (yield* searchesOf("bulk.fresh")).filter((row) => row.user_id === user.id)
      assert.deepStrictEqual(searches.map((row) => [row.analysis_type, row.data_source]), [["bulk", "database"]])
      assert.lengthOf((yield* searchesOf("bulk.one")).filter((row) => row.user_id === user.id), 1)
      const [only] = (yield* user.get("/jobs")).json<{ data: ReadonlyArray<BulkJobView> }>().data
      assert.deepStrictEqual(only, done)
    }))

  it.effect("shows what has ended while the rest goes on, as items, as CSV and as events that go on where they were lost", () =>
    Effect.gen(function*() {
      const app = yield* TestApp
      const user = yield* app.newUser
      const front = yield* VendorFront
      front.hold("part.late")
      const made = (yield* create(user, { usernames: ["part.first", "part.late"] })).json<BulkJobView>()
      yield* until(jobAt(user, made.href), (job) => job.progress.succeeded === 1)
      const items = yield* itemsOf(user, made)
      assert.deepStrictEqual(items.map(({ state }) => state), ["succeeded", "running"])
      const csv = (yield* user.get(`${made.href}/export`)).text.split("\r\n")
      assert.lengthOf(csv, 4, "a header, two lines, and the end of the last")
      assert.match(csv[1] ?? "", /^part\.first,succeeded,,vendor,0,/)

      const abort = new AbortController()
      const events = (after: string, signal?: AbortSignal) =>
        fetch(app.url + made.events_href, {
          headers: { authorization: `Bearer ${user.token}`, "last-event-id": after },
          ...(signal === undefined ? {} : { signal })
        })
      const first = yield* Effect.promise(async () => {
        const reader = (await events("0", abort.signal)).body?.getReader()
        return new TextDecoder().decode((await reader?.read())?.value)
      })
      abort.abort()
      assert.match(first, /^id: 1\nevent: item\ndata: \{"username":"part\.first","state":"succeeded"/)
      front.release("part.late")
      const rest = yield* Effect.promise(() => events("1").then((answer) => answer.text()))
      assert.deepStrictEqual([...rest.matchAll(/^id: (\d+)\nevent: (\w+)$/gm)].map(([, id, event]) => [id, event]), [
        ["2", "item"],
        ["3", "ended"]
      ])
      const again = yield* Effect.promise(() => events("3").then((answer) => answer.text()))
      assert.match(again, /^id: 3\nevent: ended\n/)
    }))

  it.effect("can be cancelled: what is done stays, nothing more is begun, and a fetch that others wait for goes on", () =>
    Effect.gen(function*() {
      const app = yield* TestApp
      const [user, other] = [yield* app.newUser, yield* app.newUser]
      const front = yield* VendorFront
      for (const name of ["stop.alone", "stop.shared"]) front.hold(name)
      const made = (yield* create(user, { usernames: ["stop.done", "stop.alone", "stop.shared"] })).json<BulkJobView>()
      yield* until(jobAt(user, made.href), (job) => job.progress.succeeded === 1 && job.progress.running === 2)
      yield* until(Effect.sync(() => front.asked), (names) => names.includes("stop.alone") && names.includes("stop.shared"))
      const shared = (yield* other.get("/profile/stop.shared", { prefer: "wait=0" })).json<{ href: string }>()
      assert.strictEqual((yield* remove(user, made.href)).status, 204)
      const job = yield* jobAt(user, made.href)
      assert.deepStrictEqual([job.status, job.progress.succeeded, job.progress.cancelled], ["cancelled", 1, 2])
      front.release("stop.alone")
      front.release("stop.shared")
      yield* until(jobAt(other, shared.href), ({ finished_at }) => finished_at !== null)
      assert.strictEqual((yield* other.get("/profile/stop.shared")).status, 200)
      const sql = yield* SqlClient
      assert.deepStrictEqual(yield* sql`SELECT state FROM profile_fetches WHERE username = 'stop.alone'`, [{
        state: "cancelled"
      }])
      assert.lengthOf(yield* sql`SELECT 1 FROM user_profile_access WHERE user_id = ${user.id}`, 1)
      assert.deepStrictEqual((yield* itemsOf(user, made)).map(({ state }) => state), ["succeeded", "cancelled", "cancelled"])
    }))

  it.effect("ends with a name that a fault of ours has ended, and goes on with the others", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const user = yield* (yield* TestApp).newUser
      const front = yield* VendorFront
      front.hold("our.fault")
      const made = (yield* create(user, { usernames: ["our.fault", "fine.too"] })).json<BulkJobView>()
      yield* until(Effect.sync(() => front.asked), (names) => names.includes("our.fault"))
      yield* sql`
        WITH ended AS (
          UPDATE profile_fetches SET state = 'failed', finished_at = now() WHERE username = 'our.fault' RETURNING id
        ) SELECT pg_notify('profile_fetches', id::text) FROM ended`
      assert.strictEqual((yield* ended(user, made)).status, "finished")
      assert.deepStrictEqual((yield* itemsOf(user, made)).map(({ reason, state }) => [state, reason]), [
        ["failed", "internal_error"],
        ["succeeded", null]
      ])
      front.release("our.fault")
    }))

  it.effect("is nobody else's, and refuses names that are none, naming each", () =>
    Effect.gen(function*() {
      const app = yield* TestApp
      const [user, other] = [yield* app.newUser, yield* app.newUser]
      const bad = yield* create(user, { usernames: ["fine", "not a name", "so/not"] })
      assert.strictEqual(bad.status, 400)
      assert.deepStrictEqual(
        bad.json<{ errors: ReadonlyArray<{ path: ReadonlyArray<unknown> }> }>().errors.map(({ path }) => path),
        [["usernames", 1], ["usernames", 2]]
      )
      assert.strictEqual((yield* create(user, { usernames: [] })).status, 400)
      const made = (yield* create(user, { usernames: ["mine.only"] })).json<BulkJobView>()
      for (const path of [made.href, made.items_href, `${made.href}/export`, made.events_href]) {
        assert.strictEqual((yield* other.get(path)).status, 404)
      }
      assert.strictEqual((yield* remove(other, made.href)).status, 404)
      assert.strictEqual((yield* ended(user, made)).status, "finished")
    }))
})

layer(TestApp.layer(), { excludeTestServices: true })("the job of one look-up", (it) => {
  it.effect("is cancelled by its last caller, whose name can then be asked for anew", () =>
    Effect.gen(function*() {
      const app = yield* TestApp
      const [one, two] = [yield* app.newUser, yield* app.newUser]
      const front = yield* VendorFront
      front.hold("leave.me")
      const { href } = (yield* one.get("/profile/leave.me", { prefer: "wait=0" })).json<{ href: string }>()
      yield* two.get("/profile/leave.me", { prefer: "wait=0" })
      assert.strictEqual((yield* remove(one, href)).status, 204)
      assert.strictEqual((yield* two.get(href)).json<{ status: string }>().status, "running")
      assert.strictEqual((yield* remove(two, href)).status, 204)
      assert.strictEqual((yield* two.get(href)).json<{ status: string }>().status, "cancelled")
      front.release("leave.me")
      assert.strictEqual((yield* one.get("/profile/leave.me")).status, 200)
    }))
})

const asynchronous = TestApp.layer({
  settings: { DECODO_MODE: "async", DECODO_DAILY_CEILING: "1", CREDITS_ENABLED: "true" }
})

layer(asynchronous, { excludeTestServices: true })("a bulk job in the asynchronous mode", (it) => {
  it.effect("orders its names together: only what is not had already, is wanted and can be paid", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const [user, other] = [yield* (yield* TestApp).newUser, yield* (yield* TestApp).newUser]
      const front = yield* VendorFront
      yield* other.get("/profile/order.fresh")
      yield* other.get("/profile/sim.gone_order")
      front.hold("order.busy")
      yield* other.get("/profile/order.busy", { prefer: "wait=0" })
      yield* until(Effect.sync(() => front.asked), (names) => names.includes("order.busy"))
      const before = front.asked.length

      // A new account has 100 credits, and each costs 25: four of them.
      const names = ["fresh", "busy", ...Array.from({ length: 30 }, (_, i) => i)].map((name) => `order.${name}`)
      const made = (yield* create(user, { usernames: ["sim.gone_order", ...names] })).json<BulkJobView>()
      yield* until(jobAt(user, made.href), ({ progress }) => progress.succeeded + progress.failed >= 30)
      front.release("order.busy")
      assert.strictEqual((yield* ended(user, made)).progress.succeeded, 4)
      const items = yield* itemsOf(user, made)
      assert.deepInclude(items[0], { username: "sim.gone_order", reason: "not_found" })
      for (const { reason, state } of items.slice(1)) {
        assert.include(["succeeded null", "failed credits_required"], `${state} ${reason}`)
      }
      const asked = front.asked.slice(before)
      assert.lengthOf(new Set(asked), asked.length, "none is asked for twice")
      const got = items.filter(({ source, state }) => state === "succeeded" && source === "vendor").map(({ username }) =>
        username
      )
      assert.sameMembers(
        asked,
        got.filter((name) => name !== "order.busy"),
        "and none that was not paid, or was there"
      )
      assert.isNotEmpty(front.batches)
      for (const batch of front.batches) assert.isAtMost(batch.length, 5, "an eighth of the job")
      const [account] = yield* sql`SELECT balance::integer, reserved::integer FROM credit_accounts WHERE user_id = ${user.id}`
      assert.deepStrictEqual(account, { balance: 0, reserved: 0 })
    }))

  it.effect(
    "is cancelled: what it had ordered is collected for nobody, and nothing is ordered again",
    () =>
      Effect.gen(function*() {
        const app = yield* TestApp
        const sql = yield* SqlClient
        const front = yield* VendorFront
        const simulator = yield* VendorSimulator
        const user = yield* app.newUser
        const before = front.batches.length
        const usernames = Array.from({ length: 16 }, (_, i) => `sim.pending.3_${i}`)
        const made = (yield* create(user, { usernames })).json<BulkJobView>()
        yield* until(Effect.sync(() => front.batches), (batches) => batches.length > before)
        assert.strictEqual((yield* remove(user, made.href)).status, 204)
        yield* until(sql`SELECT 1 FROM profile_fetches WHERE finished_at IS NULL`, (rows) => rows.length === 0)
        const left = sql<{ query: string }>`
        SELECT query FROM vendor_tasks WHERE answered_at IS NULL AND ended_at IS NULL AND task_id IS NOT NULL`
        const ordered = yield* until(left, (rows) => rows.length > 0)

        const { billed } = yield* simulator.stats
        const windows = sql`SELECT profile_id FROM user_profile_access WHERE user_id = ${user.id}`
        const opened = yield* windows
        yield* sql`UPDATE vendor_tasks SET submitted_at = submitted_at - interval '16 minutes'`
        const settings = yield* Effect.fromResult(readSettings({
          DATABASE_URL: Redacted.value((yield* TestDatabase).url),
          SUPABASE_URL: "http://127.0.0.1:1",
          SUPABASE_ANON_KEY: "none",
          SMARTPROXY_USERNAME: "none",
          SMARTPROXY_PASSWORD: "none",
          DECODO_BASE_URL: front.url,
          JOBS_CONCURRENCY: "0"
        }))
        const collection = TaskCollection.layerNoDeps.pipe(Layer.provide(App.services(settings)))
        assert.strictEqual(yield* Effect.provide(TaskCollection.use(({ round }) => round), collection), ordered.length)
        yield* until(left, (rows) => rows.length === 0)
        assert.strictEqual((yield* simulator.stats).billed, billed, "it was charged when it was done")
        const names = ordered.map(({ query }) => query)
        yield* until(sql`SELECT 1 FROM profiles WHERE username = ANY (${names}::text[])`, (rows) => rows.length === names.length)
        assert.deepStrictEqual(yield* windows, opened)
      }),
    120_000
  )
})

layer(asynchronous, { excludeTestServices: true })("a bulk job in the asynchronous mode, alone", (it) => {
  it.effect("looks the same job up once more without a call, and is metered by what came", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const simulator = yield* VendorSimulator
      const user = yield* (yield* TestApp).newUser
      // Two for each part of the job; the account pays for four.
      const usernames = [
        "sim.613_meter",
        "sim.gone_meter",
        "sim.empty_meter",
        "sim.faulted_meter",
        ...Array.from({ length: 12 }, (_, i) => `meter.${i}`)
      ]
      for (let i = 0; i < 2; i++) {
        const { progress } = yield* ended(user, (yield* create(user, { usernames })).json<BulkJobView>())
        assert.strictEqual(progress.succeeded, 4)
      }
      const { billed } = yield* simulator.stats
      const [metered] = yield* until(
        sql<{ billed: number; cost: number }>`
          SELECT count(*) FILTER (WHERE billed = 'yes')::integer AS billed, sum(cost_micros)::integer AS cost FROM vendor_calls`,
        ([row]) => row?.billed === billed
      )
      assert.deepStrictEqual(metered, { billed, cost: billed * 1_000 })
    }), 120_000)
})
