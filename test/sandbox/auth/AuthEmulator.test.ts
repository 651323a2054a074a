import * as PgClient from "@effect/sql-pg/PgClient"
import { assert, describe, layer } from "@effect/vitest"
import { type AuthError, createClient, type SupabaseClient } from "@supabase/supabase-js"
import { Context, Effect, Layer, Redacted } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import * as jose from "jose"
import { AuthEmulator } from "../../../src/sandbox/auth/AuthEmulator.ts"
import type { AuthEmulatorOptions } from "../../../src/sandbox/auth/EmulatorSettings.ts"
import { installSupabase } from "../../../src/sandbox/postgres/Supabase.ts"
import { cloneDatabase, ensureTemplate } from "../../support/cluster.ts"

const database = Layer.unwrap(Effect.gen(function*() {
  const template = yield* ensureTemplate("supabase", (url) => Effect.provide(installSupabase, PgClient.layer({ url })))
  const { url } = yield* cloneDatabase({ template })
  return PgClient.layer({ url })
}))

const emulator = (options: AuthEmulatorOptions = {}) => AuthEmulator.layer(options).pipe(Layer.provideMerge(database))

/** A client that keeps its session to itself and does not refresh behind the test's back. */
const client = Effect.map(AuthEmulator, ({ anonKey, url }) => newClient(url, anonKey))
const adminClient = Effect.map(AuthEmulator, ({ serviceRoleKey, url }) => newClient(url, serviceRoleKey))

const newClient = (url: string, key: Redacted.Redacted<string>) =>
  createClient(url, Redacted.value(key), { auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false } })

type Answer = { readonly data: unknown; readonly error: AuthError | null }

/** The answer's data; an error that Supabase reports fails the test with its code. */
const good = <A extends Answer>(answer: () => Promise<A>) =>
  Effect.flatMap(
    Effect.promise(answer),
    (found): Effect.Effect<Extract<A, { error: null }>["data"]> =>
      isGood(found) ? Effect.succeed(found.data) : Effect.die(found.error)
  )

const isGood = <A extends Answer>(answer: A): answer is Extract<A, { error: null }> => answer.error === null

const refused = (answer: () => Promise<{ readonly error: AuthError | null }>) =>
  Effect.map(Effect.promise(answer), ({ error }) => {
    if (error === null) assert.fail("Supabase was to refuse this")
    return { code: error.code, status: error.status }
  })

let count = 0
const freshEmail = () => `user${++count}@example.com`
const password = "correct horse battery"

const signUp = Effect.fnUntraced(function*(supabase: SupabaseClient) {
  const email = freshEmail()
  const { session, user } = yield* good(() => supabase.auth.signUp({ email, password }))
  if (session === null || user === null) return yield* Effect.die("no session")
  return { email, session, user }
})

