import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { CurrentTransformer } from "effect/sql/Statement"
import { CampaignId } from "../../src/campaigns/Campaign.ts"
import { CampaignPostRepo } from "../../src/campaigns/CampaignPostRepo.ts"
import { CampaignProfileRepo } from "../../src/campaigns/CampaignProfileRepo.ts"
import { CampaignRepo } from "../../src/campaigns/CampaignRepo.ts"
import { Instant } from "../../src/database/Column.ts"
import { FavoriteRepo } from "../../src/favorites/FavoriteRepo.ts"
import { insertUser } from "../support/rows.ts"
import { TestDatabase } from "../support/TestDatabase.ts"

const repos = Layer.mergeAll(CampaignRepo.layer, CampaignProfileRepo.layer, CampaignPostRepo.layer, FavoriteRepo.layer).pipe(
  Layer.provideMerge(TestDatabase.layer)
)
const size = 20_000
const now = Instant.make("2026-06-01T00:00:00.000Z")
const campaign = CampaignId.make("00000000-0000-0000-0000-000000000001")

interface Plan {
  readonly "Node Type": string
  readonly "Index Name"?: string
  readonly "Actual Rows": number
  readonly "Actual Loops": number
  readonly "Rows Removed by Filter"?: number
  readonly Plans?: ReadonlyArray<Plan>
}

const nodesOf = (plan: Plan): ReadonlyArray<Plan> => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)]

