import { assert, layer } from "@effect/vitest"
import { Effect, Predicate } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { derived } from "../../src/analytics/Figure.ts"
import { insightRegistry } from "../../src/insights/InsightRegistry.ts"
import type { AuthenticityAnswer, BenchmarksAnswer, MentionedByView } from "../../src/insights/InsightsApi.ts"
import { peer_percentile, standingOf } from "../../src/insights/PeerBenchmarks.ts"
import { profileContent } from "../support/payload.ts"
import { type Page, unlockedProfile, walk } from "../support/requests.ts"
import { TestApp } from "../support/TestApp.ts"
import { VendorFront } from "../support/VendorFront.ts"
import { assertHonestInsight } from "./support/honest.ts"

type Authenticity = typeof AuthenticityAnswer.Type
type Benchmarks = typeof BenchmarksAnswer.Type
type MentionedBy = typeof MentionedByView.Type

layer(TestApp.layer(), { excludeTestServices: true })("how a profile stands", (it) => {
  it.effect("authenticity answers with every factor, or says why there is none", () =>
    Effect.gen(function*() {
      const app = yield* TestApp
      const user = yield* app.newUser
      yield* user.get("/profile/some.runner")
      const { authenticity }: Authenticity = (yield* user.get("/profile/some.runner/authenticity")).json()
      assert.strictEqual(assertHonestInsight(authenticity), 9)
      assert.isNotNull(authenticity.authenticity_score.value, JSON.stringify(authenticity.authenticity_score))
      assert.deepStrictEqual(
        [authenticity.factors.comment_repetition.reason, authenticity.factors.follower_spikes.reason],
        ["not_collected", "too_few_snapshots"]
      )
      for (
        const [name, reason] of [["sim.private", "private"], ["sim.noposts", "not_collected"], ["sim.nolikes", "hidden_by_owner"]]
      ) {
        yield* user.get(`/profile/${name}`)
        const answer: Authenticity = (yield* user.get(`/profile/${name}/authenticity`)).json()
        assertHonestInsight(answer.authenticity)
        const { authenticity_score: score } = answer.authenticity
        assert.deepStrictEqual([score.value, score.reason], [null, reason], name)
      }
      const empty = yield* unlockedProfile(user)
      const none: Authenticity = (yield* user.get(`/profile/${empty.username}/authenticity`)).json()
      assert.isTrue(Object.values(none.authenticity.factors).every(({ value }) => value === null))
    }))

  it.effect("benchmarks stand on stored peers of the size and kind, at least 20, and beside the published tables", () =>
    Effect.gen(function*() {
      const app = yield* TestApp
      const front = yield* VendorFront
      const sql = yield* SqlClient
      const user = yield* app.newUser
      const account = { id: "61", username: "benchmarked.account" }
      front.says(
        account.username,
        profileContent(account, [1, 2, 3].map((n) => ({ n })), {
          is_business_account: true,
          edge_followed_by: { count: 700_000 }
        })
      )
      yield* user.get(`/profile/${account.username}`)
      const path = `/profile/${account.username}/benchmarks`
      const before: Benchmarks = (yield* user.get(path)).json()
      assert.strictEqual(assertHonestInsight(before), 4)
      assert.strictEqual(before.peers.engagement_rate.reason, "too_few_profiles")
      assert.isNotNull(before.published?.value)

      // Twenty macro businesses, and others that are none: too small, no business, gone.
      yield* sql`
        INSERT INTO profiles (username, followers_count, is_business_account, engagement_rate, availability, raw_data)
        SELECT 'peer' || n, 699990 + n, true, CASE WHEN n <= 5 THEN 0.001 ELSE 90 END, 'available', '{}'::jsonb FROM generate_series(1, 20) AS n
        UNION ALL SELECT 'small' || n, 400000, true, 90, 'available', '{}'::jsonb FROM generate_series(1, 30) AS n
        UNION ALL SELECT 'person' || n, 700000, false, 90, 'available', '{}'::jsonb FROM generate_series(1, 30) AS n
        UNION ALL SELECT 'gone' || n, 700000, true, 90, 'gone', '{}'::jsonb FROM generate_series(1, 30) AS n`
      const { peers }: Benchmarks = (yield* user.get(path)).json()
      assert.strictEqual(peers.engagement_rate.sample?.size, 20)
      assert.strictEqual(peers.engagement_rate.value?.percentile, 25)
      assert.strictEqual(peers.posts_per_week.reason, "too_few_profiles", "peers without the figure are none")
    }))

  it.effect("peers are found from an index alone, however many profiles there are", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      yield* sql`
        INSERT INTO profiles (username, followers_count, is_business_account, engagement_rate, raw_data)
        SELECT 'crowd' || n, 10000 + n % 40000, true, 1, '{}' FROM generate_series(1, 20000) AS n`
      yield* sql`VACUUM (ANALYZE) profiles`
      const rows = yield* sql`
        EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) SELECT engagement_rate, posts_per_week, influence_score FROM profiles
        WHERE is_business_account = true AND engagement_rate IS NOT NULL AND availability = 'available'
          AND id <> '00000000-0000-4000-8000-000000000000' AND followers_count >= 20000 AND followers_count < 50000
        ORDER BY followers_count, id LIMIT 250`
      const [[{ Plan }]] = rows.map((row) => row["QUERY PLAN"]) as unknown as [[{ readonly Plan: Plan }]]
      assert.include(JSON.stringify(Plan), "profiles_peers_idx")
      assert.include(JSON.stringify(Plan), "Index Only Scan")
      assert.isBelow(Plan["Shared Hit Blocks"] + Plan["Shared Read Blocks"], 30)
    }))

  it.effect("who mentions it is listed from every stored profile, newest first, page by page", () =>
    Effect.gen(function*() {
      const app = yield* TestApp
      const front = yield* VendorFront
      const user = yield* app.newUser
      const target = yield* unlockedProfile(user, "mentioned.one")
      for (const [index, name] of ["fan.a", "fan.b", "fan.c"].entries()) {
        const account = { id: `7${index}`, username: name }
        front.says(
          name,
          profileContent(account, [{
            n: 60 + index,
            more: {
              taken_at_timestamp: 1_750_000_000 + index * 1000,
              edge_media_to_caption: { edges: [{ node: { text: `with @${target.username}` } }] },
              edge_media_to_tagged_user: { edges: [] }
            }
          }])
        )
        yield* user.get(`/profile/${name}`)
      }
      const all = yield* walk<MentionedBy>(user, `/profile/${target.username}/mentioned-by?limit=2`)
      assert.deepStrictEqual(all.map(({ mention_type, shortcode, username }) => [username, mention_type, shortcode]), [
        ["fan.c", "caption", "Post62"],
        ["fan.b", "caption", "Post61"],
        ["fan.a", "caption", "Post60"]
      ])
      const none: Page<MentionedBy> = (yield* user.get("/profile/fan.a/mentioned-by")).json()
      assert.deepStrictEqual(none.data, [])
    }))

  it.effect("every method of every insight stands in the registry", () =>
    Effect.gen(function*() {
      const app = yield* TestApp
      const user = yield* app.newUser
      const { methods }: { methods: ReadonlyArray<{ method: string; version: number }> } = (yield* user.get("/metrics-registry"))
        .json()
      const known = new Set(methods.map(({ method, version }) => `${method} ${version}`))
      assert.strictEqual(known.size, insightRegistry.length, "each once")
      yield* user.get("/profile/registry.check")
      yield* user.post("/profile/registry.check/sentiment?posts=3")
      const used = new Set<string>()
      for (const part of ["analytics", "creator", "audience", "sentiment", "authenticity", "benchmarks", "history"]) {
        methodsIn((yield* user.get(`/profile/registry.check/${part}`)).json(), used)
      }
      assert.isAbove(used.size, 50)
      for (const method of used) assert.isTrue(known.has(method), method)
    }))

  it.effect("the example of the peers' percentile is worked out", () =>
    Effect.sync(() => {
      const { input, output } = peer_percentile.example as unknown as {
        input: { own: number; peers: ReadonlyArray<number> }
        output: object
      }
      const asOf = peer_percentile.example.as_of
      const own = derived({ method: "engagement_rate", version: 1 }, asOf, input.own, {
        size: 3,
        unit: "posts",
        from: null,
        to: null
      })
      assert.deepStrictEqual(standingOf(own, input.peers, asOf).value as object, output)
    }))
})

interface Plan {
  readonly "Shared Hit Blocks": number
  readonly "Shared Read Blocks": number
}

const methodsIn = (value: unknown, found: Set<string>): void => {
  if (!Predicate.isObjectOrArray(value)) return
  if ("status" in value && "method" in value && "version" in value) found.add(`${value.method} ${value.version}`)
  for (const member of Object.values(value)) methodsIn(member, found)
}
