import { assert, describe, layer } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { ProfileAccess } from "../../../src/access/ProfileAccess.ts"
import { Adoption } from "../../../src/alignment/adoption/Adoption.ts"
import { printed } from "../../../src/alignment/adoption/Printed.ts"
import { allRules } from "../../../src/alignment/adoption/Rules.ts"
import { asColumn } from "../../../src/alignment/adoption/TableRules.ts"
import { Campaign, CampaignPost, CampaignProfile } from "../../../src/campaigns/Campaign.ts"
import { LedgerCheckRepo } from "../../../src/credits/LedgerCheckRepo.ts"
import { instantOf } from "../../../src/database/Instant.ts"
import { Migrator } from "../../../src/database/Migrator.ts"
import { rows } from "../../../src/database/Rows.ts"
import { Favorite } from "../../../src/favorites/Favorite.ts"
import { AudienceDemographics } from "../../../src/insights/AudienceDemographics.ts"
import { CommentSentiment } from "../../../src/insights/CommentSentiment.ts"
import { CreatorMetadata } from "../../../src/insights/CreatorMetadata.ts"
import { Post } from "../../../src/posts/Post.ts"
import { PostProfile } from "../../../src/posts/PostProfile.ts"
import { Mention } from "../../../src/profiles/Mention.ts"
import { Profile } from "../../../src/profiles/Profile.ts"
import { RelatedProfile } from "../../../src/profiles/RelatedProfile.ts"
import { SearchHistory, UserSearch } from "../../../src/searches/Search.ts"
import { AuthUser } from "../../../src/users/AuthUser.ts"
import { UserProfile } from "../../../src/users/UserProfile.ts"
import { TestDatabase } from "../../support/TestDatabase.ts"
import { createLegacyDatabase, recordedSchema } from "./LegacyDatabase.ts"
import { adoptionLayer, catalog, fingerprint, options, rowCount } from "./support.ts"

const models = {
  auth_users: AuthUser,
  user_profiles: UserProfile,
  profiles: Profile,
  posts: Post,
  post_profiles: PostProfile,
  audience_demographics: AudienceDemographics,
  creator_metadata: CreatorMetadata,
  comment_sentiment: CommentSentiment,
  mentions: Mention,
  related_profiles: RelatedProfile,
  user_profile_access: ProfileAccess,
  user_favorites: Favorite,
  user_searches: UserSearch,
  search_history: SearchHistory,
  campaigns: Campaign,
  campaign_posts: CampaignPost,
  campaign_profiles: CampaignProfile
}

