import "effect/schema/SchemaJITCompiler/enable"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Clock, Console, Duration, Effect, Layer, Option, Redacted, References } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { randomUUID } from "node:crypto"
import { mkdtempSync, readdirSync, readFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Pool } from "pg"
import { AccessTracker } from "../src/access/AccessTracker.ts"
import { Unlocks } from "../src/access/Unlocks.ts"
import { migratorLayer } from "../src/app.ts"
import { Cache } from "../src/cache/Cache.ts"
import { Credits } from "../src/credits/Credits.ts"
import * as Database from "../src/database/Database.ts"
import { instantOf } from "../src/database/Instant.ts"
import { Migrator } from "../src/database/Migrator.ts"
import { Transaction } from "../src/database/Transaction.ts"
import type { FetchedProfile } from "../src/decodo/FetchedProfile.ts"
import { decodeProfile } from "../src/decodo/ProfileDecoder.ts"
import { Posts } from "../src/posts/Posts.ts"
import { ProfileListener } from "../src/profiles/ProfileListener.ts"
import { ProfileRepo } from "../src/profiles/ProfileRepo.ts"
import { rowsOf } from "../src/profiles/ProfileRows.ts"
import { ProfileStore } from "../src/profiles/ProfileStore.ts"
import { SnapshotRepo } from "../src/profiles/SnapshotRepo.ts"
import { Username } from "../src/profiles/Username.ts"
import { VendorAnswerRepo } from "../src/profiles/VendorAnswerRepo.ts"
import { EmbeddedPostgres } from "../src/sandbox/postgres/EmbeddedPostgres.ts"
import { installSupabase } from "../src/sandbox/postgres/Supabase.ts"
import { makeContents } from "../src/sandbox/vendor/Contents.ts"
import { Searches } from "../src/searches/Searches.ts"
import { Suppressions } from "../src/suppressions/Suppressions.ts"
import { Outbox } from "../src/webhooks/Outbox.ts"
import { cpuMicros } from "./stage/Cores.ts"

/**
 * Ingest: profiles a second from the vendor's text to committed rows (insights off), against a loop written by hand on `pg` that puts the same
 * rows into the same tables, a statement a table, and is given those rows ready made: it neither decodes nor computes.
 *
 *   node bench/ingest.ts [profiles=300] [rounds=3]
 */
const profiles = Number(process.argv[2] ?? 300)
const rounds = Number(process.argv[3] ?? 3)
const atOnce = 4

interface Answer {
  readonly username: Username
  readonly text: string
}

const answersOf = (prefix: string, now: number): ReadonlyArray<Answer> => {
  const contents = makeContents(1)
  return Array.from({ length: profiles }, (_, n) => {
    const username = Username.make(`${prefix}.${n}`)
    return { username, text: new TextDecoder().decode(contents.bytes("instagram_graphql_profile", username, now)) }
  })
}

const decode = ({ text }: Answer) => Effect.fromResult(decodeProfile(JSON.parse(text)))

const metaOf = ({ text }: Answer, now: number): FetchedProfile["meta"] => ({
  id: randomUUID(),
  target: "instagram_graphql_profile",
  task_id: null,
  fetched_at: instantOf(now),
  duration_ms: 1,
  attempts: 1,
  response_bytes: text.length
})

/** What a fetch does once the vendor has answered. */
const ours = Effect.fnUntraced(function*(answers: ReadonlyArray<Answer>, now: number) {
  const store = yield* ProfileStore
  yield* Effect.forEach(answers, (answer) =>
    Effect.gen(function*() {
      const kept = yield* store.keep(answer.username, { ...(yield* decode(answer)), meta: metaOf(answer, now) })
      yield* store.store(kept, () => Effect.void)
    }), { concurrency: atOnce, discard: true })
})