layer(emulator({ refreshReuseSeconds: 0 }), { excludeTestServices: true })("AuthEmulator through supabase-js", (it) => {
  it.effect("signs up, signs in, and tokens verify against the published keys with Supabase's claims", () =>
    Effect.gen(function*() {
      const supabase = yield* client
      const { issuer, jwksUrl } = yield* AuthEmulator
      const email = freshEmail()
      const signedUp = yield* good(() =>
        supabase.auth.signUp({ email: `  ${email.toUpperCase()}`, password, options: { data: { name: "Ada" } } })
      )
      assert.strictEqual(signedUp.user?.email, email)
      assert.strictEqual(signedUp.user?.identities?.length, 1)

      const { session, user } = yield* good(() => supabase.auth.signInWithPassword({ email, password }))
      assert.strictEqual(user.id, signedUp.user?.id)
      assert.isString(user.last_sign_in_at)
      assert.strictEqual(session.expires_in, 3600)

      const keys = jose.createRemoteJWKSet(new URL(jwksUrl))
      const { payload, protectedHeader } = yield* Effect.promise(() =>
        jose.jwtVerify(session.access_token, keys, { issuer, audience: "authenticated", algorithms: ["ES256"] })
      )
      assert.isString(protectedHeader.kid)
      assert.deepInclude(payload, { sub: user.id, email, phone: "", role: "authenticated", aal: "aal1", is_anonymous: false })
      assert.deepInclude(payload["app_metadata"], { provider: "email", providers: ["email"] })
      assert.deepInclude(payload["user_metadata"], { name: "Ada", email, email_verified: true })
      assert.match(String(payload["session_id"]), /^[0-9a-f-]{36}$/)
      assert.strictEqual((payload.exp ?? 0) - (payload.iat ?? 0), 3600)

      const claims = yield* good(() => supabase.auth.getClaims())
      assert.strictEqual(claims?.claims.sub, user.id)
    }))

  it.effect("refuses a wrong password, an unknown address, a weak password and a second sign-up as Supabase does", () =>
    Effect.gen(function*() {
      const supabase = yield* client
      const { email } = yield* signUp(supabase)
      const invalid = { code: "invalid_credentials", status: 400 }
      assert.deepStrictEqual(yield* refused(() => supabase.auth.signInWithPassword({ email, password: "wrong one" })), invalid)
      const unknown = { email: freshEmail(), password }
      assert.deepStrictEqual(yield* refused(() => supabase.auth.signInWithPassword(unknown)), invalid)
      const taken = yield* refused(() => supabase.auth.signUp({ email, password }))
      assert.deepStrictEqual(taken, { code: "user_already_exists", status: 422 })
      const weak = yield* refused(() => supabase.auth.signUp({ email: freshEmail(), password: "short" }))
      assert.deepStrictEqual(weak, { code: "weak_password", status: 422 })
      const long = yield* refused(() => supabase.auth.signUp({ email: freshEmail(), password: "x".repeat(73) }))
      assert.deepStrictEqual(long, { code: "validation_failed", status: 400 })
      const noAddress = yield* refused(() => supabase.auth.signUp({ email: "nobody", password }))
      assert.deepStrictEqual(noAddress, { code: "validation_failed", status: 400 })
    }))

  it.effect("hands out a new refresh token each time, and ends the session when an old one is shown", () =>
    Effect.gen(function*() {
      const supabase = yield* client
      const { session: first } = yield* signUp(supabase)
      const refresh = (refresh_token: string) => good(() => supabase.auth.refreshSession({ refresh_token }))
      const second = (yield* refresh(first.refresh_token)).session
      const third = (yield* refresh(second?.refresh_token ?? "")).session
      assert.lengthOf([...new Set([first.refresh_token, second?.refresh_token, third?.refresh_token])], 3)

      const reused = yield* refused(() => supabase.auth.refreshSession({ refresh_token: second?.refresh_token ?? "" }))
      assert.deepStrictEqual(reused, { code: "refresh_token_already_used", status: 400 })
      const latest = yield* refused(() => supabase.auth.refreshSession({ refresh_token: third?.refresh_token ?? "" }))
      assert.deepStrictEqual(latest, { code: "refresh_token_not_found", status: 400 })
      const user = yield* refused(() => supabase.auth.getUser(third?.access_token))
      assert.strictEqual(user.status, 400)
      const invented = yield* refused(() => supabase.auth.refreshSession({ refresh_token: "abcdefghijkl" }))
      assert.deepStrictEqual(invented, { code: "refresh_token_not_found", status: 400 })
    }))

  it.effect("lets one of several refreshes at once through, and one of several sign-ups", () =>
    Effect.gen(function*() {
      const [one, two] = [yield* client, yield* client]
      const { session } = yield* signUp(one)
      const { refresh_token } = session
      const outcome = (answers: ReadonlyArray<Answer>) => answers.map(({ error }) => error?.code ?? "ok").toSorted()
      const refreshes = yield* Effect.promise(() =>
        Promise.all([one.auth.refreshSession({ refresh_token }), two.auth.refreshSession({ refresh_token })])
      )
      assert.deepStrictEqual(outcome(refreshes), ["ok", "refresh_token_already_used"])
      const email = freshEmail()
      const signUps = yield* Effect.promise(() =>
        Promise.all([one.auth.signUp({ email, password }), two.auth.signUp({ email, password })])
      )
      assert.deepStrictEqual(outcome(signUps), ["ok", "user_already_exists"])
    }))

  it.effect("writes with the rights of Supabase's auth server, so that a trigger which needs more fails here too", () =>
    Effect.gen(function*() {
      const [supabase, sql] = [yield* client, yield* SqlClient]
      yield* sql`CREATE TABLE public.seen (id uuid)`
      yield* sql`
        CREATE FUNCTION public.note() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN INSERT INTO public.seen VALUES (NEW.id); RETURN NEW; END $$`
      yield* sql`CREATE TRIGGER note AFTER INSERT ON auth.users FOR EACH ROW EXECUTE FUNCTION public.note()`
      const { error } = yield* Effect.promise(() => supabase.auth.signUp({ email: freshEmail(), password }))
      assert.strictEqual(error?.status, 500)
      yield* sql`ALTER FUNCTION public.note() SECURITY DEFINER`
      const { user } = yield* signUp(supabase)
      assert.deepStrictEqual(yield* sql`SELECT id FROM public.seen`, [{ id: user.id }])
      yield* sql`DROP TRIGGER note ON auth.users`
    }))

  it.effect("signs out here, elsewhere, or everywhere", () =>
    Effect.gen(function*() {
      const [one, two, three] = [yield* client, yield* client, yield* client]
      const { email } = yield* signUp(one)
      yield* good(() => two.auth.signInWithPassword({ email, password }))
      yield* good(() => three.auth.signInWithPassword({ email, password }))
      const isIn = (supabase: SupabaseClient) =>
        Effect.map(Effect.promise(() => supabase.auth.getUser()), ({ error }) => error === null)

      yield* Effect.promise(() => one.auth.signOut({ scope: "local" }))
      assert.deepStrictEqual([yield* isIn(two), yield* isIn(three)], [true, true])
      yield* Effect.promise(() => two.auth.signOut({ scope: "others" }))
      assert.deepStrictEqual([yield* isIn(two), yield* isIn(three)], [true, false])
      const { session } = yield* good(() => two.auth.getSession())
      yield* Effect.promise(() => two.auth.signOut())
      const after = yield* refused(() => two.auth.refreshSession({ refresh_token: session?.refresh_token ?? "" }))
      assert.deepStrictEqual(after, { code: "refresh_token_not_found", status: 400 })
    }))

  it.effect("changes password and metadata, keeps this session and ends the others", () =>
    Effect.gen(function*() {
      const [supabase, other] = [yield* client, yield* client]
      const { email } = yield* signUp(supabase)
      yield* good(() => other.auth.signInWithPassword({ email, password }))
      const same = yield* refused(() => supabase.auth.updateUser({ password }))
      assert.deepStrictEqual(same, { code: "same_password", status: 422 })

      const changed = "another horse battery"
      const { user } = yield* good(() =>
        supabase.auth.updateUser({ password: changed, data: { theme: "dark", email_verified: null } })
      )
      assert.strictEqual(user.user_metadata["theme"], "dark")
      assert.notProperty(user.user_metadata, "email_verified")
      assert.strictEqual(user.user_metadata["email"], email)
      yield* good(() => supabase.auth.getUser())
      assert.isNotNull((yield* Effect.promise(() => other.auth.getUser())).error)
      yield* refused(() => other.auth.signInWithPassword({ email, password }))
      yield* good(() => other.auth.signInWithPassword({ email, password: changed }))
    }))

  it.effect("resets a forgotten password by a mailed code, once", () =>
    Effect.gen(function*() {
      const supabase = yield* client
      const { mails } = yield* AuthEmulator
      const { email } = yield* signUp(yield* client)
      const unknown = freshEmail()
      yield* good(() => supabase.auth.resetPasswordForEmail(unknown))
      yield* good(() => supabase.auth.resetPasswordForEmail(email))
      assert.isUndefined((yield* mails).find(({ to }) => to === unknown))
      const code = (yield* mails).findLast(({ to }) => to === email)?.code ?? ""
      const wrong = yield* refused(() =>
        supabase.auth.verifyOtp({ email, token: code === "000000" ? "1" : "000000", type: "recovery" })
      )
      assert.deepStrictEqual(wrong, { code: "otp_expired", status: 403 })
      yield* good(() => supabase.auth.verifyOtp({ email, token: code, type: "recovery" }))
      const again = yield* refused(() => supabase.auth.verifyOtp({ email, token: code, type: "recovery" }))
      assert.deepStrictEqual(again, { code: "otp_expired", status: 403 })
      const changed = "remembered at last"
      yield* good(() => supabase.auth.updateUser({ password: changed }))
      yield* good(() => supabase.auth.signInWithPassword({ email, password: changed }))
    }))

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

  it.effect("keeps earlier tokens valid when it rotates its keys", () =>
    Effect.gen(function*() {
      const supabase = yield* client
      const { jwksUrl, rotateKeys } = yield* AuthEmulator
      const { session } = yield* signUp(supabase)
      yield* rotateKeys
      const next = (yield* good(() => supabase.auth.refreshSession())).session
      const keys = jose.createRemoteJWKSet(new URL(jwksUrl))
      const kids = yield* Effect.promise(() =>
        Promise.all([session.access_token, next?.access_token ?? ""].map(async (token) =>
          (await jose.jwtVerify(token, keys)).protectedHeader.kid
        ))
      )
      assert.notStrictEqual(kids[0], kids[1])
      yield* good(() =>
        supabase.auth.getUser(session.access_token)
      )
    }))

  it.effect("answers 503 while it is told to be out, which supabase-js takes for a passing trouble", () =>
    Effect.gen(function*() {
      const supabase = yield* client
      const { jwksUrl, setOutage } = yield* AuthEmulator
      yield* setOutage(true)
      assert.strictEqual((yield* Effect.promise(() => fetch(jwksUrl))).status, 503)
      const { error } = yield* Effect.promise(() => supabase.auth.signInWithPassword({ email: freshEmail(), password }))
      assert.strictEqual(error?.name, "AuthRetryableFetchError")
      yield* setOutage(false)
      assert.strictEqual((yield* Effect.promise(() => fetch(jwksUrl))).status, 200)
    }))

  it.effect("signs a user in for other tests, whether or not there was one", () =>
    Effect.gen(function*() {
      const supabase = yield* client
      const { ensureUser } = yield* AuthEmulator
      const email = freshEmail()
      const first = yield* ensureUser(email.toUpperCase(), password)
      const second = yield* ensureUser(email, "changed meanwhile")
      assert.strictEqual(second.user_id, first.user_id)
      const { user } = yield* good(() => supabase.auth.getUser(second.access_token))
      assert.strictEqual(user.id, first.user_id)
      yield* good(() => supabase.auth.signInWithPassword({ email, password: "changed meanwhile" }))
    }))

  it.effect("refuses a request without an API key, without a token, or with a forged one", () =>
    Effect.gen(function*() {
      const { anonKey, issuer } = yield* AuthEmulator
      const apikey = Redacted.value(anonKey)
      const ask = (headers: Record<string, string>) =>
        Effect.promise(async () => {
          const response = await fetch(`${issuer}/user`, { headers })
          return { status: response.status, body: await response.json() as unknown }
        })
      assert.strictEqual((yield* ask({})).status, 401)
      assert.strictEqual((yield* ask({ apikey: "sb_wrong" })).status, 401)
      assert.deepStrictEqual(yield* ask({ apikey }), {
        status: 401,
        body: { code: 401, error_code: "no_authorization", msg: "This endpoint requires a valid Bearer token" }
      })
      assert.deepInclude((yield* ask({ apikey, authorization: `Bearer ${apikey}` })).body, { error_code: "bad_jwt" })
      const unsigned = new jose.UnsecuredJWT({ sub: "6f1c0b0e-0000-4000-8000-000000000001" }).encode()
      assert.deepInclude((yield* ask({ apikey, authorization: `Bearer ${unsigned}` })).body, { code: 403, error_code: "bad_jwt" })
    }))

  it.effect("refuses a body that is not JSON or lacks a parameter", () =>
    Effect.gen(function*() {
      const { anonKey, issuer } = yield* AuthEmulator
      const post = (body: string) =>
        Effect.promise(async () => {
          const headers = { apikey: Redacted.value(anonKey), "content-type": "application/json" }
          const response = await fetch(`${issuer}/token?grant_type=password`, { method: "POST", headers, body })
          return await response.json() as unknown
        })
      assert.deepInclude(yield* post("{"), { code: 400, error_code: "bad_json" })
      assert.deepInclude(yield* post("{}"), { code: 400, error_code: "validation_failed" })
    }))
})

