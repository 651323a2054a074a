import { assert, layer } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"
import { progressOf } from "../../scripts/maintenance/batches.ts"
import { TestApp } from "../support/TestApp.ts"
import { TestDatabase } from "../support/TestDatabase.ts"
import { until } from "../support/until.ts"
import { VendorFront } from "../support/VendorFront.ts"

const project = fileURLToPath(new URL("../..", import.meta.url))

/** A script on the test's database; `killAt` ends it with SIGKILL once its error output has so many lines. */
const run = Effect.fnUntraced(
  function*(script: string, flags: ReadonlyArray<string> = [], killAt = Infinity) {
    const { url } = yield* TestDatabase
    const front = yield* VendorFront
    const env = {
      ...process.env,
      DATABASE_URL: Redacted.value(url),
      SUPABASE_URL: "http://127.0.0.1:1",
      SUPABASE_ANON_KEY: "none",
      SMARTPROXY_USERNAME: "test",
      SMARTPROXY_PASSWORD: "none",
      DECODO_BASE_URL: front.url
    }
    return yield* Effect.promise(() =>
      new Promise<{ readonly code: number | null; readonly out: string; readonly err: string }>((resolve) => {
        const child = spawn(process.execPath, [script, ...flags], { cwd: project, env })
        let [out, err] = ["", ""]
        child.stdout.on("data", (chunk: Buffer) => out += chunk.toString())
        child.stderr.on("data", (chunk: Buffer) => {
          err += chunk.toString()
          if (err.split("go on with").length > killAt) child.kill("SIGKILL")
        })
        child.once("close", (code) => resolve({ code, out, err }))
      })
    )
  }
)

const summaryOf = Effect.fnUntraced(function*(script: string, ...flags: ReadonlyArray<string>) {
  const { code, err, out } = yield* run(script, flags)
  assert.strictEqual(code, 0, err)
  return JSON.parse(out)
})

const cursorIn = (err: string): string => [...err.matchAll(/go on with --after (\S+)/g)].at(-1)?.[1] ?? ""

/** Everything that the backfills could write, without what counts versions. */
const stored = Effect.gen(function*() {
  const sql = yield* SqlClient
  return {
    posts: yield* sql`SELECT to_jsonb(posts) - 'id' - 'created_at' AS row FROM posts ORDER BY shortcode`,
    links: yield* sql`
      SELECT username, shortcode, relation, is_pinned, l.posted_at, last_seen_at
      FROM post_profiles AS l JOIN profiles AS p ON p.id = l.profile_id JOIN posts ON posts.id = l.post_id ORDER BY 1, 2`,
    mentions: yield* sql`
      SELECT username, shortcode, mentioned_username, mention_type
      FROM mentions AS m JOIN profiles AS p ON p.id = m.profile_id LEFT JOIN posts ON posts.id = m.post_id ORDER BY 1, 2, 3, 4`,
    snapshots: yield* sql`SELECT to_jsonb(s) - 'id' AS row FROM profile_snapshots AS s ORDER BY profile_id, taken_at`,
    pictures: yield* sql`SELECT username, profile_pic_expires_at FROM profiles ORDER BY 1`
  }
})

const versions = Effect.gen(function*() {
  const sql = yield* SqlClient
  return yield* sql`SELECT username, data_version FROM profiles ORDER BY 1`
})

const names = ["fill.one", "fill.two", "fill.three", "fill.four", "fill.five"]

