import { assert, layer } from "@effect/vitest"
import { Effect, Predicate } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { TestDatabase } from "../support/TestDatabase.ts"
import { ids, insertExamples } from "./exampleRows.ts"

const [ada, charles] = ids.users
/** The ledger and the audit log: written by the service as the owner of the tables. */
const ledger = new Set([
  "credit_accounts",
  "credit_entries",
  "credit_reservations",
  "audit_people",
  "audit_entries",
  "audit_origins",
  "audit_links"
])
const stranger = "a0000000-0000-4000-8000-00000000000f"

/** Who may see a row, said once more in TypeScript: the policies must agree with it. */
const rules = (
  unlocked: (profile: unknown) => boolean,
  caller: string,
  all: Rows
): Readonly<Record<string, (row: Row) => boolean>> => {
  const own = (row: Row) => row["user_id"] === caller
  const ofUnlocked = (row: Row) => unlocked(row["profile_id"])
  const listed = (post: unknown) => rowsOf(all, "post_profiles").some((link) => link["post_id"] === post && ofUnlocked(link))
  const ownCampaign = (row: Row) =>
    rowsOf(all, "campaigns").some((campaign) => campaign["id"] === row["campaign_id"] && own(campaign))
  return {
    auth_users: (row) => row["id"] === caller,
    user_profiles: own,
    user_profile_access: own,
    api_usage: own,
    user_favorites: own,
    user_searches: own,
    search_history: own,
    webhook_endpoints: own,
    webhook_deliveries: own,
    campaigns: own,
    campaign_posts: ownCampaign,
    credit_accounts: own,
    credit_entries: own,
    credit_reservations: own,
    campaign_profiles: ownCampaign,
    profiles: (row) => unlocked(row["id"]),
    related_profiles: ofUnlocked,
    profile_snapshots: ofUnlocked,
    mentions: ofUnlocked,
    audience_demographics: ofUnlocked,
    creator_metadata: ofUnlocked,
    post_profiles: ofUnlocked,
    posts: (row) => listed(row["id"]),
    comment_sentiment: (row) => listed(row["post_id"])
  }
}

