import { assert, layer } from "@effect/vitest"
import type { SupabaseClient } from "@supabase/supabase-js"
import { Effect, Redacted } from "effect"
import { AuthEmulator } from "../../../src/sandbox/auth/AuthEmulator.ts"
import { type Answer, client, emulator, freshEmail, good, password, refused, signUp } from "./clients.ts"

layer(emulator({ refreshReuseSeconds: 0 }), { excludeTestServices: true })("sessions of AuthEmulator", (it) => {
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
})

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