layer(emulator({ autoConfirm: false, siteUrl: "http://site.example" }), { excludeTestServices: true })(
  "AuthEmulator with confirmation of addresses",
  (it) => {
    it.effect("gives no session until the address is confirmed by the mailed link", () =>
      Effect.gen(function*() {
        const supabase = yield* client
        const { mails } = yield* AuthEmulator
        const email = freshEmail()
        const { session, user } = yield* good(() => supabase.auth.signUp({ email, password }))
        assert.isNull(session)
        assert.isUndefined(user?.email_confirmed_at)
        const early = yield* refused(() => supabase.auth.signInWithPassword({ email, password }))
        assert.deepStrictEqual(early, { code: "email_not_confirmed", status: 400 })

        yield* good(() => supabase.auth.resend({ type: "signup", email }))
        const link = (yield* mails).findLast(({ to }) => to === email)?.link ?? ""
        const follow = () => Effect.promise(() => fetch(link, { redirect: "manual" }))
        const location = (yield* follow()).headers.get("location") ?? ""
        assert.match(location, /^http:\/\/site\.example#access_token=/)
        assert.include((yield* follow()).headers.get("location"), "error_code=otp_expired")
        yield* good(() => supabase.auth.signInWithPassword({ email, password }))
      }))

    it.effect("changes an address only when the new one is confirmed", () =>
      Effect.gen(function*() {
        const supabase = yield* client
        const { ensureUser, mails } = yield* AuthEmulator
        const [before, after] = [freshEmail(), freshEmail()]
        yield* ensureUser(before, password)
        yield* good(() => supabase.auth.signInWithPassword({ email: before, password }))
        const { user } = yield* good(() => supabase.auth.updateUser({ email: after }))
        assert.deepStrictEqual([user.email, user.new_email], [before, after])
        const token_hash = (yield* mails).findLast(({ to }) => to === after)?.token_hash ?? ""
        const verified = yield* good(() => supabase.auth.verifyOtp({ token_hash, type: "email_change" }))
        assert.deepStrictEqual([verified.user?.email, verified.user?.new_email], [after, undefined])
        yield* good(() => supabase.auth.signInWithPassword({ email: after, password }))
      }))
  }
)

layer(emulator({ mailCodeSeconds: 0, accessTokenSeconds: 0 }), { excludeTestServices: true })(
  "AuthEmulator with short lives",
  (it) => {
    it.effect("refuses codes and access tokens that have run out, and shows the latest refresh token again in time", () =>
      Effect.gen(function*() {
        const { ensureUser, issuer, anonKey, mails } = yield* AuthEmulator
        const email = freshEmail()
        const { access_token } = yield* ensureUser(email, password)
        const call = (path: string, token: string, body?: unknown) =>
          Effect.promise(async () => {
            const headers = {
              apikey: Redacted.value(anonKey),
              authorization: `Bearer ${token}`,
              "content-type": "application/json"
            }
            const response = await fetch(
              issuer + path,
              body === undefined ? { headers } : { method: "POST", headers, body: JSON.stringify(body) }
            )
            return await response.json() as { readonly [member: string]: string }
          })
        assert.strictEqual((yield* call("/user", access_token))["error_code"], "bad_jwt")
        yield* call("/recover", "", { email })
        const token = (yield* mails).at(-1)?.code
        assert.strictEqual((yield* call("/verify", "", { email, token, type: "recovery" }))["error_code"], "otp_expired")

        const first = yield* call("/token?grant_type=password", "", { email, password })
        const refresh = (refresh_token: string) => call("/token?grant_type=refresh_token", "", { refresh_token })
        const second = yield* refresh(first["refresh_token"] ?? "")
        const repeated = yield* refresh(first["refresh_token"] ?? "")
        assert.strictEqual(repeated["refresh_token"], second["refresh_token"])
      }))
  }
)

describe("AuthEmulator started again", () => {
  layer(database, { excludeTestServices: true })((it) => {
    it.effect("honours the keys, sessions and users of before", () =>
      Effect.gen(function*() {
        const memo = yield* Layer.makeMemoMap
        const start = Effect.flatMap(Effect.scope, (scope) =>
          Layer.buildWithMemoMap(Layer.fresh(AuthEmulator.layer()), memo, scope))
        const before = yield* Effect.scoped(Effect.gen(function*() {
          const context = yield* start
          const supabase = yield* Effect.provide(client, context)
          const { session } = yield* signUp(supabase)
          return { session, keys: Context.get(context, AuthEmulator) }
        }))
        const context = yield* start
        const after = Context.get(context, AuthEmulator)
        assert.strictEqual(Redacted.value(after.anonKey), Redacted.value(before.keys.anonKey))
        const supabase = newClient(after.url, before.keys.anonKey)
        const { user } = yield* good(() =>
          supabase.auth.getUser(before.session.access_token)
        )
        assert.strictEqual(user.id, before.session.user.id)
        yield* good(() => supabase.auth.refreshSession({ refresh_token: before.session.refresh_token }))
      }))
  })
})
