import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { randomUUID } from "node:crypto"
import { instantOf } from "../../src/database/Instant.ts"
import { Transaction } from "../../src/database/Transaction.ts"
import { ProfileId } from "../../src/profiles/Profile.ts"
import { UserId } from "../../src/users/UserId.ts"
import { DeliveryRepo } from "../../src/webhooks/DeliveryRepo.ts"
import { Outbox } from "../../src/webhooks/Outbox.ts"
import { planOf, sentLayer } from "../support/plans.ts"
import { TestDatabase } from "../support/TestDatabase.ts"

const sent: Parameters<typeof sentLayer>[0] = []
const rooms = Layer.mergeAll(Outbox.layer, DeliveryRepo.layer).pipe(
  Layer.provideMerge(Transaction.layer),
  Layer.provideMerge(sentLayer(sent)),
  Layer.provideMerge(TestDatabase.layer)
)

const users = 20_000
const userOf = (n: number) => UserId.make(`00000000-0000-4000-8000-${String(n).padStart(12, "0")}`)
const [unknown, usual, famous] = [1, 2, 3].map((n) => ProfileId.make(`10000000-0000-4000-8000-00000000000${n}`))

/** Every hundredth user has a webhook. The usual profile is unlocked by ten users, the famous one by all. */
const filled = Effect.gen(function*() {
  const sql = yield* SqlClient
  yield* sql.withTransaction(Effect.gen(function*() {
    yield* sql`SET LOCAL session_replication_role = replica`
    yield* sql`INSERT INTO auth_users (id) SELECT ('00000000-0000-4000-8000-' || lpad(i::text, 12, '0'))::uuid FROM generate_series(1, ${users}) AS i`
    yield* sql`INSERT INTO user_profiles (user_id) SELECT id FROM auth_users`
    yield* sql`INSERT INTO profiles (id, username, raw_data) SELECT ('10000000-0000-4000-8000-' || lpad(i::text, 12, '0'))::uuid, 'p' || i, '{}' FROM generate_series(1, 20000) AS i`
    yield* sql`
      INSERT INTO user_profile_access (user_id, profile_id, granted_at, expires_at)
      SELECT u.id, ${famous}::uuid, now(), now() + interval '20 days' FROM auth_users AS u`
    yield* sql`
      INSERT INTO user_profile_access (user_id, profile_id, granted_at, expires_at)
      SELECT ('00000000-0000-4000-8000-' || lpad(((i * 10 + j * 97) % ${users} + 1)::text, 12, '0'))::uuid,
        ('10000000-0000-4000-8000-' || lpad(i::text, 12, '0'))::uuid, now(), now() + interval '20 days'
      FROM generate_series(4, 20000) AS i, generate_series(1, 3) AS j ON CONFLICT DO NOTHING`
    yield* sql`
      INSERT INTO user_profile_access (user_id, profile_id, granted_at, expires_at)
      SELECT ('00000000-0000-4000-8000-' || lpad(i::text, 12, '0'))::uuid, ${usual}::uuid, now(), now() + interval '20 days'
      FROM generate_series(101, 110) AS i`
    yield* sql`
      INSERT INTO webhook_endpoints (user_id, url, events)
      SELECT ('00000000-0000-4000-8000-' || lpad((i * 100)::text, 12, '0'))::uuid, 'https://hooks.example.com/', '{profile.refreshed}'
      FROM generate_series(1, ${users / 100}) AS i`
  }))
  for (const table of ["auth_users", "user_profiles", "user_profile_access", "webhook_endpoints"]) {
    yield* sql.unsafe(`VACUUM ANALYZE ${table}`)
  }
})

const refreshed = (profile: ProfileId | undefined) =>
  Outbox.use((outbox) =>
    outbox.emit({
      type: "profile.refreshed",
      data: {
        profile_id: profile ?? ProfileId.make(randomUUID()),
        username: "p",
        data_version: 1,
        refreshed_at: instantOf(0),
        href: "/profile/p"
      }
    })
  )

layer(rooms, { excludeTestServices: true, timeout: "2 minutes" })("with 200 webhooks, 20,000 users and 80,000 windows", (it) => {
  it.effect("a refresh that nobody hears of touches a handful of pages and writes none", () =>
    Effect.gen(function*() {
      yield* filled
      const sql = yield* SqlClient
      const figures: Record<string, unknown> = {}
      for (const [name, profile] of Object.entries({ unknown, usual })) {
        const plan = yield* planOf(sent, refreshed(profile))
        figures[name] = plan
        assert.isAtMost(plan.pages, 60, `${name}: ${plan.steps}`)
        assert.notInclude(plan.steps, "Seq Scan user_profile_access", name)
      }
      figures["famous"] = yield* planOf(sent, refreshed(famous))
      const job = yield* planOf(
        sent,
        Outbox.use((outbox) =>
          outbox.emit({
            type: "job.finished",
            user: userOf(7),
            data: {
              job_id: "j",
              type: "profile_lookup",
              status: "failed",
              finished_at: instantOf(0),
              href: "/jobs/j",
              result_href: null,
              problem: null
            }
          })
        )
      )
      figures["user"] = job
      assert.isAtMost(job.pages, 10, job.steps)
      const rows = yield* sql<{ event: string; n: number }>`SELECT event, count(*)::int AS n FROM webhook_deliveries GROUP BY 1`
      yield* Effect.logInfo("plans", JSON.stringify({ figures, rows }))
      assert.deepStrictEqual(rows.map(({ event }) => event), ["profile.refreshed"])
    }))

  it.effect("a claim looks at what is due, and passes over an endpoint that is full by its index", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      yield* sql`DELETE FROM webhook_deliveries`
      yield* sql`
        INSERT INTO webhook_deliveries (endpoint_id, user_id, event, payload, created_at)
        SELECT id, user_id, 'webhook.ping', '{}', now() FROM webhook_endpoints, generate_series(1, 200)`
      yield* sql`UPDATE webhook_deliveries SET status = 'succeeded', next_attempt_at = NULL, delivered_at = now()
        WHERE id IN (SELECT id FROM webhook_deliveries LIMIT 39000)`
      yield* sql.unsafe("VACUUM ANALYZE webhook_deliveries")
      const repo = yield* DeliveryRepo
      const now = instantOf(Date.now() + 1000)
      const claim = { lease: randomUUID(), now, leaseEnds: instantOf(Date.now() + 61_000), limit: 32, perEndpoint: 4 }
      sent.length = 0
      yield* repo.claim(claim)
      const statement = sent.at(-1)
      assert(statement !== undefined)
      const plan = (yield* sql.unsafe<{ "QUERY PLAN": string }>(
        `EXPLAIN (ANALYZE, BUFFERS, TIMING OFF) ${statement.text}`,
        statement.parameters
      )).map((row) => row["QUERY PLAN"]).join("\n")
      yield* Effect.logInfo("claim", plan)
      assert.include(plan, "webhook_deliveries_due_idx")
      assert.include(plan, "webhook_deliveries_leased_idx")
      assert.notInclude(plan, "Seq Scan on webhook_deliveries")
    }))
})
