import { assert, layer } from "@effect/vitest"
import { Effect, Layer, Redacted } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { existsSync } from "node:fs"
import { fileURLToPath } from "node:url"
import * as App from "../../src/app.ts"
import { creatorOf } from "../../src/insights/creator/Creator.ts"
import { Creators } from "../../src/insights/Creators.ts"
import { InsightRepo } from "../../src/insights/InsightRepo.ts"
import { Recompute } from "../../src/insights/Recompute.ts"
import { analyticsOf, postRatesOf } from "../../src/profiles/ProfileRows.ts"
import { Recomputation } from "../../src/profiles/Recomputation.ts"
import { readSettings } from "../../src/settings/Settings.ts"
import { TestApp } from "../support/TestApp.ts"
import { TestDatabase } from "../support/TestDatabase.ts"
import { until } from "../support/until.ts"
import { VendorFront } from "../support/VendorFront.ts"

const recordings = fileURLToPath(new URL("../../../shared/payloads/profile", import.meta.url))
const recorded = existsSync(recordings) ? ["robertdowneyjr", "noholita", "pgrimaud", "instagram", "adrianhorning"] : []
const simulated = ["one.baker", "two.runner", "three.painter", "four.gamer", "sim.private", "sim.noposts", "sim.nolikes"]
const names = [...recorded, ...simulated]

/** The doors of another process on the same database, with no vendor to be reached. */
const services = Layer.unwrap(Effect.gen(function*() {
  const database = yield* TestDatabase
  const settings = yield* Effect.fromResult(readSettings({
    DATABASE_URL: Redacted.value(database.url),
    SUPABASE_URL: "http://127.0.0.1:1",
    SUPABASE_ANON_KEY: "none",
    SMARTPROXY_USERNAME: "none",
    SMARTPROXY_PASSWORD: "none",
    DECODO_BASE_URL: "http://127.0.0.1:1"
  }))
  return App.services(settings)
}))

/** The same with other formulas, in their second version. */
// Fresh, for the services build one with the first version.
const secondVersion = Layer.fresh(Recompute.layerNoDeps).pipe(
  Layer.provide(Creators.layerNoDeps({
    version: 2,
    derive: (...given) => {
      const creator = creatorOf(...given)
      return { ...creator, content_mix: { ...creator.content_mix, version: 2 } }
    }
  })),
  Layer.provide(Recomputation.layer({
    version: 2,
    analyze: (...given) => {
      const analytics = analyticsOf(...given)
      const { influence_score } = analytics.influence
      return { ...analytics, influence: { ...analytics.influence, influence_score: { ...influence_score, version: 2 } } }
    },
    rate: (decoded) =>
      postRatesOf(decoded).map(({ engagement_rate, shortcode }) => ({ shortcode, engagement_rate: engagement_rate * 2 }))
  })),
  Layer.provide(InsightRepo.layer),
  Layer.provide(services)
)

const run = (options: Partial<Parameters<Recompute["Service"]["run"]>[0]> = {}) =>
  Recompute.use((recompute) => recompute.run({ dryRun: false, batchSize: 3, ...options }))

const ratesOf = (username: string) =>
  Effect.gen(function*() {
    const sql = yield* SqlClient
    const rows = yield* sql<{ shortcode: string; engagement_rate: number | null }>`
      SELECT shortcode, posts.engagement_rate FROM posts JOIN profiles ON profiles.id = posts.profile_id
      WHERE username = ${username} ORDER BY shortcode`
    return rows.map((row) => row.engagement_rate)
  })

const versions = Effect.gen(function*() {
  const sql = yield* SqlClient
  return yield* sql<{ username: string; analytics_version: number; data_version: number }>`
    SELECT username, analytics_version, data_version FROM profiles WHERE analytics IS NOT NULL ORDER BY username`
})

