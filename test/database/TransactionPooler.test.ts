import { assert, layer } from "@effect/vitest"
import { Context, Effect, Fiber, Layer, Redacted } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import * as Database from "../../src/database/Database.ts"
import type { BulkJobView } from "../../src/jobs/Job.ts"
import { send } from "../support/requests.ts"
import { TestApp } from "../support/TestApp.ts"
import { TestDatabase } from "../support/TestDatabase.ts"
import { transactionPooler } from "../support/transactionPooler.ts"
import { until } from "../support/until.ts"
import { VendorFront } from "../support/VendorFront.ts"

class Pooler extends Context.Service<Pooler, Effect.Success<ReturnType<typeof transactionPooler>>>()(
  "analytics-following/test/Pooler"
) {
  static readonly layer = Layer.effect(
    Pooler,
    Effect.flatMap(TestDatabase, ({ url }) => transactionPooler(Redacted.value(url)))
  )
}

/** The application has the pooler alone; the test looks at the database itself. */
const behindPooler = Layer.unwrap(Effect.gen(function*() {
  const { url } = yield* Pooler
  const direct = Layer.effectContext(Effect.context<TestDatabase | SqlClient | Database.ReadSql | Pooler>())
  return TestApp.layerOn(direct, { settings: { DATABASE_URL: url, DATABASE_PREPARE: "false", CREDITS_ENABLED: "true" } })
})).pipe(Layer.provideMerge(Pooler.layer), Layer.provideMerge(TestDatabase.layer))

layer(behindPooler, { excludeTestServices: true })("behind a pooler in transaction mode", (it) => {
  it.effect("nothing that is prepared in one transaction is there in the next: without the setting it fails", () =>
    Effect.gen(function*() {
      const { url } = yield* Pooler
      const asks = (prepare: boolean) =>
        Effect.gen(function*() {
          const sql = yield* SqlClient
          // Outside a transaction the driver prepares again what is not there.
          const once = sql.withTransaction(sql`SELECT count(*)::integer AS count FROM profiles WHERE username = ${"nobody"}`)
          for (let i = 0; i < 8; i++) yield* Effect.all([once, once, once], { concurrency: "unbounded" })
        }).pipe(Effect.provide(Layer.fresh(Database.writeLayer({ ...Database.localOptions(url), prepare }))), Effect.exit)
      assert.strictEqual((yield* asks(true))._tag, "Failure")
      assert.strictEqual((yield* asks(false))._tag, "Success")
    }))

  it.effect("a look-up, what it costs, its repeats, its lists and its job are what they are without one", () =>
    Effect.gen(function*() {
      const app = yield* TestApp
      const front = yield* VendorFront
      const user = yield* app.newUser
      const first = yield* user.get("/profile/pooled.one")
      assert.deepStrictEqual([first.status, first.headers.get("x-credits-charged")], [200, "25"])
      assert.strictEqual((yield* user.get("/profile/pooled.one")).text, first.text)
      for (const list of ["posts", "related", "mentions", "analytics", "history"]) {
        assert.strictEqual((yield* user.get(`/profile/pooled.one/${list}`)).status, 200, list)
      }
      const renewal = user.post("/profile/pooled.one/unlock", { "idempotency-key": "once" })
      assert.deepStrictEqual(
        [(yield* renewal).headers.get("x-credits-remaining"), (yield* renewal).headers.get("idempotency-replayed")],
        ["50", "true"]
      )
      front.hold("pooled.late")
      const job = (yield* user.get("/profile/pooled.late", { prefer: "wait=0" })).json<{ href: string }>()
      const joined = yield* Effect.forkChild(user.get("/profile/pooled.late"))
      yield* until(app.inFlight, (count) => count === 1)
      front.release("pooled.late")
      assert.strictEqual((yield* Fiber.join(joined)).status, 200)
      assert.strictEqual((yield* user.get(job.href)).json<{ status: string }>().status, "succeeded")
      assert.strictEqual((yield* user.get("/me/credits")).json<{ balance: number }>().balance, 25)
      assert.isAbove((yield* Pooler).mostSessions(), 1, "its transactions went to one session after the other")
    }))

  it.effect("a bulk job ends and can be cancelled, and what a user keeps is kept", () =>
    Effect.gen(function*() {
      const front = yield* VendorFront
      const user = yield* (yield* TestApp).newUser
      const jobAt = (href: string) => Effect.map(user.get(href), (answer) => answer.json<BulkJobView>())
      const made = (yield* send(user, "POST", "/jobs", { usernames: ["pooled.a", "pooled.b"] })).json<BulkJobView>()
      const done = yield* until(jobAt(made.href), (job) => job.finished_at !== null)
      assert.deepInclude(done.progress, { succeeded: 2, total: 2 })
      front.hold("pooled.c")
      const stopped = (yield* send(user, "POST", "/jobs", { usernames: ["pooled.c"] })).json<BulkJobView>()
      yield* until(Effect.sync(() => front.asked), (asked) => asked.includes("pooled.c"))
      assert.strictEqual((yield* send(user, "DELETE", stopped.href)).status, 204)
      front.release("pooled.c")
      assert.strictEqual((yield* jobAt(stopped.href)).status, "cancelled")
      assert.strictEqual((yield* send(user, "PUT", "/me/favorites/pooled.a", { tags: ["one"] })).status, 200)
      assert.strictEqual((yield* send(user, "POST", "/campaigns", { name: "Spring" })).status, 201)
      assert.lengthOf((yield* user.get("/me/favorites")).json<{ data: ReadonlyArray<unknown> }>().data, 1)
      assert.strictEqual((yield* user.get("/me/credits")).json<{ reserved: number }>().reserved, 0)
      assert.strictEqual((yield* user.get("/readyz")).status, 200)
    }))
})