/** An answer's rows, and the statements that a hand would write for them. */
const prepared = Effect.fnUntraced(function*(answers: ReadonlyArray<Answer>, now: number) {
  return yield* Effect.forEach(answers, (answer) =>
    Effect.map(decode(answer), (decoded) => {
      const { meta: _, ...kept } = { ...metaOf(answer, now), payload: decoded.raw, username: answer.username, meta: 0 }
      return { kept, rows: rowsOf(decoded, instantOf(now)) }
    }))
})
type Prepared = Effect.Success<ReturnType<typeof prepared>>[number]

const byHand = async (pool: Pool, work: ReadonlyArray<Prepared>, texts: ReadonlyArray<Answer>) => {
  let next = 0
  const insert = (table: string, row: object, rest = "") => {
    const columns = Object.keys(row).join(", ")
    return {
      name: table,
      text: `INSERT INTO ${table} (${columns}) SELECT ${columns} FROM jsonb_populate_recordset(NULL::${table}, $1) ${rest}`
    }
  }
  const loop = async () => {
    for (let n = next++; n < work.length; n = next++) {
      JSON.parse(texts[n]?.text ?? "")
      const { kept, rows } = work[n]!
      const client = await pool.connect()
      const run = async (table: string, given: ReadonlyArray<object>, rest = "") =>
        given[0] === undefined
          ? []
          : (await client.query<{ id: string; shortcode: string }>({
            ...insert(table, given[0], rest),
            values: [JSON.stringify(given)]
          })).rows
      const [answer] = await run("vendor_answers", [{ ...kept }], "RETURNING id")
      await client.query("BEGIN")
      const [profile] = await run("profiles", [rows.profile], "RETURNING id")
      const profile_id = profile?.id
      const posts = rows.posts.map(({ is_pinned: _pinned, relation: _relation, ...post }) => ({ profile_id, ...post }))
      const ids = await run(
        "posts",
        posts,
        "ON CONFLICT (shortcode) DO UPDATE SET updated_at = excluded.updated_at RETURNING id, shortcode"
      )
      await run(
        "post_profiles",
        ids.map(({ id: post_id }, i) => ({
          profile_id,
          post_id,
          relation: rows.posts[i]?.relation,
          is_pinned: rows.posts[i]?.is_pinned,
          posted_at: rows.posts[i]?.posted_at,
          first_seen_at: rows.profile.updated_at,
          last_seen_at: rows.profile.updated_at
        }))
      )
      await run("related_profiles", rows.related.map((row) => ({ profile_id, ...row })))
      const idOf = new Map(ids.map((row) => [row.shortcode, row.id]))
      await run(
        "mentions",
        rows.mentions.map(({ shortcode, ...edge }) => ({
          profile_id,
          post_id: shortcode === null ? null : idOf.get(shortcode) ?? null,
          ...edge,
          mentioned_at: rows.profile.updated_at,
          created_at: rows.profile.updated_at
        })),
        "ON CONFLICT DO NOTHING"
      )
      await run("profile_snapshots", [{ profile_id, ...rows.snapshot }])
      await client.query({
        name: "stored",
        text: "UPDATE vendor_answers SET stored_at = $2 WHERE id = $1",
        values: [answer?.id, kept.fetched_at]
      })
      await client.query("COMMIT")
      client.release()
    }
  }
  await Promise.all(Array.from({ length: atOnce }, loop))
}

/** Processor time of all of PostgreSQL's processes so far. */
const postgresMicros = (postmaster: number): number =>
  readdirSync("/proc").filter((name) => /^\d+$/.test(name)).reduce((sum, name) => {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "utf8")
      const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1])
      return parent === postmaster ? sum + cpuMicros(Number(name)) : sum
    } catch {
      return sum
    }
  }, 0)

const measured = Effect.fnUntraced(function*<E, R>(postmaster: number, run: Effect.Effect<void, E, R>) {
  const [began, node, postgres] = [performance.now(), process.cpuUsage(), postgresMicros(postmaster)]
  yield* run
  const { system, user } = process.cpuUsage(node)
  return {
    perSecond: profiles / ((performance.now() - began) / 1000),
    nodeMicros: (user + system) / profiles,
    postgresMicros: (postgresMicros(postmaster) - postgres) / profiles
  }
})