layer(TestDatabase.layer)("row-level security", (it) => {
  it.effect("is on for every table, and no view goes around it", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      yield* insertExamples
      const open = yield* sql`
        SELECT oid::regclass::text AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND CASE relkind
          WHEN 'r' THEN NOT relrowsecurity
          WHEN 'p' THEN NOT relrowsecurity
          WHEN 'v' THEN coalesce('security_invoker=true' <> ALL (reloptions), true)
          ELSE relkind IN ('m', 'f')
        END`
      assert.deepStrictEqual(open, [])
    }))

  for (const [who, caller] of [["a user", ada], ["another", charles], ["one who has nothing", stranger]] as const) {
    it.effect(`shows ${who} what is theirs and what they have unlocked, and nothing else`, () =>
      Effect.gen(function*() {
        const all = yield* allRows
        const now = new Date().toISOString()
        const windows = rowsOf(all, "user_profile_access").filter((row) =>
          row["user_id"] === caller && String(row["expires_at"]) > now
        )
        const rule = rules((profile) => windows.some((row) => row["profile_id"] === profile), caller, all)
        const seen = yield* as("authenticated", caller, allRows)
        for (const table of yield* tables) {
          const expected = rowsOf(all, table).filter(rule[table] ?? (() => false))
          assert.sameDeepMembers([...rowsOf(seen, table)], expected, table)
          if (caller !== stranger && rule[table]) assert.isNotEmpty(expected, `${table} has no row to see`)
          assert.isBelow(expected.length, rowsOf(all, table).length, `${table} has no row to hide`)
        }
      }))
  }

  it.effect("shows an anonymous caller nothing, whatever their token says", () =>
    Effect.gen(function*() {
      for (const caller of [ada, ""]) {
        const seen = yield* as("anon", caller, allRows)
        assert.deepStrictEqual([...seen].filter(([, found]) => found.length > 0), [])
      }
    }))

  it.effect("shows nothing to a signed-in role without an id", () =>
    Effect.gen(function*() {
      const seen = yield* as("authenticated", "", allRows)
      assert.deepStrictEqual([...seen].filter(([, found]) => found.length > 0), [])
    }))

  it.effect("shows the service role everything", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* as("service_role", "", allRows), yield* allRows)
    }))

  it.effect("closes a window the moment it ends", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const seen = (expires: string) =>
        as(
          "authenticated",
          ada,
          Effect.map(allRows, (all) => rowsOf(all, "profiles").length),
          sql`
          UPDATE user_profile_access SET granted_at = now() - interval '30 days', expires_at = ${
            sql.literal(expires)
          } WHERE user_id = ${ada}`
        )
      assert.strictEqual(yield* seen("now()"), 0)
      assert.strictEqual(yield* seen("now() - interval '1 microsecond'"), 0)
      assert.strictEqual(yield* seen("now() + interval '1 microsecond'"), 1)
    }))

  it.effect("lets nobody but the service role write", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      for (const table of yield* tables) {
        const [column] = yield* sql<
          { name: string }
        >`SELECT attname AS name FROM pg_attribute WHERE attrelid = ${table}::regclass AND attnum = 1`
        const writes = [
          sql`INSERT INTO ${sql(table)} SELECT * FROM ${sql(table)}`,
          sql`INSERT INTO ${sql(table)} DEFAULT VALUES`,
          sql`UPDATE ${sql(table)} SET ${sql(column?.name ?? "")} = DEFAULT`,
          sql`DELETE FROM ${sql(table)}`,
          sql`TRUNCATE ${sql(table)}`
        ]
        for (const role of ["anon", "authenticated", ...(ledger.has(table) ? ["service_role"] : [])]) {
          for (const write of writes) {
            const refused = yield* Effect.flip(as(role, ada, write))
            assert.strictEqual(
              codeOf(refused),
              "42501",
              `${role} is not kept from ${write.compile()[0]}: REVOKE ALL in the migration.`
            )
          }
        }
        if (ledger.has(table)) continue
        if (table === "auth_users") {
          // Not even a user goes as long as the ledger names them.
          const held = yield* Effect.flip(as("service_role", "", sql`DELETE FROM auth_users`))
          assert.strictEqual(codeOf(held), "23503")
          continue
        }
        const erased = as(
          "service_role",
          "",
          Effect.andThen(sql`DELETE FROM ${sql(table)}`, Effect.map(allRows, (all) => rowsOf(all, table).length))
        )
        assert.strictEqual(yield* erased, 0)
      }
    }))

  it.effect("lets nobody change or delete an entry of the ledger, not even the owner, but for blanking its words", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const refused = [
        sql`DELETE FROM credit_entries`,
        sql`TRUNCATE credit_entries CASCADE`,
        sql`UPDATE credit_entries SET amount = amount + 1`,
        sql`UPDATE credit_entries SET subject = 'another' WHERE user_id = ${ada}`,
        sql`UPDATE credit_entries SET subject = NULL WHERE user_id = ${ada}`,
        sql`UPDATE credit_entries SET subject = NULL, note = NULL, created_at = now() WHERE user_id = ${ada}`
      ]
      for (const write of refused) {
        assert.strictEqual(codeOf(yield* Effect.flip(sql.withTransaction(write))), "23001", write.compile()[0])
      }
      const blanked = sql`UPDATE credit_entries SET subject = NULL, note = NULL RETURNING subject`
      const done = yield* Effect.flip(sql.withTransaction(Effect.flatMap(blanked, (rows) => Effect.fail(rows.length))))
      assert.strictEqual(done, 2)
    }))

  it.effect("leaves no further right on a table to the roles of the API", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const rights = yield* sql`
        SELECT oid::regclass::text AS name, role FROM pg_class, unnest(ARRAY['anon', 'authenticated']) AS role
        WHERE relnamespace = 'public'::regnamespace AND CASE
          WHEN relkind IN ('r', 'p', 'v', 'm', 'f') THEN has_table_privilege(role, oid, 'INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')
          WHEN relkind = 'S' THEN has_sequence_privilege(role, oid, 'USAGE, UPDATE')
          ELSE false
        END`
      assert.deepStrictEqual(rights, [])
    }))

  it.effect("needs every policy: without it, its rows are gone", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const policies = yield* sql<{ name: string; table: string }>`
        SELECT policyname AS name, tablename AS "table" FROM pg_policies WHERE schemaname = 'public' ORDER BY 1`
      assert.isNotEmpty(policies)
      for (const { name, table } of policies) {
        const count = Effect.map(allRows, (all) => rowsOf(all, table).length)
        const withPolicy = yield* as("authenticated", ada, count)
        const without = yield* as("authenticated", ada, count, sql`DROP POLICY ${sql(name)} ON ${sql(table)}`)
        assert.isAbove(withPolicy, 0, name)
        assert.strictEqual(without, 0, name)
      }
    }))

  it.effect("asks who is calling once a statement, not once a row", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const slow = yield* sql`
        SELECT policyname FROM pg_policies WHERE schemaname = 'public' AND replace(qual, '( SELECT auth.uid() AS uid)', '') LIKE '%auth.uid()%'`
      assert.deepStrictEqual(slow, [])
    }))

  it.effect("leaves no function of ours to callers but the one that policies use", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const functions = yield* sql`
        SELECT oid::regprocedure::text AS name, role, prosecdef AS definer FROM pg_proc, unnest(ARRAY['anon', 'authenticated']) AS role
        WHERE pronamespace = 'public'::regnamespace AND has_function_privilege(role, oid, 'EXECUTE')`
      assert.deepStrictEqual(functions, [{ name: "has_profile_access(uuid)", role: "authenticated", definer: false }])
      const loose = yield* sql`
        SELECT oid::regprocedure::text AS name FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace AND coalesce('search_path=""' <> ALL (proconfig), true)`
      assert.deepStrictEqual(loose, [])
    }))
})

