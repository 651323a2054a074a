import { assert, layer } from "@effect/vitest"
import { Clock, Duration, Effect, Fiber } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { Profiles } from "../../src/profiles/Profiles.ts"
import { Username } from "../../src/profiles/Username.ts"
import { countedVendor } from "../support/CountedVendor.ts"
import { type MortalProcess, startProcess } from "../support/MortalProcess.ts"
import { MovableClock } from "../support/MovableClock.ts"
import { insertUser } from "../support/rows.ts"
import { TestDatabase } from "../support/TestDatabase.ts"
import { until } from "../support/until.ts"

layer(TestDatabase.layer, { excludeTestServices: true })("in the asynchronous mode a fetch whose process is killed", (it) => {
  const begun = Effect.fnUntraced(function*(name: string) {
    const { url: database } = yield* TestDatabase
    const clock = new MovableClock()
    const vendor = yield* Effect.provideService(countedVendor, Clock.Clock, clock)
    const user = yield* insertUser
    const start = (number: number) =>
      startProcess({
        database,
        vendorUrl: vendor.url,
        number,
        clock,
        settings: { DECODO_MODE: "async", JOBS_LEASE: "5 seconds" }
      })
    const look = (process: MortalProcess) =>
      process.call(
        Profiles.use((profiles) =>
          profiles.lookup({ user, username: Username.make(name), wait: Duration.seconds(60), force: false })
        )
      )
    return { vendor, user, start, look }
  })

  /** One task at the vendor, whose result is kept, stored, charged and metered once. */
  const isOneBill = Effect.fnUntraced(function*(name: string, user: string) {
    const sql = yield* SqlClient
    const answers = yield* sql`SELECT task_id FROM vendor_answers WHERE username = ${name} AND stored_at IS NOT NULL`
    const tasks = yield* sql`SELECT task_id FROM vendor_tasks WHERE query = ${name}`
    assert.lengthOf(tasks, 1)
    assert.deepStrictEqual(answers, tasks)
    assert.lengthOf(yield* sql`SELECT 1 FROM user_profile_access WHERE user_id = ${user}`, 1)
    assert.lengthOf(yield* sql`SELECT 1 FROM credit_entries WHERE user_id = ${user} AND kind = 'charge'`, 1)
    const fetches = yield* sql`SELECT state, attempts FROM profile_fetches WHERE username = ${name}`
    assert.deepStrictEqual(fetches, [{ state: "succeeded", attempts: 2 }])
  })

  it.effect("while the vendor works on its task goes on with the same task in another process: one bill", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const { look, start, user, vendor } = yield* begun("task.under.way")
      const dies = yield* start(0)
      const asking = yield* Effect.forkChild(look(dies))
      yield* until(sql`SELECT 1 FROM vendor_tasks WHERE query = 'task.under.way'`, (found) => found.length === 1)
      dies.way.cut()
      assert.isUndefined(yield* Fiber.join(asking))
      const lives = yield* start(1)
      const answer = yield* look(lives)
      assert.strictEqual(answer?._tag, "Success")
      assert.lengthOf(vendor.calls, 1)
      yield* isOneBill("task.under.way", user)
      yield* Effect.forkDetach(Effect.all([dies.close, lives.close]))
    }))

  it.effect("when the result has come and is not kept yet has it again from the vendor, for nothing", () =>
    Effect.gen(function*() {
      const { look, start, user, vendor } = yield* begun("task.answered")
      const dies = yield* start(0)
      vendor.killAtCall(0, "answered", dies.way.cut)
      assert.isUndefined(yield* look(dies))
      const lives = yield* start(1)
      assert.strictEqual((yield* look(lives))?._tag, "Success")
      assert.lengthOf(vendor.calls, 1)
      yield* isOneBill("task.answered", user)
      yield* Effect.forkDetach(Effect.all([dies.close, lives.close]))
    }))
})
