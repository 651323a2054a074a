import { assert, layer } from "@effect/vitest"
import { Duration, Effect, Layer } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { AccessTracker } from "../../src/access/AccessTracker.ts"
import { instantOf } from "../../src/database/Instant.ts"
import { Searches } from "../../src/searches/Searches.ts"
import { PersonalDataRepo } from "../../src/users/PersonalDataRepo.ts"
import { UserId } from "../../src/users/UserId.ts"
import { Users } from "../../src/users/Users.ts"
import { planOf, sentLayer } from "../support/plans.ts"
import { TestDatabase } from "../support/TestDatabase.ts"

const sent: Parameters<typeof sentLayer>[0] = []
const rooms = Layer.mergeAll(AccessTracker.layer, Searches.layer, Users.layer, PersonalDataRepo.layer).pipe(
  Layer.provideMerge(sentLayer(sent)),
  Layer.provideMerge(TestDatabase.layer)
)

const user = UserId.make("00000000-0000-4000-8000-000000000001")
const any = { success: undefined, beginning: undefined, since: undefined, until: undefined }

/** 100,000 profiles, and as many look-ups, windows and favourites of one user. */
const filled = Effect.gen(function*() {
  const sql = yield* SqlClient
  yield* sql.withTransaction(Effect.gen(function*() {
    // Foreign keys are known to hold, and are the greater part of the work.
    yield* sql`SET LOCAL session_replication_role = replica`
    yield* sql`INSERT INTO auth_users (id) SELECT ('00000000-0000-4000-8000-' || lpad(i::text, 12, '0'))::uuid FROM generate_series(1, 100) AS i`
    yield* sql`INSERT INTO user_profiles (user_id) SELECT id FROM auth_users`
    yield* sql`
    INSERT INTO profiles (username, followers_count, raw_data)
    SELECT (ARRAY['anna', 'food', 'the', 'real', 'geo', 'studio', 'love', 'fit', 'nova', 'sky'])[1 + i % 10]
      || (ARRAY['.', '_', ''])[1 + i % 3] || (ARRAY['world', 'life', 'daily', 'art', 'travel', 'home', 'club'])[1 + i % 7] || i,
      (i * 7919) % 1000003, '{}'
    FROM generate_series(1, 100000) AS i`
    yield* sql`
    INSERT INTO user_searches (user_id, instagram_username, analysis_type, success, error_code, search_timestamp)
    SELECT ${user}, username, 'lookup', followers_count % 2 = 0, CASE WHEN followers_count % 2 = 0 THEN NULL ELSE 'profile-not-found' END,
      now() - followers_count * interval '1 second'
    FROM profiles`
    yield* sql`
    INSERT INTO search_history (id, user_id, username, searched_at)
    SELECT id, user_id, instagram_username, search_timestamp FROM user_searches`
    yield* sql`
    INSERT INTO user_profile_access (user_id, profile_id, granted_at, expires_at)
    SELECT ${user}, id, now() - interval '1 day', now() + (1 + followers_count) * interval '2 second' FROM profiles`
    yield* sql`INSERT INTO user_favorites (user_id, profile_id, added_at) SELECT ${user}, id, now() - followers_count * interval '1 second' FROM profiles
    WHERE followers_count < 200000`
  }))
  for (const table of ["profiles", "user_searches", "search_history", "user_profile_access", "user_favorites"]) {
    yield* sql.unsafe(`VACUUM ANALYZE ${table}`)
  }
})