layer(repos, { excludeTestServices: true })(`lists of ${size} rows`, (it) => {
  /** Rows of one user, whose constraints the generator keeps, so that they need no check while they come in. */
  const filled = Effect.gen(function*() {
    const sql = yield* SqlClient
    const user = yield* insertUser
    yield* sql.withTransaction(Effect.gen(function*() {
      yield* sql`SET LOCAL session_replication_role = replica`
      // In the order of their indexes, which makes them quick to build; an order of their own is in no statement.
      const n = sql`FROM generate_series(1, ${size}::int) AS n`
      const id = sql.literal("lpad(to_hex(n), 32, '0')::uuid")
      const then = sql`${now}::timestamptz - (${size} - n) * interval '20 minutes'`
      // What the lists join is there for the pages that are read: their beginning and their end.
      const read = sql`${n} WHERE n <= 2000 OR n > ${size - 2000}`
      yield* sql`INSERT INTO profiles (id, username, raw_data) SELECT ${id}, 'p' || lpad(n::text, 6, '0'), '{}' ${read}`
      yield* sql`
        INSERT INTO posts (id, profile_id, instagram_post_id, shortcode, media_type, is_video, is_carousel, raw_data)
        SELECT ${id}, ${id}, lpad(n::text, 6, '0'), lpad(n::text, 6, '0'), 'photo', false, false, '{}' ${read}`
      yield* sql`INSERT INTO post_profiles (profile_id, post_id, relation) SELECT ${id}, ${id}, 'owner' ${read}`
      yield* sql`
        INSERT INTO user_profile_access (id, user_id, profile_id, granted_at, expires_at)
        SELECT ${id}, ${user}::uuid, ${id}, ${now}::timestamptz, ${now}::timestamptz + interval '1 day' ${read}`
      yield* sql`
        INSERT INTO user_favorites (id, user_id, profile_id, tags, added_at)
        SELECT ${id}, ${user}::uuid, ${id}, CASE WHEN n % 5 = 0 THEN '{food}'::text[] ELSE '{}' END, ${then} ${n}`
      yield* sql`
        INSERT INTO campaigns (id, user_id, name, status, deleted_at, created_at)
        SELECT ${id}, ${user}::uuid, 'c', (ARRAY['draft', 'active', 'paused', 'completed', 'archived'])[1 + n % 5],
          CASE WHEN n % 3 = 0 THEN ${then} END, ${then} ${n}`
      yield* sql`
        INSERT INTO campaign_profiles (id, campaign_id, profile_id, added_at) SELECT ${id}, ${campaign}::uuid, ${id}, ${then} ${n}`
      yield* sql`
        INSERT INTO campaign_posts (id, campaign_id, post_id, added_at) SELECT ${id}, ${campaign}::uuid, ${id}, ${then} ${n}`
    }))
    yield* sql`ANALYZE profiles, posts, post_profiles, user_profile_access, user_favorites, campaigns, campaign_profiles, campaign_posts`
    return user
  })

  /** The plan of the one statement that an effect sends, run. */
  const planOf = Effect.fnUntraced(function*<E, R>(effect: Effect.Effect<unknown, E, R>) {
    const sql = yield* SqlClient
    const sent: Array<readonly [string, ReadonlyArray<unknown>]> = []
    yield* Effect.provideService(effect, CurrentTransformer, (statement) =>
      Effect.sync(() => {
        sent.push(statement.compile())
        return statement
      }))
    assert.lengthOf(sent, 1)
    const [[text, parameters] = ["", []]] = sent
    const [row] = yield* sql.unsafe<Record<"QUERY PLAN", string | ReadonlyArray<{ readonly Plan: Plan }>>>(
      `EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ${text}`,
      parameters
    )
    const plan = row?.["QUERY PLAN"] ?? []
    return nodesOf((typeof plan === "string" ? JSON.parse(plan) as ReadonlyArray<{ readonly Plan: Plan }> : plan)[0]!.Plan)
  })

  it.effect("page by index in the order of the list, the last page as cheap as the first", () =>
    Effect.gen(function*() {
      const user = yield* filled
      const [campaigns, profiles, posts, favorites] = [
        yield* CampaignRepo,
        yield* CampaignProfileRepo,
        yield* CampaignPostRepo,
        yield* FavoriteRepo
      ]
      const viewer = { user, now }
      const limit = 26
      type After = string | undefined
      const lists = [
        ["campaigns_live_idx", (after: After) => campaigns.list({ user, status: undefined, after, limit })],
        ["campaigns_live_status_idx", (after: After) => campaigns.list({ user, status: "paused", after, limit })],
        ["campaigns_bin_idx", (after: After) => campaigns.list({ user, status: "deleted", after, limit })],
        ["campaign_profiles_latest_idx", (after: After) => profiles.list(campaign, viewer, { after, limit })],
        ["campaign_posts_latest_idx", (after: After) => posts.list(campaign, viewer, { after, limit })],
        ["user_favorites_latest_idx", (after: After) => favorites.list({ user, tag: undefined, now, after, limit })],
        ["user_favorites_latest_idx", (after: After) => favorites.list({ user, tag: "food", now, after, limit })]
      ] as const
      // Near the end of every list: 270 of its 278 days.
      const deep = `${(Date.parse(now) - 270 * 86_400_000) * 1000} 00000000-0000-4000-8000-000000000000`
      for (const [index, list] of lists) {
        for (const after of [undefined, deep]) {
          const nodes = yield* planOf(list(after))
          const what = `${index} after ${after}: ${
            nodes.map((node) => `${node["Node Type"]} ${node["Index Name"] ?? ""}`).join(", ")
          }`
          assert.include(nodes.map((node) => node["Index Name"]), index, what)
          for (const kind of ["Sort", "Incremental Sort", "Seq Scan", "Bitmap Heap Scan", "Hash Join", "Merge Join"]) {
            assert.notInclude(nodes.map((node) => node["Node Type"]), kind, what)
          }
          const most = index === "user_favorites_latest_idx" ? 26 * 15 : 26
          for (const node of nodes.filter((node) => node["Node Type"].startsWith("Index"))) {
            const touched = (node["Actual Rows"] + (node["Rows Removed by Filter"] ?? 0)) * node["Actual Loops"]
            assert.isAtMost(touched, most, `${what}: rows of ${node["Index Name"]}`)
          }
          assert.strictEqual(nodes[0]?.["Actual Rows"], limit, what)
        }
      }
    }))
})
