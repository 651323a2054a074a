import { assert, layer } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { randomUUID } from "node:crypto"
import type { Report } from "../../src/alignment/Finding.ts"
import type { BulkJobView } from "../../src/jobs/Job.ts"
import type { Backlog, FetchOverview, JobOverview } from "../../src/jobs/JobOverview.ts"
import { newAdmin, type Page, send, walk } from "../support/requests.ts"
import { TestApp, vendorPassword } from "../support/TestApp.ts"
import { until } from "../support/until.ts"
import { VendorFront } from "../support/VendorFront.ts"

interface Vendor {
  readonly circuits: ReadonlyArray<{
    readonly failing: string
    readonly target: string | null
    readonly state: string
    readonly since: string | null
    readonly next_probe_at: string | null
  }>
  readonly places: { readonly shared_by: string; readonly limit: number; readonly in_use: number; readonly waiting: number }
  readonly spend: { readonly spent_micros: number; readonly forecast_micros: number; readonly ceiling_micros: number }
  readonly by_purpose: ReadonlyArray<{ readonly purpose: string; readonly calls: number; readonly billed_micros: number }>
}

const settings = { DECODO_DAILY_CEILING: "5", DECODO_PRICE_PER_SUCCESS: "0.002", DECODO_FLEET_CONCURRENCY: "7" }
const newUser = Effect.flatMap(TestApp, (app) => app.newUser)

const told = Effect.fnUntraced(function*(action: string) {
  const admin = yield* newAdmin
  return (yield* admin.get(`/admin/audit?action=${action}&limit=100`)).json<Page<Record<string, unknown>>>().data
})

layer(TestApp.layer({ settings }), { excludeTestServices: true })("administrators see", (it) => {
  it.effect("the vendor: its circuits, the places of the fleet, and what the day has cost against its ceiling", () =>
    Effect.gen(function*() {
      const front = yield* VendorFront
      const [admin, user] = [yield* newAdmin, yield* newUser]
      const vendor = Effect.map(admin.get("/admin/vendor"), (answer) => answer.json<Vendor>())
      yield* user.get("/profile/cost.one")
      yield* user.get("/profile/cost.two")
      const seen = yield* until(
        vendor,
        ({ by_purpose, spend }) => spend.spent_micros > 2000 && by_purpose.reduce((sum, { calls }) => sum + calls, 0) === 2
      )
      assert.deepStrictEqual(
        seen.by_purpose.map(({ billed_micros, calls, purpose }) => [purpose, calls, billed_micros]),
        [["lookup", 2, 4000]]
      )
      assert.deepInclude(seen.spend, { spent_micros: 4000, ceiling_micros: 5_000_000 })
      assert.isAtLeast(seen.spend.forecast_micros, 4000)
      assert.deepInclude(seen.places, { shared_by: "postgresql", limit: 7, in_use: 0, waiting: 0 })
      for (const circuit of seen.circuits) assert.deepInclude(circuit, { state: "closed", since: null, next_probe_at: null })

      front.hold("cost.held")
      const held = yield* Effect.forkChild(user.get("/profile/cost.held"))
      yield* until(vendor, ({ places }) => places.in_use === 1)
      front.release("cost.held")
      assert.strictEqual((yield* Fiber.join(held)).status, 200)

      for (let n = 0; n < 5; n++) {
        front.says(`cost.down${n}`, 401)
        yield* user.get(`/profile/cost.down${n}`)
      }
      const opened = (yield* vendor).circuits.find(({ state }) => state === "open")
      assert.deepInclude(opened, { failing: "credentials" })
      assert.isString(opened?.since)
      assert.isAbove(Date.parse(opened?.next_probe_at ?? ""), Date.parse(opened?.since ?? ""))

      const day = new Date().toISOString().slice(0, 10)
      const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10)
      const costs = (by: string, since = day, until = tomorrow) =>
        admin.get(`/admin/vendor/costs?since=${since}&until=${until}&by=${by}`)
      const byUser = yield* until(
        Effect.map(
          costs("user"),
          (answer) => answer.json<{ data: ReadonlyArray<{ user_id: string | null; billed_micros: number }> }>()
        ),
        ({ data }) => data.some(({ billed_micros, user_id }) => user_id === user.id && billed_micros === 6000)
      )
      const byDay = (yield* costs("day")).json<{ data: ReadonlyArray<object> }>()
      assert.deepInclude(byDay.data[0], { day, user_id: null, billed_micros: 6000, unknown_micros: 0 })
      assert.strictEqual((yield* costs("purpose")).status, 200)
      for (
        const wrong of [yield* costs("user", tomorrow, day), yield* costs("day", "2025-01-01", "2025-02-02"), yield* costs("who")]
      ) {
        assert.strictEqual(wrong.status, 400)
      }
      assert.deepStrictEqual((yield* told("costs.read")).map(({ subject_type, details }) => ({ subject_type, details }))[0], {
        subject_type: "users",
        details: { since: day, until: tomorrow }
      })
      assert.notInclude(JSON.stringify([yield* vendor, byUser]), vendorPassword)
    }))
})

