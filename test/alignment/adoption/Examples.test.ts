import { assert, describe, layer } from "@effect/vitest"
import { Effect, Option } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { Adoption } from "../../../src/alignment/adoption/Adoption.ts"
import { namedUuid, username } from "../../../src/alignment/adoption/Expressions.ts"
import { normalizeUsername } from "../../../src/profiles/Username.ts"
import { TestDatabase } from "../../support/TestDatabase.ts"
import { createLegacyTables, recordedSchema } from "./LegacyDatabase.ts"
import type { Row } from "./LegacyRows.ts"
import { adoptionLayer, options } from "./support.ts"

/** `id(7)` is a uuid that ends in 7. */
const id = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`
const at = (day: number) => `2025-06-${String(day).padStart(2, "0")}T12:00:00.000Z`

const user = (columns: Row): Row => ({
  email: "",
  role: "user",
  status: "active",
  credits: 0,
  credits_used_this_month: 0,
  preferences: {},
  notification_preferences: {},
  created_at: at(1),
  updated_at: at(1),
  ...columns
})
const profile = (columns: Row): Row => ({ raw_data: {}, created_at: at(1), updated_at: at(1), ...columns })
const post = (columns: Row): Row => ({ media_type: "GraphImage", raw_data: {}, created_at: at(1), ...columns })

const tables = new Map<string, ReadonlyArray<Row>>([
  ["auth.users", [
    { id: id(1), email: "Ada@Example.com", email_confirmed_at: at(1), created_at: at(1), is_sso_user: false },
    { id: id(2), email: "mallory@example.com", email_confirmed_at: null, created_at: at(1), is_sso_user: false }
  ]],
  ["auth_users", [
    { id: id(1), email: "stale@example.com", encrypted_password: "secret" },
    { id: id(3), email: "ADA@example.com", encrypted_password: "secret" }
  ]],
  ["users", [
    user({
      id: id(11),
      supabase_user_id: id(1).toUpperCase(),
      "user.first_name": "Ada",
      last_activity: at(2),
      company: null,
      credits: 120
    }),
    user({
      id: id(12),
      supabase_user_id: null,
      email: "ada@example.COM",
      role: "admin",
      status: "banned",
      company: "Engines",
      last_activity: at(9),
      credits: 30
    }),
    user({ id: id(13), supabase_user_id: null, email: "mallory@example.com", role: "admin", credits: 7 }),
    user({ id: id(14), supabase_user_id: id(4), email: "gone@example.com", role: "super_admin", credits: -5 })
  ]],
  ["profiles", [
    profile({
      id: id(21),
      username: "Nike",
      full_name: null,
      followers_count: 5,
      last_refreshed: at(9),
      refresh_count: 2,
      engagement_rate: 2.3
    }),
    profile({
      id: id(22),
      username: "nike",
      full_name: "Nike, Inc.",
      followers_count: 4,
      last_refreshed: at(8),
      refresh_count: 3,
      created_at: "2024-01-01T00:00:00Z"
    }),
    profile({ id: id(23), username: "reborn", instagram_user_id: "100", last_refreshed: at(9) }),
    profile({ id: id(24), username: "Reborn", instagram_user_id: "200", last_refreshed: at(3) }),
    profile({ id: id(25), username: "old.name", instagram_user_id: "300", last_refreshed: at(3), biography: "kept" }),
    profile({ id: id(26), username: "new.name", instagram_user_id: "300", last_refreshed: at(4) })
  ]],
  ["posts", [
    post({
      id: id(31),
      profile_id: id(22),
      instagram_post_id: "1_9",
      shortcode: "AbC",
      likes_count: -1,
      taken_at_timestamp: 1_750_000_000,
      created_at: at(3)
    }),
    post({
      id: id(32),
      profile_id: id(23),
      instagram_post_id: "1",
      shortcode: "AbC",
      likes_count: -1,
      raw_data: { owner: { id: "100", username: "reborn" } },
      taken_at_timestamp: 1_750_000_000,
      posted_at: "2025-06-15T17:06:40Z",
      created_at: at(5)
    }),
    post({
      id: id(33),
      profile_id: id(23),
      instagram_post_id: "2",
      shortcode: "aBc",
      media_type: "GraphVideo",
      video_duration: 7,
      raw_data: { product_type: "clips" }
    }),
    post({
      id: id(34),
      profile_id: id(26),
      instagram_post_id: "3",
      shortcode: "aaa",
      hashtags: ["#One", "one", "Two"],
      mentions: ["@Nike", "not one"]
    })
  ]],
  ["related_profiles", [
    { id: id(41), profile_id: id(21), related_username: "Adidas", similarity_score: 85, discovered_at: at(2) },
    {
      id: id(42),
      profile_id: id(22),
      related_username: "adidas",
      similarity_score: 40,
      related_full_name: "adidas",
      discovered_at: at(1)
    }
  ]],
  ["user_profile_access", [
    { id: id(51), user_id: id(1), profile_id: id(21), granted_at: at(1), expires_at: at(20), created_at: at(1) },
    { id: id(52), user_id: id(1), profile_id: id(22), granted_at: at(5), expires_at: at(25), created_at: at(5) },
    { id: id(53), user_id: id(12), profile_id: id(23), granted_at: at(5), expires_at: null, created_at: at(5) },
    { id: id(54), user_id: id(99), profile_id: id(23), granted_at: at(5), expires_at: at(25), created_at: at(5) }
  ]],
  ["user_favorites", [
    { id: id(61), user_id: id(11), profile_id: id(21), notes: null, tags: ["shoes", "us"], added_at: at(2) },
    { id: id(62), user_id: id(12), profile_id: id(22), notes: "watch", tags: ["us", "sport"], added_at: at(1) }
  ]],
  ["user_searches", [
    {
      id: "search-1",
      user_id: id(11),
      instagram_username: " @NIKE",
      search_timestamp: at(2),
      analysis_type: "profile",
      search_metadata: {},
      success: true
    }
  ]],
  ["search_history", [
    { id: id(71), user_id: id(1), username: "nike", searched_at: "2025-06-02T12:00:20Z", profile_id: id(22) },
    { id: id(72), user_id: id(1), username: "nike", searched_at: at(4), profile_id: id(22) }
  ]],
  ["campaigns", [
    { id: id(81), user_id: id(12), name: "Summer", status: "Active", budget: 1999.999, created_at: at(1), updated_at: at(1) },
    { id: id(82), user_id: id(13), name: "Nobody's", status: "active", created_at: at(1), updated_at: at(1) }
  ]],
  ["campaign_posts", [
    { id: id(91), campaign_id: id(81), post_id: id(31), role: "hero", added_at: at(1) },
    { id: id(92), campaign_id: id(82), post_id: id(31), added_at: at(1) }
  ]]
])

describe.skipIf(recordedSchema === undefined)("Adoption by example (skipped where ../shared/legacy is absent)", () => {
  layer(TestDatabase.layerUnmigrated)("of a small database", (it) => {
    const adopted = Effect.runSync(Effect.cached(
      Effect.andThen(
        createLegacyTables(tables),
        Effect.flatMap(Adoption, (adoption) => adoption.run({ ...options, currency: "XXX" }))
      ).pipe(Effect.provide(adoptionLayer))
    ))
    const rows = (query: string) =>
      Effect.andThen(
        adopted,
        Effect.flatMap(SqlClient, (sql) => Effect.map(sql.unsafe(query), (found) => found.map((row): Row => ({ ...row }))))
      )
    const reportOf = (n: number) =>
      Effect.map(
        rows(`SELECT outcome, reason FROM legacy.adoption_report WHERE key = '${id(n)}' ORDER BY 1, 2`),
        (found) => found.map((row) => `${String(row["outcome"])} ${String(row["reason"])}`)
      )

    it.effect("takes identities from Supabase, and leaves an address to whoever has the better claim", () =>
      Effect.map(
        rows("SELECT id, email, deleted_at IS NOT NULL AS gone FROM auth_users ORDER BY id"),
        (found) =>
          assert.deepStrictEqual(found, [
            { id: id(1), email: "ada@example.com", gone: false },
            { id: id(2), email: "mallory@example.com", gone: false },
            { id: id(3), email: null, gone: true },
            { id: id(4), email: "gone@example.com", gone: true }
          ])
      ))

    it.effect("merges two users of one account: the suspension of either stands, a role that only an address vouches for does not", () =>
      Effect.gen(function*() {
        const [ada] = yield* rows(`SELECT first_name, company, role, status FROM user_profiles WHERE user_id = '${id(1)}'`)
        assert.deepStrictEqual(ada, { first_name: "Ada", company: "Engines", role: "user", status: "suspended" })
        assert.deepStrictEqual(yield* reportOf(12), ["merged same_account"])
      }))

    it.effect("does not hand a legacy user to an account whose address is not confirmed", () =>
      Effect.gen(function*() {
        assert.deepStrictEqual(yield* reportOf(13), ["quarantined supabase_id_missing", "quarantined user_quarantined"])
        assert.deepStrictEqual(yield* reportOf(82), ["quarantined user_quarantined"])
        assert.deepStrictEqual(yield* rows(`SELECT role FROM user_profiles WHERE user_id = '${id(2)}'`), [{ role: "user" }])
      }))

    it.effect("opens an account with the credits of all accounts that are one, and says which values stay behind", () =>
      Effect.gen(function*() {
        assert.deepStrictEqual(
          yield* rows(`
            SELECT a.user_id, e.kind, e.amount::integer, a.balance::integer, a.expiring::integer, a.tier, a.anchored_on::text, a.period_ends_at
            FROM credit_accounts AS a JOIN credit_entries AS e ON e.user_id = a.user_id`),
          [{
            user_id: id(1),
            kind: "opening",
            amount: 150,
            balance: 150,
            expiring: 0,
            tier: "free",
            anchored_on: "2025-09-01",
            period_ends_at: "2025-10-01T00:00:00.000Z"
          }]
        )
        assert.deepStrictEqual(
          yield* rows("SELECT key, outcome, reason FROM legacy.adoption_report WHERE table_name = 'users.credits' ORDER BY key"),
          [
            { key: id(13), outcome: "quarantined", reason: "user_quarantined" },
            { key: id(14), outcome: "quarantined", reason: "credits_negative" }
          ]
        )
      }))

    it.effect("merges profiles whose names differ in case: the newest stays and is told what it does not know", () =>
      Effect.gen(function*() {
        const found = yield* rows(
          `SELECT id, full_name, followers_count, refresh_count, engagement_rate, created_at FROM profiles WHERE username = 'nike'`
        )
        assert.deepStrictEqual(found, [{
          id: id(21),
          full_name: "Nike, Inc.",
          followers_count: 5,
          refresh_count: 5,
          engagement_rate: 2.3,
          created_at: "2024-01-01T00:00:00.000Z"
        }])
        assert.deepStrictEqual(yield* reportOf(22), ["merged same_username"])
      }))

    it.effect("keeps two accounts apart that have had the same name, and follows one that was renamed", () =>
      Effect.gen(function*() {
        const [reborn, former] = yield* rows(
          "SELECT id, username, availability FROM profiles WHERE instagram_user_id IN ('100', '200') ORDER BY id"
        )
        assert.deepStrictEqual(reborn, { id: id(23), username: "reborn", availability: "available" })
        assert.deepInclude(former, { id: id(24), availability: "gone" })
        assert.match(String(former?.["username"]), /^reborn\.[0-9a-f]{8}$/)
        assert.deepStrictEqual(yield* rows("SELECT id, username, biography FROM profiles WHERE instagram_user_id = '300'"), [
          { id: id(26), username: "new.name", biography: "kept" }
        ])
      }))

    it.effect("makes one post of a collaboration, belonging to its owner and listed by both", () =>
      Effect.gen(function*() {
        assert.deepStrictEqual(
          yield* rows(
            "SELECT id, profile_id, instagram_post_id, likes_count, likes_hidden, posted_at FROM posts WHERE shortcode = 'AbC'"
          ),
          [{
            id: id(32),
            profile_id: id(23),
            instagram_post_id: "1",
            likes_count: null,
            likes_hidden: true,
            posted_at: "2025-06-15T15:06:40.000Z"
          }]
        )
        assert.deepStrictEqual(
          yield* rows(`SELECT profile_id, relation, posted_at FROM post_profiles WHERE post_id = '${id(32)}' ORDER BY 1`),
          [
            { profile_id: id(21), relation: "collaborator", posted_at: "2025-06-15T15:06:40.000Z" },
            { profile_id: id(23), relation: "owner", posted_at: "2025-06-15T15:06:40.000Z" }
          ]
        )
        assert.deepStrictEqual(yield* reportOf(32), ["changed likes_hidden", "changed posted_at_corrected"])
        assert.deepStrictEqual(yield* rows("SELECT campaign_id, post_id FROM campaign_posts"), [{
          campaign_id: id(81),
          post_id: id(32)
        }])
      }))

    it.effect("tells shortcodes apart by case, and reels from videos", () =>
      Effect.map(
        rows("SELECT id, media_type, is_video, video_duration FROM posts WHERE shortcode = 'aBc'"),
        (found) => assert.deepStrictEqual(found, [{ id: id(33), media_type: "reel", is_video: true, video_duration: 7 }])
      ))

    it.effect("makes text arrays of hashtags and mentions", () =>
      Effect.map(
        rows("SELECT hashtags, mentions FROM posts WHERE shortcode = 'aaa'"),
        (found) => assert.deepStrictEqual(found, [{ hashtags: ["one", "two"], mentions: ["nike"] }])
      ))

    it.effect("brings similarity from 10–100 to a share with its method", () =>
      Effect.map(
        rows("SELECT id, related_username, related_full_name, similarity_score, similarity_method FROM related_profiles"),
        (found) =>
          assert.deepStrictEqual(found, [{
            id: id(41),
            related_username: "adidas",
            related_full_name: "adidas",
            similarity_score: 0.85,
            similarity_method: "legacy"
          }])
      ))

    it.effect("merges windows into the one that ends last, and makes none longer", () =>
      Effect.gen(function*() {
        assert.deepStrictEqual(
          yield* rows("SELECT id, user_id, profile_id, granted_at, expires_at, created_at FROM user_profile_access ORDER BY id"),
          [
            { id: id(52), user_id: id(1), profile_id: id(21), granted_at: at(5), expires_at: at(25), created_at: at(1) },
            {
              id: id(53),
              user_id: id(1),
              profile_id: id(23),
              granted_at: at(5),
              expires_at: "2025-07-05T12:00:00.000Z",
              created_at: at(5)
            }
          ]
        )
        assert.deepStrictEqual(yield* reportOf(54), ["quarantined user_missing"])
      }))

    it.effect("merges favourites with their tags and notes", () =>
      Effect.map(
        rows("SELECT id, user_id, notes, tags, added_at FROM user_favorites"),
        (found) =>
          assert.deepStrictEqual(found, [{
            id: id(61),
            user_id: id(1),
            notes: "watch",
            tags: ["shoes", "us", "sport"],
            added_at: at(1)
          }])
      ))

    it.effect("gives a look-up a uuid and one row of history, and keeps the rest of the history", () =>
      Effect.gen(function*() {
        const [search] = yield* rows(`SELECT id, instagram_username, analysis_type, search_metadata FROM user_searches`)
        const [expected] = yield* rows(`SELECT ${namedUuid("user_searches", "'search-1'")} AS id`)
        assert.deepStrictEqual(search, {
          id: expected?.["id"],
          instagram_username: "nike",
          analysis_type: "lookup",
          search_metadata: { legacy_id: "search-1" }
        })
        assert.deepStrictEqual(yield* rows("SELECT id, profile_id, searched_at FROM search_history ORDER BY searched_at"), [
          { id: expected?.["id"], profile_id: id(21), searched_at: at(2) },
          { id: id(72), profile_id: id(21), searched_at: at(4) }
        ])
        assert.deepStrictEqual(yield* reportOf(71), ["merged same_search"])
      }))

    it.effect("rounds a budget to the hundredth and says that its currency is not known", () =>
      Effect.gen(function*() {
        assert.deepStrictEqual(yield* rows("SELECT id, user_id, status, budget, currency FROM campaigns"), [
          { id: id(81), user_id: id(1), status: "active", budget: "2000.00", currency: "XXX" }
        ])
        assert.deepStrictEqual(yield* reportOf(81), ["changed currency_unknown"])
      }))

    it.effect("normalises usernames as the product does", () =>
      Effect.gen(function*() {
        const inputs = [
          "Nike",
          " @nike\n",
          "https://www.instagram.com/Nike/?hl=en",
          "instagram.com/nike",
          "@@nike",
          "",
          "a b",
          "x".repeat(31),
          "ünder",
          "a/b",
          "@"
        ]
        for (const input of inputs) {
          const [found] = yield* rows(`SELECT ${username(`$$${input}$$`)} AS name`)
          assert.strictEqual(found?.["name"], Option.getOrNull(normalizeUsername(input)), input)
        }
      }))
  })
})