describe.skipIf(recordedSchema === undefined)("Adoption (skipped where ../shared/legacy is absent)", () => {
  layer(TestDatabase.layerUnmigrated, { timeout: 120_000 })("of a generated database with every flaw", (it) => {
    const adopted = Effect.cached(
      Effect.gen(function*() {
        const adoption = yield* Adoption
        yield* createLegacyDatabase(rowCount)
        const before = yield* fingerprint("public", "auth")
        const rehearsal = yield* adoption.dryRun(options)
        const untouched = yield* fingerprint("public", "auth")
        const summary = yield* adoption.run(options)
        return { before, untouched, rehearsal, summary }
      }).pipe(Effect.provide(adoptionLayer))
    ).pipe(Effect.runSync)

    it.effect(
      "writes nothing in a dry run",
      () => Effect.map(adopted, ({ before, untouched }) => assert.deepStrictEqual(untouched, before)),
      300_000
    )

    it.effect("does what the dry run has said", () =>
      Effect.map(adopted, ({ rehearsal, summary }) => {
        assert.deepStrictEqual(summary.counts, rehearsal.counts)
        assert.deepStrictEqual(summary.reasons, rehearsal.reasons)
        assert.deepStrictEqual(summary.dropped, rehearsal.dropped)
        assert.deepStrictEqual(summary.openings, rehearsal.openings)
      }))

    it.effect("loses no row: each is adopted, merged or quarantined, and a row that is not adopted as it was is in the report", () =>
      Effect.gen(function*() {
        const { before, summary } = yield* adopted
        const sql = yield* SqlClient
        for (const { adopted, found, merged, quarantined, table } of summary.counts) {
          assert.strictEqual(adopted + merged + quarantined, found, table)
          if (table === "auth.users") continue
          assert.strictEqual(String(before[`public.${table}`]).split(" ")[0], String(found), table)
          const reported = yield* sql<{ outcome: string; keys: number }>`
            SELECT outcome, count(DISTINCT key) AS keys FROM legacy.adoption_report
            WHERE table_name = ${table} AND outcome <> 'dropped' GROUP BY 1`
          const keysOf = (outcome: string) => reported.find((row) => row.outcome === outcome)?.keys ?? 0
          assert.strictEqual(keysOf("merged"), merged, table)
          assert.strictEqual(keysOf("quarantined"), quarantined, table)
        }
      }))

    it.effect("gives every reason that a rule has", () =>
      Effect.map(adopted, ({ summary }) => {
        const given = new Set(summary.reasons.map(({ reason, table }) => `${table} ${reason}`))
        const possible = allRules({ plan: "legacy", source: () => "" }).flatMap((rules) =>
          [
            ...Object.keys(rules.refused),
            ...Object.keys(rules.orphaned ?? {}),
            ...Object.keys(rules.changed ?? {}),
            ...(rules.groups ?? []).flatMap(({ reason, unless }) => unless === undefined ? [reason] : [reason, unless.change]),
            ...(rules.absorbed === undefined ? [] : [rules.absorbed.reason]),
            ...rules.writes.flatMap(({ columns }) =>
              Object.values(columns).flatMap((column) => Object.keys(asColumn(column).changed ?? {}))
            )
          ].map((reason) => `${rules.table} ${reason}`)
        )
        // With --currency, that of a budget is given: the default is tested on its own.
        assert.deepStrictEqual(possible.filter((reason) => !given.has(reason)), ["campaigns currency_unknown"])
      }))

    it.effect("leaves rows that the row models accept, every one", () =>
      Effect.gen(function*() {
        yield* adopted
        const sql = yield* SqlClient
        for (const [table, model] of Object.entries(models)) {
          const decode = rows(table, model as unknown as Schema.ConstraintDecoder<unknown>)
          const found = yield* decode(sql`SELECT * FROM ${sql(table)}`)
          assert.isAbove(found.length, 0, table)
        }
      }), 300_000)

    it.effect("enters every credit there was, once, in a ledger that adds up", () =>
      Effect.gen(function*() {
        const { summary: { openings } } = yield* adopted
        const sql = yield* SqlClient
        const [there] = yield* sql<{ credits: number; accounts: number }>`
          SELECT coalesce(sum(l.credits), 0)::integer AS credits, count(DISTINCT p.target)::integer AS accounts FROM legacy.users AS l
          JOIN legacy.adoption_plan AS p ON p.table_name = 'users' AND p.key = l.id::text AND p.target IS NOT NULL
          WHERE l.credits > 0`
        assert.deepStrictEqual({ credits: openings.credits, accounts: openings.accounts }, there)
        assert.isAbove(openings.accounts, 0)
        const [left] = yield* sql<{ rows: number }>`
          SELECT count(*)::integer AS rows FROM legacy.users AS l
          JOIN legacy.adoption_plan AS p ON p.table_name = 'users' AND p.key = l.id::text
          WHERE l.credits < 0 OR (l.credits > 0 AND p.target IS NULL)`
        assert.strictEqual(openings.quarantined, left?.rows)
        assert.isAbove(openings.quarantined, 0)
        const repo = yield* LedgerCheckRepo
        const wrong = yield* repo.disagreements({ since: instantOf(0), users: [], leasesBefore: instantOf(0), limit: 10 })
        assert.deepStrictEqual(wrong, [])
        const totals = new Map((yield* repo.totals).map(({ account, balance }) => [account, balance]))
        assert.deepStrictEqual([totals.get("users"), totals.get("opening")], [openings.credits, -openings.credits])
      }).pipe(Effect.provide(LedgerCheckRepo.layer)))

    it.effect("leaves the schema that the migrations make, and their whole history", () =>
      Effect.gen(function*() {
        yield* adopted
        const migrator = yield* Migrator
        assert.lengthOf(yield* migrator.pending, 0)
        const fresh = yield* Effect.provide(catalog, TestDatabase.layer)
        assert.deepStrictEqual(yield* catalog, fresh)
      }).pipe(Effect.provide(adoptionLayer)))

    it.effect("carries no secret over and puts no value into the report", () =>
      Effect.gen(function*() {
        const { summary } = yield* adopted
        const sql = yield* SqlClient
        for (const table of Object.keys(models)) {
          const found = yield* sql`SELECT 1 FROM ${sql(table)} AS t WHERE to_jsonb(t)::text LIKE '%$2_$1%' LIMIT 1`
          assert.lengthOf(found, 0, table)
        }
        const details = yield* sql<
          { key: string }
        >`SELECT DISTINCT jsonb_object_keys(detail) AS key FROM legacy.adoption_report ORDER BY 1`
        assert.deepStrictEqual(details.map(({ key }) => key), ["into", "values", "why"])
        assert.includeMembers(summary.dropped.map(({ column }) => column), [
          "encrypted_password",
          "hashed_password",
          "recovery_token"
        ])
      }))

    it.effect("keeps what users own with users, and children with their parents", () =>
      Effect.gen(function*() {
        yield* adopted
        const sql = yield* SqlClient
        const strays = yield* sql`
          SELECT 1 FROM auth_users AS u WHERE NOT EXISTS (SELECT FROM user_profiles AS p WHERE p.user_id = u.id)
          UNION ALL SELECT 1 FROM posts AS p WHERE NOT EXISTS (SELECT FROM post_profiles AS l WHERE l.post_id = p.id)
          UNION ALL SELECT 1 FROM user_searches AS s WHERE NOT EXISTS (
            SELECT FROM search_history AS h WHERE h.id = s.id AND h.user_id = s.user_id AND h.username = s.instagram_username)
          UNION ALL SELECT 1 FROM legacy.posts AS l JOIN legacy.adoption_plan AS b ON b.table_name = 'posts' AND b.key = l.id::text
            JOIN legacy.adoption_plan AS p ON p.table_name = 'profiles' AND p.key = l.profile_id::text
            WHERE b.target IS NOT NULL AND p.target IS NOT NULL
              AND NOT EXISTS (SELECT FROM post_profiles AS k WHERE k.post_id = b.target AND k.profile_id = p.target)`
        assert.lengthOf(strays, 0)
      }))

    it.effect("changes nothing the second time", () =>
      Effect.gen(function*() {
        const { summary } = yield* adopted
        const adoption = yield* Adoption
        const before = yield* fingerprint("public", "legacy", "auth")
        const again = yield* adoption.run({ ...options, batchSize: 31 })
        assert.deepStrictEqual(again, summary)
        assert.deepStrictEqual(yield* adoption.dryRun(options), summary)
        assert.deepStrictEqual(yield* fingerprint("public", "legacy", "auth"), before)
        assert.include(printed(again), "DROP SCHEMA legacy CASCADE;")
      }).pipe(Effect.provide(adoptionLayer)))

    it.effect("can be rid of the old tables", () =>
      Effect.gen(function*() {
        yield* adopted
        const sql = yield* SqlClient
        const before = yield* fingerprint("public")
        yield* sql`DROP SCHEMA legacy CASCADE`
        assert.deepStrictEqual(yield* fingerprint("public"), before)
        const refused = yield* Effect.flip(Effect.flatMap(Adoption, (adoption) => adoption.run(options)))
        assert.strictEqual(refused._tag === "AdoptionRefused" && refused.reason, "no_legacy_tables")
      }).pipe(Effect.provide(adoptionLayer)))
  })
})