layer(TestApp.layer(recorded.length > 0 ? { recordings } : {}), { excludeTestServices: true })("recompute", (it) => {
  it.effect("of everything that is stored gives what was stored", () =>
    Effect.gen(function*() {
      const app = yield* TestApp
      const front = yield* VendorFront
      const sql = yield* SqlClient
      const user = yield* app.newUser
      for (const name of names) {
        assert.strictEqual((yield* user.get(`/profile/${name}`)).status, 200, name)
        assert.strictEqual((yield* user.get(`/profile/${name}/creator`)).status, 200, name)
      }
      for (const name of simulated.slice(0, 3)) {
        assert.strictEqual((yield* user.post(`/profile/${name}/sentiment?posts=4`)).status, 200, name)
      }
      // A second fetch without posts keeps the figures of the first, which then are not those of the latest answer.
      app.clock.advance("2 minutes")
      front.says("four.gamer", yield* withoutPosts("four.gamer"))
      yield* user.post("/profile/four.gamer/refresh")
      yield* until(sql`SELECT 1 FROM creator_metadata`, (rows) => rows.length === names.length)
      const asked = front.asked.length

      const summary = yield* run().pipe(Effect.provide(Recompute.layerNoDeps.pipe(Layer.provide(services))))
      assert.strictEqual(summary.profiles, names.length)
      assert.deepStrictEqual(summary.analytics, { unchanged: names.length, rewritten: 0, without_source: 0, nothing_stored: 0 })
      assert.deepStrictEqual(summary.creators, { unchanged: names.length, rewritten: 0, without_source: 0, nothing_stored: 0 })
      assert.deepStrictEqual(summary.comments, {
        unchanged: 3,
        rewritten: 0,
        without_source: 0,
        nothing_stored: names.length - 3
      })
      assert.lengthOf(front.asked, asked, "the vendor is not asked")
    }))

  it.effect("by a changed version rewrites what that version changed: none in a dry run, then all, then none", () =>
    Effect.gen(function*() {
      const before = yield* versions
      const dry = yield* run({ dryRun: true }).pipe(Effect.provide(secondVersion))
      assert.deepStrictEqual([dry.analytics.rewritten, dry.creators.rewritten], [names.length, names.length])
      assert.deepStrictEqual(yield* versions, before)

      const rates = yield* ratesOf("one.baker")
      assert.isAbove(rates.filter((rate) => rate !== null).length, 5)
      const one = yield* run({ usernames: ["one.baker"] }).pipe(Effect.provide(secondVersion))
      assert.deepStrictEqual(yield* ratesOf("one.baker"), rates.map((rate) => rate === null ? null : rate * 2))
      assert.deepStrictEqual([one.profiles, one.analytics.rewritten, one.creators.rewritten], [1, 1, 1])
      const changed = (yield* versions).filter((row, i) => row.analytics_version !== before[i]?.analytics_version)
      assert.deepStrictEqual(changed.map(({ analytics_version, username }) => [username, analytics_version]), [["one.baker", 2]])

      const rest = yield* run({ version: 1 }).pipe(Effect.provide(secondVersion))
      assert.deepStrictEqual([rest.profiles, rest.analytics.rewritten], [names.length - 1, names.length - 1])
      const again = yield* run().pipe(Effect.provide(secondVersion))
      assert.deepStrictEqual([again.analytics.unchanged, again.creators.unchanged], [names.length, names.length])
      assert.isTrue((yield* versions).every((row, i) => row.data_version === (before[i]?.data_version ?? 0) + 1))
    }))

  it.effect("goes on behind the cursor of an interrupted run, with its progress", () =>
    Effect.gen(function*() {
      const seen: Array<string> = []
      const onProgress = ({ cursor, total }: { readonly cursor: string; readonly total: number }) =>
        Effect.sync(() => {
          assert.strictEqual(total, names.length)
          seen.push(cursor)
        })
      yield* run({ onProgress }).pipe(Effect.provide(secondVersion))
      assert.lengthOf(seen, Math.ceil(names.length / 3))
      const rest = yield* run({ after: seen[0] ?? "" }).pipe(Effect.provide(secondVersion))
      assert.strictEqual(rest.profiles, names.length - 3)
    }))

  it.effect("says what it has no source for", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      yield* sql`DELETE FROM vendor_answers WHERE username = 'two.runner'`
      yield* sql`UPDATE profiles SET last_refreshed = last_refreshed + interval '1 second' WHERE username = 'two.runner'`
      const lost = yield* run({ usernames: ["two.runner"] }).pipe(Effect.provide(secondVersion))
      assert.deepStrictEqual([lost.analytics.without_source, lost.creators.without_source, lost.analytics.rewritten], [1, 1, 0])
    }))
})

/** The account's answer as a throttled vendor would send it now. */
const withoutPosts = Effect.fnUntraced(function*(username: string) {
  const sql = yield* SqlClient
  const [row] = yield* sql<{ raw_data: { readonly edge_owner_to_timeline_media: object } }>`
    SELECT raw_data FROM profiles WHERE username = ${username}`
  const user = row?.raw_data ?? assert.fail("not stored")
  return {
    data: {
      user: {
        ...user,
        edge_owner_to_timeline_media: { ...user.edge_owner_to_timeline_media, edges: [] },
        edge_felix_video_timeline: { count: 0, edges: [] }
      }
    }
  }
})
