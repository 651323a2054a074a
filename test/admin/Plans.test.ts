import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { JobOverviewRepo } from "../../src/jobs/JobOverviewRepo.ts"
import { StandingRepo } from "../../src/users/StandingRepo.ts"
import { planOf, sentLayer } from "../support/plans.ts"
import { TestDatabase } from "../support/TestDatabase.ts"

const sent: Parameters<typeof sentLayer>[0] = []
const repos = Layer.mergeAll(StandingRepo.layer, JobOverviewRepo.layer).pipe(
  Layer.provideMerge(sentLayer(sent)),
  Layer.provideMerge(TestDatabase.layer)
)

/** Of 20,000 users one in a thousand is an administrator, and another one suspended; of as many jobs and fetches twenty are under way. */
const filled = Effect.gen(function*() {
  const sql = yield* SqlClient
  yield* sql.withTransaction(Effect.gen(function*() {
    yield* sql`SET LOCAL session_replication_role = replica`
    yield* sql`
      INSERT INTO auth_users (id, created_at)
      SELECT gen_random_uuid(), now() - i * interval '1 minute' FROM generate_series(1, 20000) AS i`
    yield* sql`
      INSERT INTO user_profiles (user_id, role, status)
      SELECT id, CASE WHEN n % 1000 = 0 THEN 'admin' ELSE 'user' END, CASE WHEN n % 1000 = 1 THEN 'suspended' ELSE 'active' END
      FROM (SELECT id, row_number() OVER (ORDER BY created_at) AS n FROM auth_users) AS u`
    yield* sql`
      INSERT INTO jobs (user_id, total, state, created_at, finished_at)
      SELECT id, 1, CASE WHEN n % 1000 = 2 THEN 'running' ELSE 'finished' END, created_at, CASE WHEN n % 1000 = 2 THEN NULL ELSE now() END
      FROM (SELECT id, created_at, row_number() OVER (ORDER BY created_at) AS n FROM auth_users) AS u`
    yield* sql`
      INSERT INTO profile_fetches (username, purpose, analysis_type, state, created_at, finished_at)
      SELECT 'u' || i, 'lookup', 'lookup', CASE WHEN i % 1000 = 3 THEN 'running' ELSE 'succeeded' END, now() - i * interval '1 minute',
        CASE WHEN i % 1000 = 3 THEN NULL ELSE now() END
      FROM generate_series(1, 20000) AS i`
  }))
  for (const table of ["auth_users", "user_profiles", "jobs", "profile_fetches"]) yield* sql.unsafe(`VACUUM ANALYZE ${table}`)
})

const page = { after: undefined, limit: 26 }
const users = { email: undefined, role: undefined, status: undefined }
const jobs = { state: undefined, user: undefined, createdBefore: undefined }

layer(repos, { excludeTestServices: true, timeout: "2 minutes" })("with 20,000 users, jobs and fetches", (it) => {
  it.effect("a page of what administrators list touches what it shows, by its index, and no table is read through", () =>
    Effect.gen(function*() {
      yield* filled
      const standings = yield* StandingRepo
      const overview = yield* JobOverviewRepo
      const latest = yield* planOf(sent, standings.list(users, page))
      assert.include(latest.steps, "auth_users_latest_idx")
      assert.isAtMost(latest.pages, 200, latest.steps)
      const admins = yield* planOf(sent, standings.list({ ...users, role: "admin" }, page))
      assert.include(admins.steps, "user_profiles_admins_idx")
      assert.isAtMost(admins.pages, 120, admins.steps)
      const suspended = yield* planOf(sent, standings.list({ ...users, status: "suspended" }, page))
      assert.include(suspended.steps, "user_profiles_suspended_idx")
      assert.isAtMost(suspended.pages, 120, suspended.steps)
      const all = yield* planOf(sent, overview.list(jobs, page))
      assert.include(all.steps, "jobs_all_latest_idx")
      assert.isAtMost(all.pages, 150, all.steps)
      const running = yield* planOf(sent, overview.list({ ...jobs, state: "running" }, page))
      assert.include(running.steps, "jobs_under_way_idx")
      assert.isAtMost(running.pages, 120, running.steps)
      const fetches = yield* planOf(sent, overview.fetches(25))
      assert.include(fetches.steps, "profile_fetches_finished_at_idx")
      assert.isAtMost(fetches.pages, 120, fetches.steps)
      const backlog = yield* planOf(sent, overview.backlog)
      for (const table of ["jobs", "profile_fetches", "webhook_deliveries"]) assert.notInclude(backlog.steps, `Seq Scan ${table}`)
      assert.isAtMost(backlog.pages, 120, backlog.steps)
      yield* Effect.logInfo("pages", {
        latest: latest.pages,
        admins: admins.pages,
        suspended: suspended.pages,
        all: all.pages,
        running: running.pages,
        fetches: fetches.pages,
        backlog: backlog.pages
      })
    }))
})
