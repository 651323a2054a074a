import { assert, it, layer } from "@effect/vitest"
import { Effect, References, Result, Schema } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import fc from "fast-check"
import { randomUUID } from "node:crypto"
import { ProfileAccess } from "../../src/access/ProfileAccess.ts"
import { Analytics } from "../../src/analytics/Analytics.ts"
import { instantOf } from "../../src/database/Instant.ts"
import { decodeProfile } from "../../src/decodo/ProfileDecoder.ts"
import { Post } from "../../src/posts/Post.ts"
import { PostProfile } from "../../src/posts/PostProfile.ts"
import { Mention } from "../../src/profiles/Mention.ts"
import { Profile } from "../../src/profiles/Profile.ts"
import { rowsOf } from "../../src/profiles/ProfileRows.ts"
import { ProfileSnapshot } from "../../src/profiles/ProfileSnapshot.ts"
import { ProfileStore } from "../../src/profiles/ProfileStore.ts"
import { RelatedProfile } from "../../src/profiles/RelatedProfile.ts"
import { VendorAnswer } from "../../src/profiles/VendorAnswer.ts"
import { SearchHistory, UserSearch } from "../../src/searches/Search.ts"
import { assertHonest } from "../support/figures.ts"
import { insertUser } from "../support/rows.ts"
import { testServices } from "../support/TestServices.ts"
import { hostileContent } from "./hostile.ts"

/** Raised for a long run: `FUZZ_RUNS=10000 vitest run test/profiles/Hostile.test.ts`. */
const given = process.env["FUZZ_RUNS"]
const decoded = Number(given ?? 2000)
const stored = Number(given ?? 300)

const fetchedAt = instantOf(Date.parse("2026-06-01T00:00:00.000Z"))

it(`of ${decoded} hostile payloads each becomes rows whose figures are honest, or a typed failure`, () => {
  const isAnalytics = Schema.is(Analytics)
  let readable = 0
  fc.assert(
    fc.property(hostileContent, (content) => {
      const result = decodeProfile(content)
      if (Result.isFailure(result)) return assert.isString(result.failure._tag)
      readable++
      const rows = rowsOf(result.success, fetchedAt)
      assert.isTrue(isAnalytics(rows.profile.analytics))
      assertHonest(rows.profile.analytics)
      assert.notInclude(JSON.stringify(rows.posts), "\"engagement_rate\":-")
    }),
    { numRuns: decoded }
  )
  assert.isAbove(readable, decoded / 2)
}, 600_000)

layer(testServices, { excludeTestServices: true })((it) => {
  it.effect(
    `${stored} hostile payloads are stored or refused, and every row that they leave is read by its model`,
    () =>
      Effect.gen(function*() {
        const sql = yield* SqlClient
        const profiles = yield* ProfileStore
        const user = yield* insertUser
        const outcomes: Record<string, number> = {}
        const count = (outcome: string) => {
          outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
        }
        for (const content of fc.sample(hostileContent, { numRuns: stored, ...(given === undefined ? { seed: 1 } : {}) })) {
          const result = decodeProfile(content)
          if (Result.isFailure(result)) {
            count(result.failure._tag)
            continue
          }
          const { username } = result.success.profile
          const meta = {
            id: randomUUID(),
            task_id: null,
            target: "instagram_graphql_profile",
            fetched_at: fetchedAt,
            duration_ms: 1,
            attempts: 1,
            response_bytes: 1
          }
          const kept = yield* profiles.keep(username, { ...result.success, meta })
          const outcome = yield* Effect.result(profiles.store(kept, (profile, snapshot) =>
            profiles.grant(profile, [{ id: user, startedAt: Date.now(), reservation: null }], {
              analysisType: "lookup",
              source: "vendor",
              snapshot
            })))
          if (Result.isSuccess(outcome)) {
            count("stored")
          } else if (outcome.failure._tag === "RowRefused") {
            count(`refused: ${outcome.failure.constraint}`)
          } else return yield* outcome.failure
        }
        yield* Effect.logWarning(outcomes)
        assert.isAbove(outcomes["stored"] ?? 0, stored / 2)

        const models = [
          ["profiles", Profile],
          ["posts", Post],
          ["post_profiles", PostProfile],
          ["related_profiles", RelatedProfile],
          ["mentions", Mention],
          ["profile_snapshots", ProfileSnapshot],
          ["vendor_answers", VendorAnswer],
          ["user_profile_access", ProfileAccess],
          ["user_searches", UserSearch],
          ["search_history", SearchHistory]
        ] as const
        for (const [table, model] of models) {
          const decode = Schema.decodeUnknownEffect(model as Schema.Decoder<unknown>)
          const rows = yield* sql`SELECT * FROM ${sql(table)}`
          assert.isNotEmpty(rows, table)
          yield* Effect.forEach(rows, (row) =>
            decode(row), { discard: true })
        }
        const [orphans] = yield* sql`
        SELECT count(*)::int AS count FROM posts WHERE NOT EXISTS (SELECT 1 FROM post_profiles WHERE post_id = posts.id)`
        assert.deepStrictEqual(orphans, { count: 0 })
      }).pipe(Effect.provideService(References.MinimumLogLevel, given === undefined ? "Error" : "Warn")),
    1_200_000
  )
})
