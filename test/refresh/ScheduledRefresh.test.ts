import { assert, layer } from "@effect/vitest"
import { Clock, Context, Duration, Effect, Layer } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { instantOf } from "../../src/database/Instant.ts"
import { Transaction } from "../../src/database/Transaction.ts"
import { FetchId, ProfileFetch } from "../../src/profiles/ProfileFetch.ts"
import { ProfileFetches } from "../../src/profiles/ProfileFetches.ts"
import { RefreshRepo } from "../../src/refresh/RefreshRepo.ts"
import { ScheduledRefresh } from "../../src/refresh/ScheduledRefresh.ts"
import { MovableClock } from "../support/MovableClock.ts"
import { planOf, sentLayer } from "../support/plans.ts"
import { insertUser } from "../support/rows.ts"
import { TestApp } from "../support/TestApp.ts"
import { TestDatabase } from "../support/TestDatabase.ts"
import { until } from "../support/until.ts"
import { VendorFront } from "../support/VendorFront.ts"

const joined: Array<readonly [username: string, caller: unknown]> = []

/** Notes what is begun, and begins nothing. */
const fetches = Layer.mock(ProfileFetches, {
  join: (username, caller, { purpose }) =>
    Effect.map(Clock.currentTimeMillis, (now) => {
      joined.push([username, caller])
      return new ProfileFetch({
        id: FetchId.make("00000000-0000-4000-8000-000000000001"),
        username,
        purpose,
        analysis_type: "refresh",
        state: "queued",
        attempts: 0,
        created_at: instantOf(now),
        started_at: null,
        finished_at: null,
        profile_id: null,
        problem: null
      })
    })
})

const sent: Parameters<typeof sentLayer>[0] = []
const database = Layer.merge(RefreshRepo.layer, Transaction.layer).pipe(
  Layer.provideMerge(TestDatabase.layer)
)

/** One of the fleet's processes. */
const scheduler = (dailyBudget: number) =>
  Effect.map(
    Layer.build(
      ScheduledRefresh.layerNoDeps({ dailyBudget, interval: Duration.hours(6), freshFor: Duration.hours(24) }).pipe(
        Layer.provide(fetches)
      )
    ),
    Context.get(ScheduledRefresh)
  )

/** A profile stored so many hours ago. */
const profile = Effect.fnUntraced(function*(username: string, hours: number) {
  const sql = yield* SqlClient
  const [row] = yield* sql<{ id: string }>`
    INSERT INTO profiles (username, raw_data, last_refreshed) VALUES (${username}, '{}', now() - ${hours} * interval '1 hour')
    RETURNING id`
  return row?.id ?? ""
})

const favorite = Effect.fnUntraced(function*(id: string) {
  const sql = yield* SqlClient
  yield* sql`INSERT INTO user_favorites (user_id, profile_id) VALUES (${yield* insertUser}, ${id})`
})

const campaign = Effect.fnUntraced(function*(id: string, status: string) {
  const sql = yield* SqlClient
  const [row] = yield* sql<{ id: string }>`
    INSERT INTO campaigns (user_id, name, status) VALUES (${yield* insertUser}, 'c', ${status}) RETURNING id`
  yield* sql`INSERT INTO campaign_profiles (campaign_id, profile_id) VALUES (${row?.id ?? ""}, ${id})`
})