layer(TestApp.layer(), { excludeTestServices: true })("the backfills", (it) => {
  it.effect("find nothing to do where everything is there", () =>
    Effect.gen(function*() {
      const app = yield* TestApp
      const user = yield* app.newUser
      for (const name of names) assert.strictEqual((yield* user.get(`/profile/${name}`)).status, 200)
      // A second answer: of its posts the first one's is older news.
      app.clock.advance("25 hours")
      const later = yield* app.signInAgain(user)
      assert.strictEqual((yield* later.get("/profile/fill.one")).status, 200)
      const before = { rows: yield* stored, versions: yield* versions }
      assert.deepInclude(yield* summaryOf("scripts/backfill-posts.ts"), { answers: 6, added: 0, changed: 0, listed: 0 })
      assert.deepInclude(yield* summaryOf("scripts/backfill-snapshots.ts"), { added: 0, unchanged: 6 })
      assert.deepInclude(yield* summaryOf("scripts/backfill-avatars.ts"), { profiles: 5, changed: 0 })
      assert.deepStrictEqual({ rows: yield* stored, versions: yield* versions }, before)
    }), 120_000)

  it.effect("make up for all that is missing, once: none in a dry run, all after a kill in the middle, none again", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const front = yield* VendorFront
      const whole = yield* stored
      const asked = front.asked.length
      // As an older version would have left it.
      yield* sql`DELETE FROM profile_snapshots`
      yield* sql`DELETE FROM posts WHERE shortcode IN (SELECT shortcode FROM posts ORDER BY shortcode LIMIT 7)`
      yield* sql`UPDATE posts SET hashtags = '{}', caption = NULL, likes_count = NULL`
      yield* sql`UPDATE post_profiles SET is_pinned = NOT is_pinned WHERE post_id IN (SELECT id FROM posts ORDER BY shortcode LIMIT 3)`
      yield* sql`UPDATE profiles SET profile_pic_expires_at = NULL`
      const broken = yield* stored
      for (const script of ["scripts/backfill-posts.ts", "scripts/backfill-snapshots.ts", "scripts/backfill-avatars.ts"]) {
        const state = yield* stored
        const dry = yield* summaryOf(script, "--dry-run")
        assert.deepStrictEqual(yield* stored, state, `${script}: a dry run writes nothing`)

        const killed = yield* run(script, ["--batch-size", "1", "--rate", "1"], 2)
        assert.isNull(killed.code)
        const rest = yield* summaryOf(script, "--after", cursorIn(killed.err), "--batch-size", "2")
        assert.isAbove(dry.added ?? dry.changed, rest.added ?? rest.changed, "the rest is less than the whole")
        const again = yield* summaryOf(script)
        for (const kind of ["added", "changed", "listed"]) assert.include([0, undefined], again[kind], `${script}: ${kind}`)
      }
      const { posts, snapshots, ...others } = yield* stored
      assert.deepStrictEqual({ posts, snapshots, ...others }, whole)
      assert.notDeepEqual(broken, whole)
      assert.lengthOf(front.asked, asked, "nothing is paid for")
    }), 240_000)

  it.effect("change the version of what they change, so that no cached answer stays", () =>
    Effect.gen(function*() {
      const app = yield* TestApp
      const sql = yield* SqlClient
      const user = yield* app.newUser
      const first = yield* user.get("/profile/fill.two")
      yield* sql`UPDATE posts SET caption = NULL WHERE owner_username = 'fill.two'`
      assert.isAbove((yield* summaryOf("scripts/backfill-posts.ts")).changed, 0)
      const second = yield* user.get("/profile/fill.two/posts")
      assert.notStrictEqual(second.headers.get("etag"), first.headers.get("etag"))
      assert.notInclude(second.text, `"caption":null`)
    }), 120_000)

  it.effect("leave alone what a later answer or a post's own has renewed, and say what they can make nothing of", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      yield* sql`
        UPDATE posts SET caption = 'newer', updated_at = now() + interval '3 days'
        WHERE shortcode = (SELECT min(shortcode) FROM posts WHERE owner_username = 'fill.three')`
      yield* sql`
        INSERT INTO vendor_answers (username, target, fetched_at, duration_ms, attempts, response_bytes, payload, stored_at)
        VALUES ('nobody.there', 't', now(), 1, 1, 1, '{"id":"424242","username":"nobody.there"}', now()),
          ('nobody.there', 't', now(), 1, 1, 1, '{"nothing":"of use"}', now())`
      assert.deepInclude(yield* summaryOf("scripts/backfill-posts.ts"), {
        added: 0,
        changed: 0,
        listed: 0,
        without_profile: 1,
        unreadable: 1
      })
      assert.lengthOf(yield* sql`SELECT 1 FROM posts WHERE caption = 'newer'`, 1)
    }), 120_000)

  it.effect("have profiles fetched that list no posts, as many as may be, by whoever works", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const front = yield* VendorFront
      const missing = ["fill.four", "fill.five"]
      yield* sql`DELETE FROM post_profiles WHERE profile_id IN (SELECT id FROM profiles WHERE username = ANY (${missing}::text[]))`
      yield* sql`UPDATE profiles SET last_refreshed = now() - interval '8 days' WHERE username = ANY (${missing}::text[])`
      yield* sql`UPDATE vendor_answers SET stored_at = NULL, rejected_at = now(), rejection = 'test' WHERE username = ANY (${missing}::text[])`
      const before = front.asked.length
      assert.deepInclude((yield* summaryOf("scripts/backfill-posts.ts", "--fetch", "1")).fetched, { profiles: 1, succeeded: 1 })
      assert.lengthOf(front.asked, before + 1)
      assert.deepInclude((yield* summaryOf("scripts/backfill-posts.ts", "--fetch", "5")).fetched, { profiles: 1, succeeded: 1 })
      assert.deepInclude((yield* summaryOf("scripts/backfill-posts.ts", "--fetch", "5")).fetched, { profiles: 0 })
      assert.sameMembers(front.asked.slice(before), missing)
      yield* until(
        sql`SELECT DISTINCT purpose FROM vendor_calls WHERE purpose = 'backfill' AND user_id IS NULL`,
        (rows) => rows.length === 1
      )
    }), 240_000)

  it("say how far they are, how fast, and how long it will take", () => {
    assert.strictEqual(
      progressOf({ done: 25, total: 100, elapsed: 5_000 }),
      "[#####---------------] 25 of 100, 5.0 a second, 15 s left"
    )
    assert.include(progressOf({ done: 0, total: 0, elapsed: 0 }), "0 of 0")
    assert.include(progressOf({ done: 30, total: 20, elapsed: 1_000 }), "30 of 20, 30 a second, 0 s left")
  })
})
