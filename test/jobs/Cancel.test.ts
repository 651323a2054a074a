import { assert, layer } from "@effect/vitest"
import { Clock, Effect } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { Jobs } from "../../src/jobs/Jobs.ts"
import { countedVendor } from "../support/CountedVendor.ts"
import { startProcess } from "../support/MortalProcess.ts"
import { MovableClock } from "../support/MovableClock.ts"
import { insertUser } from "../support/rows.ts"
import { TestDatabase } from "../support/TestDatabase.ts"
import { until } from "../support/until.ts"

layer(TestDatabase.layer, { excludeTestServices: true })("a job that is cancelled", (it) => {
  it.effect("is waited for no longer, whenever its process is killed: nobody is charged for what it would still have brought", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const clock = new MovableClock()
      const vendor = yield* Effect.provideService(countedVendor, Clock.Clock, clock)
      const states: Array<string> = []
      for (let statement = 0;; statement++) {
        const user = yield* insertUser
        const username = `cancelled.${statement}`
        vendor.plan(username, "silence")
        const process = yield* startProcess({
          database: (yield* TestDatabase).url,
          vendorUrl: vendor.url,
          number: statement,
          clock,
          // What it looks for by itself would count as statements of the call.
          settings: { JOBS_POLL_INTERVAL: "1 hour", JOBS_LEASE: "1 hour" }
        })
        yield* process.call(
          Jobs.use((jobs) => Effect.map(jobs.create(user, { usernames: [username], maxCredits: null }), () => {}))
        )
        yield* until(Effect.sync(() => vendor.calls), (calls) => calls.some((call) => call.username === username))
        const [job] = yield* sql<{ id: string }>`SELECT id FROM jobs WHERE user_id = ${user}`
        process.way.cutAt(statement, "unheard")
        const answer = yield* process.call(Jobs.use((jobs) => jobs.cancel(user, job!.id)))
        process.way.cut()
        yield* until(
          sql`SELECT 1 FROM pg_stat_activity WHERE pid = ANY (${[...process.way.backends]}::integer[])`,
          (left) => left.length === 0
        )
        const [found] = yield* sql<{ job: string; left: boolean; held: number }>`
          SELECT j.state AS job, c.left_at IS NOT NULL AS left, (SELECT reserved::integer FROM credit_accounts WHERE user_id = ${user}) AS held
          FROM jobs AS j, profile_fetch_callers AS c WHERE j.user_id = ${user} AND c.user_id = ${user}`
        yield* Effect.forkDetach(process.close)
        states.push(found!.job)
        assert.deepStrictEqual(
          found,
          found!.job === "cancelled" ? { job: "cancelled", left: true, held: 0 } : { job: "running", left: false, held: 25 },
          `killed after statement ${statement}`
        )
        if (answer !== undefined) break
      }
      assert.includeMembers(states, ["running", "cancelled"])
    }))
})
