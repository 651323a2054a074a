import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { anyProfile as any } from "../../scripts/schema/discoveryProbes.ts"
import { Discovery } from "../../src/discovery/Discovery.ts"
import type { ProfileSearch } from "../../src/discovery/ProfileSearch.ts"
import { UserId } from "../../src/users/UserId.ts"
import { planOf, sentLayer } from "../support/plans.ts"
import { TestDatabase } from "../support/TestDatabase.ts"

const sent: Parameters<typeof sentLayer>[0] = []
const rooms = Discovery.layer.pipe(Layer.provideMerge(sentLayer(sent)), Layer.provideMerge(TestDatabase.layer))

const user = UserId.make("00000000-0000-4000-8000-000000000001")

/**
 * As profiles are: the most followed are verified and no business, and the fewer followers the higher the rate; one in a thousand of a rare
 * category, which is among the small.
 */
const filled = Effect.gen(function*() {
  const sql = yield* SqlClient
  yield* sql`
    INSERT INTO profiles (username, full_name, followers_count, category, is_verified, is_business_account, engagement_rate, availability, raw_data)
    SELECT (ARRAY['anna', 'food', 'the', 'real', 'geo', 'studio', 'love', 'fit', 'nova', 'sky'])[1 + i % 10]
      || (ARRAY['.', '_', ''])[1 + i % 3] || (ARRAY['world', 'life', 'daily', 'art', 'travel', 'home', 'club'])[1 + i % 7] || i,
      'Name ' || (ARRAY['Anna', 'Ben', 'Carla', 'Dora', 'Émile'])[1 + i % 5] || ' ' || md5(i::text),
      CASE WHEN i % 50 = 0 THEN NULL ELSE i * 17 END,
      CASE WHEN i % 1000 = 1 AND i < 30000 THEN 'Falconer' ELSE (ARRAY['Photographer', 'Chef', 'Musician', NULL])[1 + i % 4] END,
      i > 95000, i < 90000 AND i % 3 = 0, CASE WHEN i % 10 = 0 THEN NULL ELSE 200000.0 / (i + 5000) END,
      CASE WHEN i % 20 = 3 THEN 'gone' WHEN i % 20 = 4 THEN 'private' ELSE 'available' END, '{}'
    FROM generate_series(1, 100000) AS i`
  yield* sql`VACUUM ANALYZE profiles`
})

layer(rooms, { excludeTestServices: true, timeout: "2 minutes" })("of 100,000 profiles", (it) => {
  it.effect("a page of a search by one filter touches few of them, on the first page and deep in", () =>
    Effect.gen(function*() {
      yield* filled
      const discovery = yield* Discovery
      const searches: Readonly<Record<string, Partial<ProfileSearch>>> = {
        "nothing": {},
        "a tier": { minFollowers: 10_000, maxFollowers: 49_999 },
        "few followers": { maxFollowers: 100 },
        "many followers": { minFollowers: 1_600_000 },
        "a category": { category: "photographer" },
        "a rare category": { category: "Falconer" },
        "no such category": { category: "Nobody" },
        "verified": { isVerified: true },
        "not verified": { isVerified: false },
        "a business": { isBusinessAccount: true },
        "no business": { isBusinessAccount: false },
        "a rate that many have": { minEngagementRate: 2 },
        "a rate that few have": { minEngagementRate: 38 },
        "a rate that nobody has": { minEngagementRate: 90, maxEngagementRate: 91 },
        "a text that many have": { text: "anna" },
        "a text that one has": { text: "anna.art70630" },
        "a text that nobody has": { text: "nobodyiscalledso" },
        "a full name": { text: "carla" },
        "a beginning that many have": { text: "an" },
        "a beginning that nobody has": { text: "zz" },
        "the best of a text that many have": { text: "the", sort: "relevance" },
        "the best of a text that few have": { text: "sky.home1", sort: "relevance" },
        "the best of a beginning": { text: "ge", sort: "relevance" }
      }
      for (const [name, search] of Object.entries(searches)) {
        const asked = { ...any, ...search }
        const deep = (yield* discovery.find(user, asked, { after: undefined, limit: 500 })).at(-1)?.position
        for (const after of [undefined, deep]) {
          const plan = yield* planOf(sent, discovery.find(user, asked, { after, limit: 26 }))
          assert.notInclude(plan.steps, "Seq Scan profiles", name)
          // Of some 6,000 that the table and its indexes have.
          assert.isBelow(plan.pages, 300, `${name}: ${plan.steps}`)
        }
      }
    }))

  it.effect("is planned for what is asked, though the statement is prepared for narrow searches", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const discovery = yield* Discovery
      const page = { after: undefined, limit: 26 }
      // In a transaction, that all be sent over one connection.
      const plans = yield* sql.withTransaction(Effect.gen(function*() {
        for (const text of Array.from({ length: 10 }, (_, i) => `anna.art7063${i}`)) {
          yield* discovery.find(user, { ...any, text }, page)
        }
        for (let i = 0; i < 10; i++) {
          yield* discovery.find(user, { ...any, minEngagementRate: 38 }, page)
        }
        for (let i = 0; i < 10; i++) yield* discovery.find(user, { ...any, minEngagementRate: 0.5 }, page)
        return yield* sql<{ generic: number; custom: number }>`
          SELECT generic_plans::integer AS generic, custom_plans::integer AS custom FROM pg_prepared_statements
          WHERE custom_plans >= 10 AND statement ~ 'rank_0' AND statement !~ '^EXPLAIN|pg_prepared_statements' ORDER BY 2`
      }))
      assert.isAtLeast(plans.length, 2)
      for (const { generic } of plans) assert.strictEqual(generic, 0)
    }))
})
