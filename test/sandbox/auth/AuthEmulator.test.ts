import { assert, describe, layer } from "@effect/vitest"
import { Context, Effect, Layer, Redacted } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import * as jose from "jose"
import { AuthEmulator } from "../../../src/sandbox/auth/AuthEmulator.ts"
import { client, database, emulator, freshEmail, good, newClient, password, refused, signUp } from "./clients.ts"

layer(emulator({ refreshReuseSeconds: 0 }), { excludeTestServices: true })("AuthEmulator", (it) => {
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