layer(TestApp.layer(), { excludeTestServices: true })("administrators see", (it) => {
  it.effect("bulk jobs of all, by state, user and age; one is cancelled as its owner would, and that is told of", () =>
    Effect.gen(function*() {
      const front = yield* VendorFront
      const [admin, one, two] = [yield* newAdmin, yield* newUser, yield* newUser]
      front.hold("work.held")
      const ask = Effect.fnUntraced(function*(user: typeof one, usernames: ReadonlyArray<string>) {
        return (yield* send(user, "POST", "/jobs", { usernames })).json<BulkJobView>().id
      })
      const [held, done, other] = [
        yield* ask(one, ["work.held"]),
        yield* ask(two, ["work.done"]),
        yield* ask(one, ["work.other"])
      ]
      yield* until(two.get(`/jobs/${done}`), (answer) => answer.json<BulkJobView>().finished_at !== null)
      yield* until(one.get(`/jobs/${other}`), (answer) => answer.json<BulkJobView>().finished_at !== null)
      yield* until(one.get(`/jobs/${held}`), (answer) => answer.json<BulkJobView>().progress.running === 1)
      const list = (query: string) =>
        Effect.map(
          admin.get(`/admin/jobs?${query}`),
          (answer) => answer.json<Page<JobOverview>>().data.map(({ id }) => id as string)
        )
      assert.deepStrictEqual(yield* list(`user=${one.id}`), [other, held])
      assert.deepStrictEqual(yield* list("state=running"), [held])
      assert.deepStrictEqual(yield* list("created_before=2025-01-01T00:00:00Z"), [])
      assert.deepStrictEqual((yield* walk<JobOverview>(admin, "/admin/jobs?limit=1")).map(({ id }) => id as string), [
        other,
        done,
        held
      ])
      assert.notInclude((yield* admin.get("/admin/jobs")).text, "work.")

      const { data } = (yield* admin.get("/admin/fetches")).json<{ data: ReadonlyArray<FetchOverview> }>()
      assert.deepInclude(data.find(({ username }) => username === "work.held"), { purpose: "bulk", state: "running", callers: 1 })
      const backlog = (yield* admin.get("/admin/backlog")).json<Backlog>()
      assert.deepInclude(backlog.jobs, { queued: 0, running: 1 })
      assert.deepInclude(backlog.fetches, { queued: 0, running: 1 })
      assert.isAbove(backlog.fetches.oldest_seconds, 0)
      assert.deepInclude(backlog.queues.find(({ name }) => name === "profile_fetch"), {
        waiting: 0,
        running: 1,
        oldest_seconds: 0
      })

      const cancel = (id: string, reason: string) => send(admin, "POST", `/admin/jobs/${id}/cancel`, { reason })
      const cancelled = (yield* cancel(held, "asked for by its owner")).json<JobOverview>()
      assert.deepInclude(cancelled, { status: "cancelled", user_id: one.id })
      assert.strictEqual(cancelled.progress.cancelled, 1)
      front.release("work.held")
      assert.deepInclude((yield* cancel(held, "once more")).json<object>(), { status: "cancelled" })
      assert.deepInclude((yield* cancel(done, "too late")).json<object>(), { status: "finished" })
      const missing = yield* cancel(randomUUID(), "nothing")
      assert.deepStrictEqual([missing.status, missing.problem.type], [404, "/problems/job-not-found"])
      assert.strictEqual((yield* cancel(held, " ")).status, 400)
      assert.deepStrictEqual(
        (yield* told("job.cancel")).map(({ actor_user_id, details, subject_id }) => ({ actor_user_id, details, subject_id })),
        [{ actor_user_id: admin.id, details: { reason: "asked for by its owner" }, subject_id: held }]
      )
      assert.isNotEmpty(yield* told("job.list"))
    }))

  it.effect("the database's differences, with the SQL that mends each", () =>
    Effect.gen(function*() {
      const admin = yield* newAdmin
      const report = (yield* admin.get("/admin/schema")).json<Report>()
      assert.deepInclude(report, { status: "aligned", failure: null, findings: [] })
      assert.isString(report.checked_at)
    }))
})

layer(TestApp.layer({ settings: { SCHEMA_CHECK_INTERVAL: "50 millis" } }), { excludeTestServices: true })((it) => {
  it.effect("a difference of the database stands among them, until it is mended as they say", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const admin = yield* newAdmin
      const report = Effect.map(admin.get("/admin/schema"), (answer) => answer.json<Report>())
      yield* sql`DROP INDEX auth_users_latest_idx`
      const { findings } = yield* until(report, ({ status }) => status === "drifted")
      assert.deepStrictEqual(findings.map(({ code, object, relation, severity }) => [code, relation, object, severity]), [
        ["index_missing", "auth_users", "auth_users_latest_idx", "slow"]
      ])
      yield* sql.unsafe(findings[0]?.repair.steps[0]?.sql ?? "")
      yield* until(report, ({ status }) => status === "aligned")
    }))
})
