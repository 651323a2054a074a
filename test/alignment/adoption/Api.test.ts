import { assert, describe, layer } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { Adoption } from "../../../src/alignment/adoption/Adoption.ts"
import { walk } from "../../support/requests.ts"
import { TestApp } from "../../support/TestApp.ts"
import { TestDatabase } from "../../support/TestDatabase.ts"
import { createLegacyDatabase, recordedSchema } from "./LegacyDatabase.ts"
import type { Row } from "./LegacyRows.ts"
import { adoptionLayer, options, rowCount } from "./support.ts"

const tables = [
  "auth_users",
  "user_profiles",
  "profiles",
  "posts",
  "post_profiles",
  "audience_demographics",
  "creator_metadata",
  "comment_sentiment",
  "mentions",
  "related_profiles",
  "user_profile_access",
  "user_favorites",
  "user_searches",
  "search_history",
  "campaigns",
  "campaign_posts",
  "campaign_profiles"
]

/** The rows that an adoption leaves, table by table. */
const adoptedRows = Effect.gen(function*() {
  const sql = yield* SqlClient
  yield* createLegacyDatabase(rowCount)
  yield* Effect.flatMap(Adoption, (adoption) => adoption.run(options))
  return yield* Effect.forEach(
    tables,
    (table) =>
      Effect.map(sql<{ row: Row }>`SELECT to_jsonb(t) AS row FROM ${sql(table)} AS t`, (rows) => rows.map(({ row }) => row))
  )
}).pipe(Effect.provide(adoptionLayer), Effect.provide(TestDatabase.layerUnmigrated, { local: true }))

describe.skipIf(recordedSchema === undefined)("What was adopted (skipped where ../shared/legacy is absent)", () => {
  layer(TestApp.layer(), { excludeTestServices: true, timeout: 120_000 })("over HTTP", (it) => {
    it.effect("is answered to the last row, each answer as the contract has it", () =>
      Effect.gen(function*() {
        const sql = yield* SqlClient
        const app = yield* TestApp
        const found = yield* adoptedRows
        const user = yield* app.newUser
        yield* sql.withTransaction(Effect.gen(function*() {
          yield* sql`SET LOCAL session_replication_role = replica`
          for (const [index, table] of tables.entries()) {
            const rows = found[index] ?? []
            for (let start = 0; start < rows.length; start += 1000) {
              yield* sql`INSERT INTO ${sql(table)}
                SELECT * FROM jsonb_populate_recordset(NULL::${sql(table)}, ${
                JSON.stringify(rows.slice(start, start + 1000))
              }::jsonb)`
            }
          }
          // One reader for everything; what is fresh is not fetched anew.
          yield* sql`INSERT INTO user_profile_access (user_id, profile_id, granted_at, expires_at)
            SELECT ${user.id}, id, now(), now() + interval '30 days' FROM profiles`
          yield* sql`UPDATE profiles SET last_refreshed = now()`
          yield* sql`UPDATE user_favorites SET user_id = ${user.id}
            WHERE id IN (SELECT DISTINCT ON (profile_id) id FROM user_favorites ORDER BY profile_id, id)`
        }))
        yield* sql`ANALYZE`

        const answered = { profiles: 0, posts: 0, related: 0, mentions: 0 }
        const profiles = yield* sql<
          { username: string }
        >`SELECT username FROM profiles WHERE availability <> 'gone' ORDER BY username`
        for (const { username } of profiles) {
          const answer = yield* user.get(`/profile/${username}`)
          assert.strictEqual(answer.status, 200, username)
          answered.profiles++
          for (const kind of ["posts", "related", "mentions"] as const) {
            answered[kind] += (yield* walk(user, `/profile/${username}/${kind}?limit=100`)).length
          }
        }
        const [stored] = yield* sql`SELECT
          (SELECT count(*) FROM profiles WHERE availability <> 'gone') AS profiles,
          (SELECT count(*) FROM post_profiles AS l JOIN profiles AS p ON p.id = l.profile_id WHERE availability <> 'gone') AS posts,
          (SELECT count(*) FROM related_profiles AS r JOIN profiles AS p ON p.id = r.profile_id WHERE availability <> 'gone') AS related,
          (SELECT count(*) FROM mentions AS m JOIN profiles AS p ON p.id = m.profile_id WHERE availability <> 'gone') AS mentions`
        assert.deepStrictEqual(answered, { ...stored } as unknown as typeof answered)

        const [owned] = yield* sql<{ favorites: number; access: number }>`SELECT
          (SELECT count(*) FROM user_favorites WHERE user_id = ${user.id}) AS favorites,
          (SELECT count(*) FROM user_profile_access WHERE user_id = ${user.id}) AS access`
        assert.strictEqual((yield* walk(user, "/me/favorites?limit=100")).length, owned?.favorites)
        assert.strictEqual((yield* walk(user, "/me/access?limit=100")).length, owned?.access)
        yield* Effect.logInfo(`answered: ${JSON.stringify({ ...answered, ...owned })}`)
      }), 900_000)
  })
})
