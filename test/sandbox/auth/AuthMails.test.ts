import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { AuthEmulator } from "../../../src/sandbox/auth/AuthEmulator.ts"
import { client, emulator, freshEmail, good, password, refused, signUp } from "./clients.ts"

layer(emulator(), { excludeTestServices: true })("mails of AuthEmulator", (it) => {
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
