import { assert, layer } from "@effect/vitest"
import { Deferred, Duration, Effect, Fiber, Layer, Redacted, Result } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { randomUUID } from "node:crypto"
import * as App from "../../src/app.ts"
import { instantOf } from "../../src/database/Instant.ts"
import { Transaction } from "../../src/database/Transaction.ts"
import { decodeUser } from "../../src/decodo/ProfileDecoder.ts"
import { Profiles } from "../../src/profiles/Profiles.ts"
import { ProfileStore } from "../../src/profiles/ProfileStore.ts"
import { Username } from "../../src/profiles/Username.ts"
import { readSettings } from "../../src/settings/Settings.ts"
import { Erasures } from "../../src/suppressions/Erasures.ts"
import { Suppressions } from "../../src/suppressions/Suppressions.ts"
import { profileContent } from "../support/payload.ts"
import { insertUser } from "../support/rows.ts"
import { runScriptWith } from "../support/runScript.ts"
import { TestDatabase } from "../support/TestDatabase.ts"
import { until } from "../support/until.ts"
import { keys } from "./creator.ts"
import { holding } from "./scan.ts"

const services = Layer.unwrap(Effect.gen(function*() {
  const { url } = yield* TestDatabase
  const settings = yield* Effect.fromResult(readSettings({
    DATABASE_URL: Redacted.value(url),
    SUPABASE_URL: "http://127.0.0.1:1",
    SUPABASE_ANON_KEY: "none",
    SMARTPROXY_USERNAME: "none",
    SMARTPROXY_PASSWORD: "none",
    DECODO_BASE_URL: "http://127.0.0.1:1",
    JOBS_CONCURRENCY: "0",
    SUPPRESSION_KEYS: `two:${Buffer.alloc(32, 2).toString("base64")},${keys}`
  }))
  return App.services(settings)
})).pipe(Layer.provideMerge(TestDatabase.layer))

const fetched = (id: string, username: string, more: object = {}) =>
  Effect.map(
    Effect.fromResult(decodeUser(profileContent({ id, username }, [{ n: Number(id.slice(-3)) }], more).data.user)),
    (decoded) => ({
      ...decoded,
      meta: {
        id: randomUUID(),
        task_id: null,
        target: "instagram_graphql_profile",
        fetched_at: instantOf(Date.parse("2026-01-01T00:00:00Z")),
        duration_ms: 1,
        attempts: 1,
        response_bytes: 1
      }
    })
  )

const run = (script: string, ...args: ReadonlyArray<string>) => runScriptWith({ SUPPRESSION_KEYS: keys }, script, ...args)

const reason = "data_subject_request" as const
const named = (username: string) => ({ creator: { usernames: [username], ids: [] }, reason })

layer(services, { excludeTestServices: true })("an erasure", (it) => {
  it.effect("finds an answer that was kept, or decoded, before it: neither becomes rows", () =>
    Effect.gen(function*() {
      const [store, erasures] = [yield* ProfileStore, yield* Erasures]
      const gone = Username.make("zebulon.kept")
      const answer = yield* fetched("9100000101", gone)
      const kept = yield* store.keep(gone, answer)
      const other = yield* fetched("9100000102", "the.host", { biography: `with @${gone}` })
      const host = yield* store.keep(Username.make("the.host"), other)
      yield* erasures.erase({ creator: { usernames: [gone], ids: ["9100000101"] }, reason })
      assert.isTrue(Result.isFailure(yield* Effect.result(store.store(kept, () => Effect.void))))
      assert.isTrue(Result.isFailure(yield* Effect.result(store.keep(gone, answer))))
      assert.isTrue(Result.isSuccess(yield* Effect.result(store.store(host, () => Effect.void))))
      yield* erasures.sweepAll
      assert.deepStrictEqual(yield* holding([gone, "9100000101"]), [])
    }))

  it.effect("waits for what is being written, and what comes after waits for it", () =>
    Effect.gen(function*() {
      const [suppressions, erasures, sql] = [yield* Suppressions, yield* Erasures, yield* SqlClient]
      const gone = Username.make("zebulon.raced")
      const [writing, go] = [Deferred.makeUnsafe<void>(), Deferred.makeUnsafe<void>()]
      const writer = yield* Effect.forkChild(suppressions.guarded(
        gone,
        Effect.gen(function*() {
          yield* Deferred.succeed(writing, undefined)
          yield* Deferred.await(go)
          yield* sql`INSERT INTO vendor_tasks (id, target, query, submitted_at, task_id)
            VALUES (gen_random_uuid(), 'instagram_graphql_profile', ${gone}, now(), '1')`
        })
      ))
      yield* Deferred.await(writing)
      const erasure = yield* Effect.forkChild(erasures.erase(named(gone)))
      const waiting = sql<{ n: number }>`
        SELECT count(*)::int AS n FROM pg_locks WHERE locktype = 'advisory' AND NOT granted`
      yield* until(waiting, ([row]) => row?.n === 1)
      yield* Deferred.succeed(go, undefined)
      yield* Fiber.join(writer)
      assert.strictEqual((yield* Fiber.join(erasure)).erased["vendor_tasks"], 1)
      assert.deepStrictEqual(yield* holding([gone]), [])
      const after = yield* Effect.result(suppressions.guarded(gone, Effect.void))
      assert(Result.isFailure(after))
      assert.strictEqual(after.failure._tag, "ProfileSuppressed")
    }))

  it.effect("ends what a user would still read of a cached answer as not available, and not as a fault", () =>
    Effect.gen(function*() {
      const [store, erasures, profiles, transaction] = [
        yield* ProfileStore,
        yield* Erasures,
        yield* Profiles,
        yield* Transaction
      ]
      const sql = yield* SqlClient
      const gone = Username.make("zebulon.cached")
      const user = yield* insertUser
      const { profile } = yield* store.store(
        yield* store.keep(gone, yield* fetched("9100000103", gone)),
        () => Effect.void
      )
      yield* sql`UPDATE profiles SET last_refreshed = now() WHERE id = ${profile}`
      const look = profiles.lookup({ user, username: gone, wait: Duration.seconds(1), force: false })
      assert.strictEqual((yield* look)._tag, "Ready")
      // As another process has it: the row is gone, the body is cached here.
      const other = yield* insertUser
      yield* transaction.run(sql`DELETE FROM profiles WHERE id = ${profile}`.pipe(Effect.orDie))
      yield* erasures.erase(named(gone))
      const refused = yield* Effect.flip(
        profiles.lookup({ user: other, username: gone, wait: Duration.seconds(1), force: false })
      )
      assert.strictEqual(refused._tag, "ProfileSuppressed")
    }))
})