layer(rooms, { excludeTestServices: true, timeout: "2 minutes" })("of 100,000 rows", (it) => {
  it.effect("a page is a walk along an index, on the first page and on the last", () =>
    Effect.gen(function*() {
      yield* filled
      const searches = yield* Searches
      const access = yield* AccessTracker
      const personal = yield* PersonalDataRepo
      const deep = `${(Date.now() - 900_000_000) * 1000} ${user}`
      const since = instantOf(Date.now() - 950_000_000)
      const golden: ReadonlyArray<readonly [string, string, (after: string | undefined) => Effect.Effect<unknown, unknown>]> = [
        [
          "look-ups",
          "Limit (Index Scan user_searches_latest_idx)",
          (after) => searches.list(user, any, { after, limit: 26 })
        ],
        [
          "look-ups that failed",
          "Limit (Index Scan user_searches_latest_idx)",
          (after) => searches.list(user, { ...any, success: false }, { after, limit: 26 })
        ],
        [
          "look-ups since",
          "Limit (Index Scan user_searches_latest_idx)",
          (after) => searches.list(user, { ...any, since }, { after, limit: 26 })
        ],
        [
          "windows",
          "Limit (Nested Loop (Index Scan user_profile_access_expiry_idx, Index Scan profiles_pkey))",
          (after) => access.list(user, { state: "all", after, limit: 26 })
        ],
        [
          "windows that end soon",
          "Limit (Nested Loop (Index Scan user_profile_access_expiry_idx, Index Scan profiles_pkey))",
          (after) => access.list(user, { state: "active", endingWithinDays: 7, after, limit: 26 })
        ],
        [
          "an export",
          "Limit (Index Scan user_searches_latest_idx)",
          (after) => personal.list("user_searches", { user, after, limit: 26 })
        ]
      ]
      for (const [name, steps, page] of golden) {
        for (const after of [undefined, deep]) {
          const plan = yield* planOf(sent, page(after))
          assert.strictEqual(plan.steps.replaceAll("Index Only Scan", "Index Scan"), steps, name)
          assert.isBelow(plan.pages, 260, `${name} after ${after}`)
        }
      }
    }))

  it.effect("a dashboard is one statement, and counts no further than anybody reads", () =>
    Effect.gen(function*() {
      const users = yield* Users
      const { pages } = yield* planOf(sent, users.dashboard(user))
      assert.isBelow(pages, 3000)
      const dashboard = yield* users.dashboard(user)
      assert.deepStrictEqual(dashboard.counts, {
        unlocked_profiles: 10_000,
        expiring_access: 10_000,
        searches: 10_000,
        favorites: 10_000,
        campaigns: 0
      })
      assert.deepStrictEqual([dashboard.recent_searches.length, dashboard.favorites.length], [5, 5])
      const { expiring_access } = dashboard
      assert.deepStrictEqual(
        expiring_access.map((one) => one.access_expires_at),
        expiring_access.map((one) => one.access_expires_at).toSorted()
      )
    }))

  it.effect("suggestions touch no more than 2,000 pages, whatever is typed: without one of their indexes it is 3,000 and more", () =>
    Effect.gen(function*() {
      const searches = yield* Searches
      const typed = [
        "a",
        "an",
        "anna",
        "anna.l",
        "fo",
        "geo",
        "geo_dai",
        "orld",
        "xyz",
        "anna.wrld1",
        "studoi_life",
        "thedaily",
        "noova",
        "q"
      ]
      for (const text of typed) {
        const { pages, steps } = yield* planOf(sent, searches.suggest(user, text, 10))
        assert.isAtMost(pages, 2_000, `${text}: ${steps}`)
      }
    }))

  it.effect("old look-ups are pruned by batches of users, from both tables, and counted beforehand", () =>
    Effect.gen(function*() {
      const searches = yield* Searches
      const sql = yield* SqlClient
      // None grows too old meanwhile: there is a day between the old and the young.
      yield* sql`
        UPDATE user_searches SET search_timestamp = search_timestamp - interval '1 day'
        WHERE search_timestamp < now() - interval '11 days'`
      yield* sql`
        UPDATE search_history SET searched_at = s.search_timestamp FROM user_searches AS s
        WHERE s.id = search_history.id AND searched_at <> s.search_timestamp`
      const olderThan = Duration.hours(11 * 24 + 12)
      const [expected] = yield* sql<{ n: number }>`
        SELECT count(*)::int AS n FROM user_searches WHERE search_timestamp < now() - interval '11 days 12 hours'`
      const before = yield* searches.count
      const dry = yield* searches.prune({ olderThan, after: undefined, users: 1000, dryRun: true })
      assert.strictEqual(dry.searches, expected?.n)
      assert.deepStrictEqual(yield* searches.count, before)

      const first = yield* searches.prune({ olderThan, after: undefined, users: 60, dryRun: false })
      assert.deepStrictEqual([first.searches, first.history], [dry.searches, dry.history])
      const second = yield* searches.prune({ olderThan, after: first.last ?? undefined, users: 60, dryRun: false })
      assert.deepStrictEqual([second.searches, second.history], [0, 0])
      const last = yield* searches.prune({ olderThan, after: second.last ?? undefined, users: 60, dryRun: false })
      assert.isNull(last.last)
      assert.deepStrictEqual(yield* searches.count, {
        searches: before.searches - dry.searches,
        history: before.history - dry.history
      })
    }))
})
