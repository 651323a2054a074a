import { assert, layer } from "@effect/vitest"
import type { AdminUserAttributes } from "@supabase/supabase-js"
import { Effect } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { good, newClient, refused } from "../sandbox/auth/clients.ts"
import { TestApp } from "../support/TestApp.ts"
import { freshEmail, login, me, password, said } from "./support/calls.ts"

/** What this process remembers of a session is older than this, and asked for anew. */
const remembered = "4 seconds"

layer(TestApp.layer(), { excludeTestServices: true })("tokens of supabase-js", (it) => {
  it.effect("are accepted and refused by this server from sign-up to sign-out", () =>
    Effect.gen(function*() {
      const { auth: { anonKey, url }, clock } = yield* TestApp
      const { auth } = newClient(url, anonKey)
      const email = freshEmail()
      const tokenOf = (data: { session: { access_token: string; refresh_token: string } | null }) => data.session!

      const first = tokenOf(yield* good(() => auth.signUp({ email, password })))
      assert.strictEqual(said(yield* me(first.access_token)), "200", "signed up")
      const second = tokenOf(yield* good(() => auth.signInWithPassword({ email, password })))
      assert.strictEqual(said(yield* me(second.access_token)), "200", "signed in")

      clock.advance("61 minutes")
      const late = yield* me(second.access_token)
      assert.strictEqual(said(late), "401 unauthorized")
      assert.strictEqual(late.json<{ reason: string }>().reason, "expired")

      const third = tokenOf(yield* good(() => auth.refreshSession({ refresh_token: second.refresh_token })))
      assert.strictEqual(said(yield* me(third.access_token)), "200", "refreshed")
      const fourth = tokenOf(yield* good(() => auth.refreshSession({ refresh_token: third.refresh_token })))
      assert.strictEqual(said(yield* me(fourth.access_token)), "200", "refreshed again")

      assert.isNull((yield* Effect.promise(() => auth.signOut())).error)
      clock.advance(remembered)
      for (const { access_token } of [third, fourth]) {
        const out = yield* me(access_token)
        assert.strictEqual(said(out), "401 unauthorized", "signed out")
        assert.strictEqual(out.json<{ reason: string }>().reason, "invalid")
      }
      assert.deepStrictEqual(yield* refused(() => auth.refreshSession({ refresh_token: fourth.refresh_token })), {
        code: "refresh_token_not_found",
        status: 400
      })
    }))

  it.effect("end with their session: by a refresh token shown twice, and by one whose time is over", () =>
    Effect.gen(function*() {
      const { auth: { anonKey, url }, clock } = yield* TestApp
      const sql = yield* SqlClient
      const { auth } = newClient(url, anonKey)
      const email = freshEmail()
      const { session, user } = yield* good(() => auth.signUp({ email, password }))
      const next = yield* good(() => auth.refreshSession({ refresh_token: session!.refresh_token }))
      clock.advance("11 seconds")
      const reused = yield* refused(() => auth.refreshSession({ refresh_token: session!.refresh_token }))
      assert.strictEqual(reused.code, "refresh_token_already_used")
      assert.strictEqual(said(yield* me(next.session!.access_token)), "401 unauthorized")

      const again = yield* good(() => auth.signInWithPassword({ email, password }))
      yield* sql`UPDATE auth.sessions SET not_after = now() - interval '1 minute' WHERE user_id = ${user!.id}`
      const late = yield* refused(() => auth.refreshSession({ refresh_token: again.session.refresh_token }))
      assert.strictEqual(late.code, "session_expired")
      assert.strictEqual(said(yield* me(again.session.access_token)), "401 unauthorized")
    }))
})

layer(TestApp.layer(), { excludeTestServices: true })("what an operator does at Supabase", (it) => {
  const admin = Effect.map(TestApp, ({ auth: { serviceRoleKey, url } }) => newClient(url, serviceRoleKey).auth.admin)

  const created = Effect.fnUntraced(function*(attributes: AdminUserAttributes = {}) {
    const users = yield* admin
    const email = freshEmail()
    const { user } = yield* good(() => users.createUser({ email, password, email_confirm: true, ...attributes }))
    const { access_token } = (yield* login(email)).json<{ access_token: string }>()
    const change = Effect.fnUntraced(function*(changes: AdminUserAttributes) {
      const { clock } = yield* TestApp
      yield* good(() => users.updateUserById(user.id, changes))
      clock.advance(remembered)
    })
    return { id: user.id, email, token: access_token, change }
  })

  const row = Effect.fnUntraced(function*(id: string) {
    const sql = yield* SqlClient
    const [found] = yield* sql<Record<string, unknown>>`
      SELECT u.*, p.role, p.status FROM auth_users AS u JOIN user_profiles AS p ON p.user_id = u.id WHERE u.id = ${id}`
    return found
  })

  it.effect("a user who is created is one here, with a profile, and no rights out of what users write", () =>
    Effect.gen(function*() {
      const { email, id, token } = yield* created({ user_metadata: { role: "admin", status: "active" } })
      assert.deepInclude(yield* row(id), { email, role: "user", status: "active", deleted_at: null })
      assert.deepInclude((yield* me(token)).json<object>(), { id, email, role: "user" })
    }))

  it.effect("a changed address and changed metadata follow", () =>
    Effect.gen(function*() {
      const { change, id, token } = yield* created()
      const email = freshEmail()
      yield* change({ email, app_metadata: { plan: "x" }, user_metadata: { name: "N" } })
      assert.strictEqual((yield* me(token)).json<{ email: string }>().email, email)
      const after = yield* row(id)
      assert.deepInclude(after, { email })
      assert.deepInclude(after?.["app_metadata"], { plan: "x" })
      assert.deepInclude(after?.["user_metadata"], { name: "N" })
    }))

  it.effect("a banned user is refused at once, until the ban is lifted", () =>
    Effect.gen(function*() {
      const { change, id, token } = yield* created()
      yield* change({ ban_duration: "24h" })
      assert.isNotNull((yield* row(id))?.["banned_until"])
      assert.strictEqual(said(yield* me(token)), "403 account-banned")
      yield* change({ ban_duration: "none" })
      assert.isNull((yield* row(id))?.["banned_until"])
      assert.strictEqual(said(yield* me(token)), "200")
    }))

  it.effect("a deleted user is nobody, softly or for good, and the rows say so", () =>
    Effect.gen(function*() {
      const { clock } = yield* TestApp
      const users = yield* admin
      for (const soft of [true, false]) {
        const { email, id, token } = yield* created()
        assert.strictEqual(said(yield* me(token)), "200")
        yield* good(() => users.deleteUser(id, soft))
        clock.advance(remembered)
        assert.strictEqual(said(yield* me(token)), "401 unauthorized")
        assert.strictEqual(said(yield* login(email)), "401 invalid-credentials")
        assert.isNotNull((yield* row(id))?.["deleted_at"])
      }
    }))

  it.effect("a user of before the trigger becomes one here with the first request", () =>
    Effect.gen(function*() {
      const { clock } = yield* TestApp
      const sql = yield* SqlClient
      const { email, id, token } = yield* created()
      yield* sql`DELETE FROM auth_users WHERE id = ${id}`
      clock.advance(remembered)
      assert.deepInclude((yield* me(token)).json<object>(), { id, email, role: "user" })
      assert.deepInclude(yield* row(id), { email })
    }))
})
