import { assert, it as plain, layer } from "@effect/vitest"
import { Effect, Layer, Redacted } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"
import { progressOf } from "../../scripts/maintenance/batches.ts"
import * as App from "../../src/app.ts"
import { Backfill } from "../../src/profiles/Backfill.ts"
import { readSettings } from "../../src/settings/Settings.ts"
import { TestApp } from "../support/TestApp.ts"
import { TestDatabase } from "../support/TestDatabase.ts"
import { until } from "../support/until.ts"
import { VendorFront } from "../support/VendorFront.ts"

const project = fileURLToPath(new URL("../..", import.meta.url))

const environment = Effect.gen(function*() {
  const { url } = yield* TestDatabase
  const front = yield* VendorFront
  return {
    DATABASE_URL: Redacted.value(url),
    SUPABASE_URL: "http://127.0.0.1:1",
    SUPABASE_ANON_KEY: "none",
    SMARTPROXY_USERNAME: "test",
    SMARTPROXY_PASSWORD: "none",
    DECODO_BASE_URL: front.url,
    JOBS_CONCURRENCY: "0"
  }
})

/** The backfills in another process than the application. */
const backfills = Layer.unwrap(Effect.gen(function*() {
  const settings = yield* Effect.fromResult(readSettings(yield* environment))
  return Backfill.layer.pipe(Layer.provide(App.services(settings)))
}))

/** The sums of what is counted, and how often each word was answered. */
const sums = (outcomes: ReadonlyArray<object | string>) => {
  const counts: Record<string, number> = {}
  for (const outcome of outcomes) {
    for (const [name, count] of Object.entries<unknown>(typeof outcome === "string" ? { [outcome]: 1 } : { ...outcome })) {
      if (typeof count === "number") counts[name] = (counts[name] ?? 0) + count
    }
  }
  return counts
}

/** Every kept answer, or every profile, in one batch. */
const fill = Effect.fnUntraced(function*(kind: "posts" | "snapshots" | "pictures", dryRun = false) {
  const backfill = yield* Backfill
  const outcomes: Array<object | string> = []
  if (kind === "pictures") outcomes.push((yield* backfill.pictures(lowest, 100, dryRun)) ?? "none")
  else {
    for (const answer of yield* backfill.answers(lowest, 100)) {
      outcomes.push(kind === "posts" ? yield* backfill.posts(answer, dryRun) : yield* backfill.snapshot(answer, dryRun))
    }
  }
  return sums(outcomes)
})