layer(database, { excludeTestServices: true })("the scheduled refresh", (it) => {
  it.effect("begins what is watched and stale, the oldest and most watched first, a share of the budget each round, once in the fleet", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const clock = new MovableClock()
      yield* profile("watched.by.nobody", 100)
      yield* favorite(yield* profile("still.fresh", 23))
      yield* favorite(yield* profile("saved.once", 30))
      yield* favorite(yield* profile("saved.long.ago", 90))
      yield* campaign(yield* profile("in.a.campaign", 40), "active")
      yield* campaign(yield* profile("in.a.draft", 100), "draft")
      yield* favorite(yield* profile("tried.in.vain", 100))
      yield* sql`
        INSERT INTO profile_fetches (username, purpose, analysis_type, state, finished_at)
        VALUES ('tried.in.vain', 'refresh', 'refresh', 'failed', now() - interval '1 hour')`
      const gone = yield* profile("gone.since", 100)
      yield* favorite(gone)
      yield* sql`UPDATE profiles SET availability = 'gone' WHERE id = ${gone}`

      // Six of a day are two a round; two processes ask at once.
      const [one, other] = [yield* scheduler(6), yield* scheduler(6)]
      const both = Effect.all([one.round, other.round], { concurrency: 2 }).pipe(Effect.provideService(Clock.Clock, clock))
      assert.sameMembers(yield* both, [2, undefined])
      assert.deepStrictEqual(joined.splice(0), [["in.a.campaign", undefined], ["saved.long.ago", undefined]])
      assert.deepStrictEqual(yield* both, [undefined, undefined])

      clock.advance("8 hours")
      yield* sql`UPDATE profiles SET last_refreshed = ${instantOf(clock.currentTimeMillisUnsafe())}
        WHERE username IN ('in.a.campaign', 'saved.long.ago')`
      assert.sameMembers(yield* both, [2, undefined])
      assert.deepStrictEqual(joined.splice(0).map(([username]) => username), ["tried.in.vain", "saved.once"])
    }))

  it.effect("begins no more in a day than the budget", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      yield* sql`DELETE FROM user_favorites`
      yield* Effect.forEach(Array.from({ length: 5 }, (_, i) => `budget.${i}`), (name) =>
        Effect.flatMap(profile(name, 48), favorite))
      const { round } = yield* scheduler(4)
      const now = yield* Clock.currentTimeMillis
      const today = instantOf(now).slice(0, 10)
      yield* sql`UPDATE refresh_rounds SET next_at = now() - interval '1 second', after = NULL, day = ${today}, begun = 4`
      assert.strictEqual(yield* round, 0)
      yield* sql`UPDATE refresh_rounds SET next_at = now() - interval '1 second', after = NULL, day = ${today}::date - 1, begun = 4`
      assert.strictEqual(yield* round, 1)
      assert.lengthOf(joined.splice(0), 1)
    }))

  it.effect("finds what is watched along indexes, however many there are and however many have saved one", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const repo = yield* RefreshRepo
      yield* sql.withTransaction(Effect.gen(function*() {
        yield* sql`SET LOCAL session_replication_role = replica`
        const id = sql.literal("lpad(to_hex(n), 32, '0')::uuid")
        yield* sql`
          INSERT INTO profiles (id, username, raw_data, last_refreshed)
          SELECT ${id}, 'g' || n, '{}', now() - interval '2 days' FROM generate_series(1, 20000) AS n`
        // The first is saved by ten thousand.
        yield* sql`
          INSERT INTO user_favorites (user_id, profile_id)
          SELECT ${id}, lpad(to_hex(greatest(1, n - 10000)), 32, '0')::uuid FROM generate_series(1, 20000) AS n`
      }))
      yield* sql`ANALYZE profiles, user_favorites, campaign_profiles, campaigns, profile_fetches`
      const now = instantOf(yield* Clock.currentTimeMillis)
      const { pages, steps } = yield* planOf(
        sent,
        repo.watched({ after: null, limit: 50, staleAt: now, triedSince: now }).pipe(Effect.provide(sentLayer(sent)))
      )
      assert.notInclude(steps, "Seq Scan user_favorites")
      assert.notInclude(steps, "Seq Scan profiles")
      assert.isBelow(pages, 50 * 20)
    }))
})

const settings = { REFRESH_DAILY_BUDGET: "86400", REFRESH_INTERVAL: "1 second" }

layer(TestApp.layer({ settings }), { excludeTestServices: true })("a server with a budget for it", (it) => {
  it.effect("keeps a saved profile fresh, opens no window with it and records no search", () =>
    Effect.gen(function*() {
      const app = yield* TestApp
      const front = yield* VendorFront
      const sql = yield* SqlClient
      const user = yield* app.newUser
      yield* user.get("/profile/kept.fresh")
      yield* sql`
        INSERT INTO user_favorites (user_id, profile_id) SELECT ${user.id}, id FROM profiles WHERE username = 'kept.fresh'`
      const windows = sql`SELECT user_id, expires_at FROM user_profile_access`
      const searches = sql`SELECT id FROM user_searches`
      const before = [yield* windows, yield* searches]
      app.clock.advance("25 hours")
      yield* until(
        sql`SELECT refresh_count FROM profiles WHERE username = 'kept.fresh' AND refresh_count > 0`,
        (rows) => rows.length > 0
      )
      assert.lengthOf(front.asked.filter((name) => name === "kept.fresh"), 2)
      assert.deepStrictEqual([yield* windows, yield* searches], before)
    }))
})
