import { assert, layer } from "@effect/vitest"
import { Effect, Fiber, Latch, Layer } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { ReadSql } from "../../src/database/Database.ts"
import { instantOf } from "../../src/database/Instant.ts"
import { JobRepo } from "../../src/jobs/JobRepo.ts"
import { Username } from "../../src/profiles/Username.ts"
import { insertUser } from "../support/rows.ts"
import { TestDatabase } from "../support/TestDatabase.ts"
import { until } from "../support/until.ts"

layer(Layer.provideMerge(JobRepo.layer, TestDatabase.layer), { excludeTestServices: true })("the names of a bulk job", (it) => {
  it.effect("stay with their slot: one that a frozen process was about to end is done by whoever has the slot now, where that fails", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const read = yield* ReadSql
      const jobs = yield* JobRepo
      const user = yield* insertUser
      const job = yield* jobs.insert({ user_id: user, total: 1, max_credits: null }, instantOf(0))
      yield* jobs.insertItems(job.id, [Username.make("claimed.twice")])
      const item = yield* jobs.claimItem(job.id, 3)
      assert.strictEqual(item?.username, "claimed.twice")
      const [ending, dying] = [yield* Latch.make(), yield* Latch.make()]
      // The process that was frozen, in the transaction that ends the name; it dies before the commit.
      const frozen = yield* Effect.forkChild(Effect.exit(sql.withTransaction(Effect.gen(function*() {
        const end = { state: "failed", profile: null, source: null, reason: "not_found", charged: false } as const
        yield* jobs.endItem(item!, end, instantOf(0))
        yield* ending.open
        yield* dying.await
        return yield* Effect.fail("killed")
      }))))
      yield* ending.await
      const claiming = yield* Effect.forkChild(jobs.claimItem(job.id, 3))
      yield* until(
        read`SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
        (waiting) => waiting.length === 1 || claiming.pollUnsafe() !== undefined
      )
      yield* dying.open
      yield* Fiber.join(frozen)
      assert.strictEqual((yield* Fiber.join(claiming))?.username, "claimed.twice")
    }))
})