layer(services, { excludeTestServices: true })("scripts/erase-creator.ts", (it) => {
  it.effect(
    "counts and changes nothing, erases with --yes, and takes out with --sweep what a restore brought back",
    () =>
      Effect.gen(function*() {
        const store = yield* ProfileStore
        const gone = Username.make("zebulon.script")
        const put = Effect.gen(function*() {
          const kept = yield* store.keep(gone, yield* fetched("9100000201", gone))
          return yield* store.store(kept, () => Effect.void)
        })
        yield* put
        const before = yield* holding([gone])
        const counted = yield* run("erase-creator", `@${gone}`)
        assert.strictEqual(counted.code, 0, counted.out)
        for (const line of ["profiles: 1", "posts: 1", "vendor_answers: 1", "Nothing was changed"]) {
          assert.include(counted.out, line)
        }
        assert.deepStrictEqual(yield* holding([gone]), before)

        const sql = yield* SqlClient
        yield* sql`CREATE TABLE kept_profiles AS SELECT * FROM profiles`
        yield* sql`CREATE TABLE kept_answers AS SELECT * FROM vendor_answers`
        const done = yield* run("erase-creator", gone, "--yes", "--reason", "minor")
        assert.strictEqual(done.code, 0, done.out)
        assert.include(done.out, "profiles: 1")
        yield* sql`INSERT INTO profiles SELECT * FROM kept_profiles`
        yield* sql`INSERT INTO vendor_answers SELECT * FROM kept_answers`
        yield* sql`DROP TABLE kept_profiles, kept_answers`
        assert.isNotEmpty(yield* holding([gone]))
        const swept = yield* run("erase-creator", "--sweep")
        assert.strictEqual(swept.code, 0, swept.out)
        assert.deepStrictEqual(yield* holding([gone, "9100000201"]), [])
        const nobody = yield* run("erase-creator")
        assert.deepStrictEqual([nobody.code, nobody.out.trim()], [1, "Give an Instagram username, --instagram-user-id, or both."])
      }),
    60_000
  )
})

layer(services, { excludeTestServices: true })("an erasure", (it) => {
  it.effect("by a former key holds: it is recognised, and not remembered a second time", () =>
    Effect.gen(function*() {
      const [erasures, sql] = [yield* Erasures, yield* SqlClient]
      const made = yield* run("erase-creator", "zebulon.rotated", "--yes")
      assert.strictEqual(made.code, 0, made.out)
      const { hashes } = yield* erasures.erase(named("zebulon.rotated"))
      assert.lengthOf(hashes, 1)
      const rows = yield* sql`SELECT key_id FROM suppressions WHERE hash = ${hashes[0] ?? ""}`
      assert.deepStrictEqual(rows, [{ key_id: "one" }])
    }))
})
