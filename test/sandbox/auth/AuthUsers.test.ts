import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { adminClient, client, emulator, freshEmail, good, password, refused, signUp } from "./clients.ts"

layer(emulator(), { excludeTestServices: true })("users of AuthEmulator", (it) => {
  it.effect("lets the service role create, find, change, ban and delete users, and nobody else", () =>
    Effect.gen(function*() {
      const [supabase, admin] = [yield* client, yield* adminClient]
      const email = freshEmail()
      const { user } = yield* good(() => admin.auth.admin.createUser({ email, password, email_confirm: true }))
      if (user === null) return yield* Effect.die("no user")
      yield* good(() => supabase.auth.signInWithPassword({ email, password }))
      const twice = yield* refused(() => admin.auth.admin.createUser({ email, password }))
      assert.deepStrictEqual(twice, { code: "email_exists", status: 422 })
      assert.strictEqual((yield* good(() => admin.auth.admin.getUserById(user.id))).user?.email, email)
      const listed = yield* good(() => admin.auth.admin.listUsers({ perPage: 1000 }))
      assert.include(listed.users.map(({ id }) => id), user.id)

      const changed = yield* good(() =>
        admin.auth.admin.updateUserById(user.id, { app_metadata: { plan: "pro" }, ban_duration: "24h" })
      )
      assert.deepStrictEqual(changed.user?.app_metadata, { provider: "email", providers: ["email"], plan: "pro" })
      assert.deepStrictEqual(yield* refused(() => supabase.auth.signInWithPassword({ email, password })), {
        code: "user_banned",
        status: 400
      })
      assert.deepStrictEqual(yield* refused(() => supabase.auth.refreshSession()), { code: "user_banned", status: 400 })
      const nonsense = yield* refused(() => admin.auth.admin.updateUserById(user.id, { ban_duration: "a while" }))
      assert.deepStrictEqual(nonsense, { code: "validation_failed", status: 400 })
      yield* good(() => admin.auth.admin.updateUserById(user.id, { ban_duration: "none" }))
      const { session } = yield* good(() => supabase.auth.signInWithPassword({ email, password }))

      yield* good(() => admin.auth.admin.deleteUser(user.id))
      assert.deepStrictEqual(yield* refused(() => supabase.auth.getUser(session.access_token)), {
        code: "user_not_found",
        status: 403
      })
      const gone = yield* refused(() => supabase.auth.refreshSession({ refresh_token: session.refresh_token }))
      assert.deepStrictEqual(gone, { code: "refresh_token_not_found", status: 400 })
      assert.deepStrictEqual(yield* refused(() => admin.auth.admin.getUserById(user.id)), { code: "user_not_found", status: 404 })

      const ordinary = yield* client
      yield* signUp(ordinary)
      assert.deepStrictEqual(yield* refused(() => ordinary.auth.admin.listUsers()), { code: "not_admin", status: 403 })
    }))

  it.effect("keeps a softly deleted user's row, without address, and lets the address sign up anew", () =>
    Effect.gen(function*() {
      const [supabase, admin, sql] = [yield* client, yield* adminClient, yield* SqlClient]
      const { email, user } = yield* signUp(supabase)
      yield* good(() => admin.auth.admin.deleteUser(user.id, true))
      const rows = yield* sql`SELECT deleted_at IS NOT NULL AS deleted, email FROM auth.users WHERE id = ${user.id}`
      assert.deepInclude(rows[0], { deleted: true })
      assert.notStrictEqual(rows[0]?.["email"], email)
      yield* refused(() => supabase.auth.signInWithPassword({ email, password }))
      yield* good(() => supabase.auth.signUp({ email, password }))
    }))

  it.effect("keeps no password and no code in clear", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const supabase = yield* client
      const { email, session, user } = yield* signUp(supabase)
      yield* good(() => supabase.auth.resetPasswordForEmail(email))
      const [row] = yield* sql`
        SELECT encrypted_password, recovery_token, (SELECT jsonb_agg(to_jsonb(s)) FROM auth.sessions s WHERE user_id = u.id)::text AS sessions
        FROM auth.users u WHERE id = ${user.id}`
      assert.match(String(row?.["encrypted_password"]), /^\$2a\$/)
      assert.match(String(row?.["recovery_token"]), /^[0-9a-f]{56}$/)
      assert.notInclude(String(row?.["sessions"]), session.refresh_token)
    }))
})
