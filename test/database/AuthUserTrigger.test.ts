import { assert, layer } from "@effect/vitest"
import { Effect, Predicate } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { TestDatabase } from "../support/TestDatabase.ts"

layer(TestDatabase.layer)("a user of Supabase Auth", (it) => {
  it.effect("becomes one of ours, with a profile, at sign-up", () =>
    Effect.gen(function*() {
      yield* signUp(1, {
        email: "Ada@Example.com",
        raw_user_meta_data: { name: "Ada", role: "admin" },
        encrypted_password: "$2a$10$"
      })
      const user = yield* userOf(1)
      assert.deepInclude(user, {
        email: "ada@example.com",
        email_confirmed_at: null,
        phone: null,
        app_metadata: { provider: "email", providers: ["email"] },
        user_metadata: { name: "Ada", role: "admin" },
        banned_until: null,
        deleted_at: null
      })
      assert.deepInclude(yield* profileOf(1), { role: "user", status: "active", subscription_tier: "free" })
    }))

  it.effect("may have a phone number instead of an address", () =>
    Effect.gen(function*() {
      yield* signUp(2, { email: null, phone: "4930123456" })
      yield* signUp(3, { email: "", phone: "4930123457" })
      assert.deepInclude(yield* userOf(2), { email: null, phone: "4930123456" })
      assert.deepInclude(yield* userOf(3), { email: null, phone: "4930123457" })
    }))

  it.effect("is followed through confirmation, sign-in, a ban, new metadata and a new address", () =>
    Effect.gen(function*() {
      yield* signUp(4, { email: "four@example.com" })
      yield* change(4, { email_confirmed_at: instant, last_sign_in_at: instant, banned_until: instant })
      assert.deepInclude(yield* userOf(4), { email_confirmed_at: instant, last_sign_in_at: instant, banned_until: instant })
      yield* change(4, {
        banned_until: null,
        email: "Four.New@example.com",
        raw_app_meta_data: { role: "admin" },
        raw_user_meta_data: null
      })
      assert.deepInclude(yield* userOf(4), {
        banned_until: null,
        email: "four.new@example.com",
        app_metadata: { role: "admin" },
        user_metadata: {}
      })
    }))

  it.effect("keeps what they told us, however often they sign in", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      yield* signUp(5, {})
      yield* sql`UPDATE user_profiles SET company = 'Engines', subscription_tier = 'premium' WHERE user_id = ${idOf(5)}`
      yield* change(5, { last_sign_in_at: instant })
      assert.deepInclude(yield* profileOf(5), { company: "Engines", subscription_tier: "premium" })
    }))

  it.effect("is marked, not removed, when deleted: softly, or for good", () =>
    Effect.gen(function*() {
      yield* signUp(6, { email: "six@example.com" })
      yield* change(6, { deleted_at: instant })
      assert.deepInclude(yield* userOf(6), { deleted_at: instant })
      yield* asAuth((sql) => sql`DELETE FROM auth.users WHERE id = ${idOf(6)}`)
      assert.deepInclude(yield* userOf(6), { deleted_at: instant })
      assert.isDefined(yield* profileOf(6))

      yield* signUp(7, { email: "seven@example.com" })
      yield* asAuth((sql) => sql`DELETE FROM auth.users WHERE id = ${idOf(7)}`)
      assert.isNotNull((yield* userOf(7))?.["deleted_at"])
    }))

  it.effect("may sign up with an address that another has left, or that single sign-on shares", () =>
    Effect.gen(function*() {
      yield* signUp(8, { email: "shared@example.com" })
      yield* asAuth((sql) => sql`DELETE FROM auth.users WHERE id = ${idOf(8)}`)
      yield* signUp(9, { email: "SHARED@example.com" })
      assert.deepInclude(yield* userOf(8), { email: null })
      assert.deepInclude(yield* userOf(9), { email: "shared@example.com" })

      yield* signUp(10, { email: "shared@example.com", is_sso_user: true })
      assert.deepInclude(yield* userOf(9), { email: null })
      assert.deepInclude(yield* userOf(10), { email: "shared@example.com" })
    }))

  it.effect("signs up with metadata that is JSON's null, as Supabase Auth stores a missing map", () =>
    Effect.gen(function*() {
      yield* asAuth((sql) =>
        sql`INSERT INTO auth.users (id, raw_app_meta_data, raw_user_meta_data) VALUES (${idOf(11)}, 'null', 'null')`
      )
      assert.deepInclude(yield* userOf(11), { app_metadata: {}, user_metadata: {} })
    }))

  it.effect("is written by a function that no caller may run", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      for (const role of ["anon", "authenticated"]) {
        const refused = yield* Effect.flip(sql.withTransaction(
          Effect.andThen(sql`SELECT set_config('role', ${role}, true)`, sql`SELECT sync_auth_user()`)
        ))
        assert(Predicate.hasProperty(refused.reason.cause, "code"))
        assert.strictEqual(refused.reason.cause.code, "42501")
      }
    }))
})

const instant = "2030-01-02T03:04:05.678Z"

const idOf = (n: number) => `f0000000-0000-4000-8000-${String(n).padStart(12, "0")}`

/** As the auth server does it: with its own role, which has no right to our tables. */
const asAuth = <A>(use: (sql: SqlClient) => Effect.Effect<A, SqlError>) =>
  Effect.flatMap(
    SqlClient,
    (sql) => sql.withTransaction(Effect.andThen(sql`SELECT set_config('role', 'supabase_auth_admin', true)`, use(sql)))
  )

const signUp = (n: number, given: Readonly<Record<string, unknown>>) => {
  const user = {
    id: idOf(n),
    aud: "authenticated",
    role: "authenticated",
    email: `user${n}@example.com`,
    raw_app_meta_data: { provider: "email", providers: ["email"] },
    raw_user_meta_data: {},
    is_sso_user: false,
    created_at: instant,
    ...given
  }
  return asAuth((sql) => {
    const columns = sql.literal(Object.keys(user).join(", "))
    return sql`
      INSERT INTO auth.users (${columns}) SELECT ${columns} FROM jsonb_populate_record(NULL::auth.users, ${
      JSON.stringify(user)
    }::jsonb)`
  })
}

const change = (n: number, given: Readonly<Record<string, unknown>>) =>
  asAuth((sql) => {
    const columns = sql.literal(Object.keys(given).join(", "))
    return sql`
      UPDATE auth.users SET (${columns}) =
        (SELECT ${columns} FROM jsonb_populate_record(NULL::auth.users, ${JSON.stringify(given)}::jsonb) AS given)
      WHERE id = ${idOf(n)}`
  })

const userOf = (n: number) =>
  Effect.flatMap(SqlClient, (sql) => Effect.map(sql`SELECT * FROM auth_users WHERE id = ${idOf(n)}`, ([user]) => user))

const profileOf = (n: number) =>
  Effect.flatMap(SqlClient, (sql) => Effect.map(sql`SELECT * FROM user_profiles WHERE user_id = ${idOf(n)}`, ([found]) => found))
