import * as NodeServices from "@effect/platform-node/NodeServices"
import { Console, Duration, Effect, Layer, Redacted } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { mkdtempSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { migratorLayer } from "../src/app.ts"
import * as Database from "../src/database/Database.ts"
import { Migrator } from "../src/database/Migrator.ts"
import { EmbeddedPostgres } from "../src/sandbox/postgres/EmbeddedPostgres.ts"
import { installSupabase } from "../src/sandbox/postgres/Supabase.ts"

/**
 * What the hot statements cost as the tables grow: the same statement at a tenth of the size and at full size, by the pages it touches
 * (EXPLAIN ANALYZE, BUFFERS, all in cache). A statement whose pages grow with the table does not belong on a request path.
 *
 *   node bench/plans.ts [profiles=100000]
 */
const profiles = Number(process.argv[2] ?? 100_000)

const grow = Effect.fnUntraced(function*(from: number, to: number) {
  const sql = yield* SqlClient
  yield* sql`INSERT INTO profiles (username, instagram_user_id, followers_count, raw_data)
    SELECT 'user' || n, n::text, (random() * 1e6)::bigint, '{}' FROM generate_series(${from}::int + 1, ${to}::int) AS n`
  yield* sql`INSERT INTO posts (profile_id, instagram_post_id, shortcode, media_type, is_video, is_carousel, posted_at, raw_data)
    SELECT p.id, p.instagram_user_id || '-' || k, p.instagram_user_id || '-' || k, 'photo', false, false, now() - k * interval '1 day', '{}'
    FROM profiles AS p, generate_series(1, 12) AS k WHERE p.instagram_user_id::int > ${from}::int`
  yield* sql`INSERT INTO post_profiles (profile_id, post_id, relation, posted_at)
    SELECT p.profile_id, p.id, 'owner', p.posted_at FROM posts AS p JOIN profiles AS o ON o.id = p.profile_id
    WHERE o.instagram_user_id::int > ${from}::int`
  yield* sql`INSERT INTO auth_users (id) SELECT gen_random_uuid() FROM generate_series(1, (${to}::int - ${from}::int) / 10)`
  yield* sql`INSERT INTO user_profile_access (user_id, profile_id)
    SELECT u.id, p.id FROM (SELECT id, row_number() OVER () AS n FROM auth_users) AS u
    JOIN (SELECT id, row_number() OVER () AS n FROM profiles) AS p ON p.n % 1000 = u.n % 1000
    ON CONFLICT DO NOTHING`
  // Random letters: a body as large as real ones once it is compressed.
  yield* sql`INSERT INTO encoded_answers (profile_id, data_version, form, body)
    SELECT p.id, 1, 1, json_build_object('text', (SELECT string_agg(md5(p.id::text || i), '') FROM generate_series(1, 200) AS i))
    FROM profiles AS p WHERE p.instagram_user_id::int > ${from}::int`
  yield* sql`VACUUM (ANALYZE) encoded_answers`
  yield* sql`VACUUM (ANALYZE) profiles`
  yield* sql`VACUUM (ANALYZE) posts`
  yield* sql`VACUUM (ANALYZE) post_profiles`
  yield* sql`VACUUM (ANALYZE) user_profile_access`
})

const statements = {
  "profile by username": "SELECT id FROM profiles WHERE username = 'user777'",
  "answer of a profile":
    "SELECT p.id, convert_to(answer.body::text, 'UTF8') FROM profiles AS p LEFT JOIN encoded_answers AS answer ON answer.profile_id = p.id AND answer.data_version = p.data_version AND answer.form = 1 WHERE p.username = 'user777'",
  "latest 12 posts of a profile":
    "SELECT posts.* FROM post_profiles AS link JOIN posts ON posts.id = link.post_id WHERE link.profile_id = (SELECT id FROM profiles WHERE username = 'user777') ORDER BY link.posted_at DESC NULLS LAST, link.post_id DESC LIMIT 12",
  "open window of a user":
    "SELECT granted_at, expires_at FROM user_profile_access WHERE (user_id, profile_id) = (SELECT user_id, profile_id FROM user_profile_access LIMIT 1) AND expires_at > now()",
  "page of a user's windows":
    "SELECT a.id FROM user_profile_access AS a WHERE a.user_id = (SELECT user_id FROM user_profile_access LIMIT 1) ORDER BY a.expires_at DESC, a.id DESC LIMIT 26",
  "kept answer of a name":
    "SELECT id FROM vendor_answers WHERE username = 'user777' AND stored_at IS NULL AND rejected_at IS NULL ORDER BY fetched_at DESC LIMIT 1"
}

const pages = Effect.fnUntraced(function*(statement: string) {
  const sql = yield* SqlClient
  yield* sql.unsafe(statement)
  const [row] = yield* sql.unsafe(`EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${statement}`)
  const [{ "Execution Time": millis, Plan }] =
    (row as { "QUERY PLAN": [{ Plan: Record<string, number>; "Execution Time": number }] })["QUERY PLAN"]
  return { pages: (Plan["Shared Hit Blocks"] ?? 0) + (Plan["Shared Read Blocks"] ?? 0), millis }
})

const measure = Effect.gen(function*() {
  yield* installSupabase
  yield* Effect.flatMap(Migrator, (migrator) => migrator.migrate)
  const small = Math.floor(profiles / 10)
  yield* grow(0, small)
  const before = yield* Effect.forEach(Object.values(statements), pages)
  yield* grow(small, profiles)
  const after = yield* Effect.forEach(Object.values(statements), pages)
  yield* Console.log(`profiles ${small} → ${profiles}, posts ${small * 12} → ${profiles * 12}`)
  for (const [index, name] of Object.keys(statements).entries()) {
    yield* Console.log(
      `${name.padEnd(32)} pages ${String(before[index]?.pages).padStart(4)} → ${String(after[index]?.pages).padStart(4)}   ms ${
        before[index]?.millis.toFixed(3)
      } → ${after[index]?.millis.toFixed(3)}`
    )
  }
})

Effect.gen(function*() {
  const { url } = yield* EmbeddedPostgres
  const database = Database.writeLayer({ ...Database.localOptions(Redacted.value(url)), statementTimeout: Duration.minutes(10) })
  yield* measure.pipe(Effect.provide(migratorLayer.pipe(Layer.provideMerge(database), Layer.provide(NodeServices.layer))))
}).pipe(
  Effect.provide(EmbeddedPostgres.layer({ dataDir: mkdtempSync(join(tmpdir(), "plans-")), durable: false })),
  Effect.scoped,
  Effect.runPromise
)
