import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Redacted } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { Adoption } from "../../../src/alignment/adoption/Adoption.ts"
import * as Database from "../../../src/database/Database.ts"
import { Migrator } from "../../../src/database/Migrator.ts"
import { cloneDatabase, ensureTemplate } from "../../support/cluster.ts"
import { TestDatabase } from "../../support/TestDatabase.ts"
import { createLegacyDatabase, createLegacyTables, recordedSchema } from "./LegacyDatabase.ts"
import { adoptionLayer, fingerprint, options } from "./support.ts"

const on = <E, R>(database: Layer.Layer<SqlClient, E, R>) => <A, E2, R2>(effect: Effect.Effect<A, E2, R2>) =>
  Effect.provide(effect, Layer.provideMerge(adoptionLayer, database))

const run = Effect.flatMap(Adoption, (adoption) => adoption.run(options))
const reasonOf = Effect.map(Effect.flip(run), (error) => error._tag === "AdoptionRefused" ? error.reason : error._tag)

/** A database without what Supabase adds. */
const plain = Layer.unwrap(Effect.gen(function*() {
  const { url } = yield* cloneDatabase({ template: yield* ensureTemplate("empty", () => Effect.void) })
  return Database.writeLayer(Database.localOptions(Redacted.value(url)))
}))

describe.skipIf(recordedSchema === undefined)("Adoption does not begin (skipped where ../shared/legacy is absent)", () => {
  it.effect("where there is nothing to adopt", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* reasonOf, "no_legacy_tables")
      yield* Effect.flatMap(Migrator, (migrator) => migrator.migrate)
      assert.strictEqual(yield* reasonOf, "no_legacy_tables")
    }).pipe(on(TestDatabase.layerUnmigrated)))

  it.effect("on a database that is not as on Supabase", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      yield* sql`CREATE TABLE profiles (id uuid PRIMARY KEY)`
      assert.strictEqual(yield* reasonOf, "not_supabase")
    }).pipe(on(plain)))

  it.effect("where another schema has the name legacy", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      yield* createLegacyTables(new Map())
      yield* sql`CREATE SCHEMA legacy`
      assert.strictEqual(yield* reasonOf, "schema_taken")
    }).pipe(on(TestDatabase.layerUnmigrated)))

  it.effect("as somebody who does not own the tables", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      yield* createLegacyTables(new Map())
      yield* sql`SELECT set_config('role', 'service_role', false)`
      const refused = yield* Effect.flip(run)
      assert.strictEqual(refused._tag === "AdoptionRefused" && refused.reason, "not_the_owner")
      assert.include(refused.message, "auth_users")
    }).pipe(
      on(Layer.unwrap(Effect.map(TestDatabase, ({ url }) => Database.writeLayer(Database.localOptions(Redacted.value(url), 1))))),
      Effect.provide(TestDatabase.layerUnmigrated)
    ))

  it.effect("to copy where the new server has been at work, nor with another currency than it was begun with", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      yield* createLegacyDatabase(300)
      // Cut off after the move.
      const adoption = yield* Adoption
      const cut = yield* Effect.exit(adoption.run({
        ...options,
        onProgress: (line) => line.startsWith("Applied") ? Effect.die("cut off") : Effect.void
      }))
      assert.strictEqual(cut._tag, "Failure")
      yield* sql`INSERT INTO profiles (username, raw_data) VALUES ('early', '{}')`
      assert.strictEqual(yield* reasonOf, "target_not_empty")
      yield* sql`DELETE FROM profiles`
      const other = yield* Effect.flip(adoption.run({ ...options, currency: "USD" }))
      assert.strictEqual(other._tag === "AdoptionRefused" && other.reason, "other_settings")
      yield* adoption.run(options)
    }).pipe(on(TestDatabase.layerUnmigrated)))
})