const bench = Effect.fnUntraced(function*(url: string) {
  const sql = yield* SqlClient
  yield* installSupabase
  yield* Effect.flatMap(Migrator, (migrator) => migrator.migrate)
  const [backend] = yield* sql<{ pid: number }>`SELECT pg_backend_pid() AS pid`
  const postmaster = Number(readFileSync(`/proc/${backend?.pid}/stat`, "utf8").replace(/^.*\) /s, "").split(" ")[1])
  // PostgreSQL is stopped while the last connections are on their way out.
  const pool = new Pool({ connectionString: url, max: atOnce }).on("error", () => {})
  const now = yield* Clock.currentTimeMillis
  const counts = (prefix: string) =>
    sql`SELECT count(*)::int AS profiles, (SELECT count(*)::int FROM post_profiles JOIN profiles AS p ON p.id = profile_id
        WHERE p.username LIKE ${`${prefix}.%`}) AS posts FROM profiles WHERE username LIKE ${`${prefix}.%`}`
  for (let round = 0; round <= rounds; round++) {
    const [mine, theirs] = [answersOf(`ours${round}`, now), answersOf(`hand${round}`, now)]
    const work = yield* prepared(theirs, now)
    const hand = yield* measured(postmaster, Effect.promise(() => byHand(pool, work, theirs)))
    const our = yield* measured(postmaster, ours(mine, now))
    if (round === 0) {
      // The first warms both up, and autovacuum would have looked at what it stored.
      yield* sql`ANALYZE`
      continue
    }
    const shown = ({ nodeMicros, perSecond, postgresMicros }: typeof our) =>
      `${perSecond.toFixed(0)}/s, CPU ${nodeMicros.toFixed(0)} µs here and ${
        postgresMicros.toFixed(0)
      } µs in PostgreSQL a profile`
    yield* Console.log(`ours:    ${shown(our)}   ${JSON.stringify(yield* counts(`ours${round}`))}`)
    yield* Console.log(`by hand: ${shown(hand)}   ${JSON.stringify(yield* counts(`hand${round}`))}`)
    yield* Console.log(`ratio:   ${(our.perSecond / hand.perSecond).toFixed(2)}`)
  }
  yield* Effect.promise(() => pool.end())
})

Effect.gen(function*() {
  const postgres = yield* EmbeddedPostgres
  const url = Redacted.value(postgres.url)
  const database = Database.layer({
    ...Database.localOptions(Redacted.value(postgres.url), atOnce),
    statementTimeout: Duration.minutes(5)
  })
  const rooms = ProfileStore.layerNoDeps.pipe(
    Layer.provide([
      ProfileRepo.layer,
      SnapshotRepo.layer,
      VendorAnswerRepo.layer,
      Posts.layer,
      Unlocks.layerNoDeps.pipe(
        Layer.provide([AccessTracker.layer, Credits.layer({ enabled: false, lease: "15 minutes", callsKeptFor: "1 day" })])
      ),
      Searches.layer,
      Cache.layerNone,
      ProfileListener.layerNone,
      Outbox.layerNone,
      Suppressions.layer(Option.none())
    ]),
    Layer.provideMerge(Transaction.layer),
    Layer.provideMerge(migratorLayer),
    Layer.provideMerge(database),
    Layer.provide(NodeServices.layer)
  )
  // As in a server that no collector of traces is set for.
  yield* Effect.provide(bench(url), Layer.provideMerge(rooms, Layer.succeed(References.TracerEnabled, false)))
}).pipe(
  Effect.provide(EmbeddedPostgres.layer({ dataDir: mkdtempSync(join(tmpdir(), "ingest-")), durable: false })),
  Effect.scoped,
  Effect.runPromise
)