type Row = Readonly<Record<string, unknown>>
type Rows = ReadonlyMap<string, ReadonlyArray<Row>>

const rowsOf = (rows: Rows, table: string) => rows.get(table) ?? []

const tables = Effect.gen(function*() {
  const sql = yield* SqlClient
  const found = yield* sql<{ name: string }>`
    SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY 1`
  return found.map(({ name }) => name)
})

/** Every row of every table that the current role sees; a table it may not read counts as empty. */
const allRows = Effect.gen(function*() {
  const sql = yield* SqlClient
  const found = new Map<string, ReadonlyArray<Row>>()
  for (const table of yield* tables) {
    const [right] = yield* sql`SELECT has_table_privilege(${table}, 'SELECT') AS readable`
    found.set(table, right?.["readable"] === true ? yield* sql<Row>`SELECT * FROM ${sql(table)}` : [])
  }
  return found
})

/** Runs as a role of the API with a caller's token, after `before` as the superuser, in a transaction that is rolled back. */
const as = <A>(
  role: string,
  caller: string,
  effect: Effect.Effect<A, SqlError, SqlClient>,
  before: Effect.Effect<unknown, SqlError> = Effect.void
): Effect.Effect<A, SqlError, SqlClient> =>
  Effect.gen(function*() {
    const sql = yield* SqlClient
    const claims = caller === "" ? "" : JSON.stringify({ sub: caller, role })
    let result: A | undefined
    const done = yield* Effect.flip(sql.withTransaction(Effect.gen(function*() {
      yield* before
      yield* sql`SELECT set_config('request.jwt.claims', ${claims}, true), set_config('role', ${role}, true)`
      result = yield* effect
      return yield* Effect.fail("roll back" as const)
    })))
    return done === "roll back" ? result as A : yield* Effect.fail(done)
  })

const codeOf = (error: SqlError) => Predicate.hasProperty(error.reason.cause, "code") ? error.reason.cause.code : undefined