describe.skipIf(recordedSchema === undefined)(
  "Adoption of an unusual database (skipped where ../shared/legacy is absent)",
  () => {
    it.effect("takes one that was half repaired by hand, and reports columns it does not know", () =>
      Effect.gen(function*() {
        const sql = yield* SqlClient
        yield* createLegacyDatabase(300)
        yield* sql`ALTER TABLE users RENAME COLUMN ${sql.literal("\"user.first_name\"")} TO first_name`
        yield* sql`ALTER TABLE profiles DROP COLUMN profile_pic_url_hd`
        yield* sql`ALTER TABLE posts ALTER COLUMN hashtags TYPE text[] USING ARRAY['Kept']`
        yield* sql`ALTER TABLE mentions ADD COLUMN colour text DEFAULT 'blue'`
        yield* sql`DROP TABLE campaign_posts`
        yield* sql`CREATE VIEW popular AS SELECT username FROM profiles`
        const summary = yield* run
        assert.deepInclude(summary.counts.find(({ table }) => table === "campaign_posts"), { found: 0, adopted: 0 })
        assert.deepInclude(summary.dropped.find(({ column }) => column === "colour"), {
          table: "mentions",
          why: "no rule knows this column"
        })
        assert.isTrue(summary.notes.some((note) => note.includes("campaign_posts")))
        assert.isTrue(summary.notes.some((note) => note.includes("View popular")))
        const [found] = yield* sql`SELECT (SELECT count(*) FROM user_profiles WHERE first_name IS NOT NULL) > 0 AS names,
        (SELECT bool_and(hashtags = '{kept}') FROM posts) AS tags`
        assert.deepStrictEqual({ ...found }, { names: true, tags: true })
      }).pipe(on(TestDatabase.layerUnmigrated)))

    it.effect("does not take users for deleted where Supabase's users are elsewhere", () =>
      Effect.gen(function*() {
        const sql = yield* SqlClient
        yield* createLegacyDatabase(300)
        yield* sql`DELETE FROM auth.users`
        const summary = yield* run
        assert.isUndefined(summary.reasons.find(({ reason }) => reason === "unknown_to_supabase"))
        assert.lengthOf(yield* sql`SELECT 1 FROM auth_users WHERE deleted_at IS NOT NULL`, 0)
      }).pipe(on(TestDatabase.layerUnmigrated)))

    it.effect("keeps what belongs to a user who is deleted while it runs", () =>
      Effect.gen(function*() {
        const sql = yield* SqlClient
        yield* createLegacyDatabase(300)
        const [owner] = yield* sql<
          { id: string }
        >`SELECT users.id FROM auth.users JOIN user_profile_access AS a ON a.user_id = users.id
        WHERE a.profile_id IN (SELECT id FROM profiles WHERE username ~ '^[a-z.0-9]+$') ORDER BY 1 LIMIT 1`
        const user = owner?.id ?? ""
        const adoption = yield* Adoption
        yield* adoption.run({
          ...options,
          onProgress: (line) => line === "Copying …" ? Effect.orDie(sql`DELETE FROM auth.users WHERE id = ${user}`) : Effect.void
        })
        const [found] = yield* sql`SELECT deleted_at IS NOT NULL AS deleted,
        EXISTS (SELECT FROM user_profile_access WHERE user_id = auth_users.id) AS owns FROM auth_users WHERE id = ${user}`
        assert.deepStrictEqual({ ...found }, { deleted: true, owns: true })
      }).pipe(on(TestDatabase.layerUnmigrated)))

    it.effect("fails when rows do not add up, and can be run again once they do", () =>
      Effect.gen(function*() {
        const sql = yield* SqlClient
        yield* createLegacyDatabase(300)
        const adoption = yield* Adoption
        const failed = yield* Effect.flip(adoption.run({
          ...options,
          onProgress: (line) =>
            line === "Counting …"
              ? Effect.orDie(sql.withTransaction(Effect.gen(function*() {
                yield* sql`CREATE TABLE public.mislaid AS SELECT * FROM mentions LIMIT 1`
                yield* sql`DELETE FROM mentions WHERE id IN (SELECT id FROM mislaid)`
              })))
              : Effect.void
        }))
        assert.deepStrictEqual(failed._tag === "AdoptionUnbalanced" && failed.tables, ["mentions"])
        assert.strictEqual((yield* adoption.dryRun(options)).state, "planned")
        yield* sql`INSERT INTO mentions SELECT * FROM mislaid`
        assert.strictEqual((yield* adoption.run(options)).state, "complete")
      }).pipe(on(TestDatabase.layerUnmigrated)))

    it.effect("writes nothing at all in a dry run, whatever the state", () =>
      Effect.gen(function*() {
        yield* createLegacyDatabase(300)
        const adoption = yield* Adoption
        const before = yield* fingerprint("public", "auth")
        assert.strictEqual((yield* adoption.dryRun(options)).state, "unmoved")
        assert.deepStrictEqual(yield* fingerprint("public", "auth"), before)
        const stopAt = (start: string) =>
          Effect.exit(
            adoption.run({ ...options, onProgress: (line) => line.startsWith(start) ? Effect.die("cut off") : Effect.void })
          )
        yield* stopAt("Applied")
        const moved = yield* fingerprint("public", "legacy", "auth")
        const rehearsal = yield* adoption.dryRun(options)
        assert.strictEqual(rehearsal.state, "moved")
        assert.deepStrictEqual(yield* fingerprint("public", "legacy", "auth"), moved)
        yield* stopAt("posts")
        const half = yield* fingerprint("public", "legacy", "auth")
        const planned = yield* adoption.dryRun(options)
        assert.strictEqual(planned.state, "planned")
        assert.deepStrictEqual(planned.counts, rehearsal.counts)
        assert.deepStrictEqual(yield* fingerprint("public", "legacy", "auth"), half)
      }).pipe(on(TestDatabase.layerUnmigrated)))
  }
)