const lowest = "00000000-0000-0000-0000-000000000000"

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
  it.layer(backfills)((it) => {
    it.effect("find nothing to do where everything is there", () =>
      Effect.gen(function*() {
        const app = yield* TestApp
        const user = yield* app.newUser
        for (const name of names) assert.strictEqual((yield* user.get(`/profile/${name}`)).status, 200)
        // A second answer: of the posts of both the first one's is older news.
        app.clock.advance("25 hours")
        const later = yield* app.signInAgain(user)
        assert.strictEqual((yield* later.get("/profile/fill.one")).status, 200)
        const before = { rows: yield* stored, versions: yield* versions }
        assert.deepStrictEqual(yield* fill("posts"), { added: 0, changed: 0, listed: 0 })
        assert.deepStrictEqual(yield* fill("snapshots"), { unchanged: 6 })
        assert.deepInclude(yield* fill("pictures"), { done: 5, changed: 0, undated: 0 })
        assert.deepStrictEqual({ rows: yield* stored, versions: yield* versions }, before)
      }), 120_000)

    it.effect("make up for all that is missing, once: nothing in a dry run, and nothing again", () =>
      Effect.gen(function*() {
        const sql = yield* SqlClient
        const front = yield* VendorFront
        const whole = yield* stored
        const asked = front.asked.length
        // As an older version would have left it.
        yield* sql`DELETE FROM profile_snapshots`
        yield* sql`DELETE FROM posts WHERE shortcode IN (SELECT shortcode FROM posts ORDER BY shortcode LIMIT 7)`
        yield* sql`UPDATE posts SET hashtags = '{}', caption = NULL, likes_count = NULL`
        yield* sql`
          UPDATE post_profiles SET is_pinned = NOT is_pinned WHERE post_id IN (SELECT id FROM posts ORDER BY shortcode LIMIT 3)`
        yield* sql`UPDATE profiles SET profile_pic_expires_at = NULL`
        for (const kind of ["posts", "snapshots", "pictures"] as const) {
          const broken = yield* stored
          const dry = yield* fill(kind, true)
          assert.deepStrictEqual(yield* stored, broken, `${kind}: a dry run writes nothing`)
          const filled = yield* fill(kind)
          assert.deepStrictEqual(filled["changed"], dry["changed"])
          const again = yield* fill(kind)
          for (const count of ["added", "changed", "listed"]) assert.include([0, undefined], again[count], `${kind}: ${count}`)
          if (kind === "posts") assert.deepStrictEqual([filled["added"], filled["listed"]], [7, 10])
          if (kind === "snapshots") assert.strictEqual(filled["added"], 6)
          if (kind === "pictures") assert.strictEqual(filled["changed"], 5)
        }
        assert.deepStrictEqual(yield* stored, whole)
        assert.lengthOf(front.asked, asked, "nothing is paid for")
      }), 120_000)

    it.effect("change the version of what they change, so that no cached answer stays", () =>
      Effect.gen(function*() {
        const app = yield* TestApp
        const sql = yield* SqlClient
        const user = yield* app.newUser
        const first = yield* user.get("/profile/fill.two")
        const posts = (yield* user.get("/profile/fill.two/posts")).text
        yield* sql`UPDATE posts SET caption = NULL WHERE owner_username = 'fill.two'`
        assert.isAbove((yield* fill("posts"))["changed"] ?? 0, 0)
        assert.strictEqual((yield* user.get("/profile/fill.two/posts")).text, posts)
        const rows = yield* sql<{ data_version: number }>`SELECT data_version FROM profiles WHERE username = 'fill.two'`
        assert.notInclude(first.headers.get("etag"), `-${rows[0]?.data_version}-`)
      }))

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
        assert.deepStrictEqual(yield* fill("posts"), { added: 0, changed: 0, listed: 0, without_profile: 1, unreadable: 1 })
        assert.lengthOf(yield* sql`SELECT 1 FROM posts WHERE caption = 'newer'`, 1)
        yield* sql`DELETE FROM vendor_answers WHERE username = 'nobody.there'`
      }))

    it.effect("note of a picture when the first of its addresses ends, and nothing that no address says", () =>
      Effect.gen(function*() {
        const sql = yield* SqlClient
        const urls = [
          ["fill.one", "https://cdn.invalid/a.jpg?oh=1&oe=65E2F0A1", "https://cdn.invalid/b.jpg?oe=65E1F0A1&x=1"],
          ["fill.two", "https://cdn.invalid/a.jpg?oe=nothing", null],
          ["fill.three", null, null]
        ] as const
        for (const [name, url, hd] of urls) {
          yield* sql`
            UPDATE profiles SET profile_pic_url = ${url}, profile_pic_url_hd = ${hd}, profile_pic_expires_at = NULL
            WHERE username = ${name}`
        }
        assert.deepInclude(yield* fill("pictures"), { changed: 1, undated: 2 })
        const found = yield* sql<{ at: string | null }>`
          SELECT to_char(profile_pic_expires_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') AS at FROM profiles
          WHERE username IN ('fill.one', 'fill.three', 'fill.two') ORDER BY username`
        assert.deepStrictEqual(found.map(({ at }) => at), ["2024-03-01 15:13", null, null])
      }))
  })

  /** A script on the test's database; `killAt` ends it with SIGKILL once it has printed so many cursors. */
  const run = Effect.fnUntraced(function*(script: string, flags: ReadonlyArray<string>, killAt = Infinity) {
    const env = { ...process.env, ...yield* environment }
    return yield* Effect.promise(() =>
      new Promise<{ readonly code: number | null; readonly out: string; readonly err: string }>((resolve) => {
        const child = spawn(process.execPath, [`scripts/${script}.ts`, ...flags], { cwd: project, env })
        let [out, err] = ["", ""]
        child.stdout.on("data", (chunk: Buffer) => out += chunk.toString())
        child.stderr.on("data", (chunk: Buffer) => {
          err += chunk.toString()
          if (err.split("go on with").length > killAt) child.kill("SIGKILL")
        })
        child.once("close", (code) => resolve({ code, out, err }))
      })
    )
  })

  it.effect(
    "killed in the middle go on behind the cursor that they printed, and tell counts before and after",
    () =>
      Effect.gen(function*() {
        const sql = yield* SqlClient
        yield* sql`DELETE FROM profile_snapshots`
        const answers = (yield* sql`SELECT 1 FROM vendor_answers WHERE stored_at IS NOT NULL`).length
        const killed = yield* run("backfill-snapshots", ["--batch-size", "1", "--rate", "1"], 3)
        assert.isNull(killed.code)
        assert.include(killed.err, `] 2 of ${answers}, `)
        const before = (yield* sql`SELECT 1 FROM profile_snapshots`).length
        assert.isBelow(before, answers)
        const cursor = [...killed.err.matchAll(/go on with --after (\S+)/g)].at(-1)?.[1] ?? ""
        const rest = yield* run("backfill-snapshots", ["--after", cursor])
        assert.strictEqual(rest.code, 0, rest.err)
        assert.deepInclude(JSON.parse(rest.out), { dry_run: false, before: { snapshots: before }, after: { snapshots: answers } })
        const pictures = yield* run("backfill-avatars", ["--dry-run"])
        assert.deepInclude(JSON.parse(pictures.out), { profiles: 5, changed: 0, undated: 2 })
      }),
    120_000
  )

  it.effect("have profiles fetched that list no posts, as many as may be, by whoever works", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const front = yield* VendorFront
      const missing = ["fill.four", "fill.five"]
      yield* sql`DELETE FROM post_profiles WHERE profile_id IN (SELECT id FROM profiles WHERE username = ANY (${missing}::text[]))`
      yield* sql`UPDATE profiles SET last_refreshed = now() - interval '8 days' WHERE username = ANY (${missing}::text[])`
      yield* sql`
        UPDATE vendor_answers SET stored_at = NULL, rejected_at = now(), rejection = 'test' WHERE username = ANY (${missing}::text[])`
      const before = front.asked.length
      const first = yield* run("backfill-posts", ["--fetch", "1"])
      assert.deepInclude(JSON.parse(first.out).fetched, { profiles: 1, succeeded: 1 }, first.err)
      assert.lengthOf(front.asked, before + 1)
      const rest = yield* run("backfill-posts", ["--fetch", "5"])
      assert.deepInclude(JSON.parse(rest.out).fetched, { profiles: 1, succeeded: 1 }, rest.err)
      assert.sameMembers(front.asked.slice(before), missing)
      yield* until(
        sql`SELECT DISTINCT purpose FROM vendor_calls WHERE purpose = 'backfill' AND user_id IS NULL`,
        (rows) => rows.length === 1
      )
    }), 120_000)
})

plain("progress says how far it is, how fast, and how long it will take", () => {
  const bar = "[#####---------------] 25 of 100, 5.0 a second, 15 s left"
  assert.strictEqual(progressOf({ done: 25, total: 100, elapsed: 5_000 }), bar)
  assert.include(progressOf({ done: 0, total: 0, elapsed: 0 }), "0 of 0")
  assert.include(progressOf({ done: 30, total: 20, elapsed: 1_000 }), "30 of 20, 30 a second, 0 s left")
})
