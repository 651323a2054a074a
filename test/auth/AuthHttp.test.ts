import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { TestApp } from "../support/TestApp.ts"
import {
  call,
  freshEmail,
  login,
  mailTo,
  me,
  password,
  post,
  refresh,
  said,
  sessionIn,
  someone,
  visible
} from "./support/calls.ts"

interface Own {
  readonly id: string
  readonly email: string | null
  readonly role: string
  readonly status: string
  readonly subscription_tier: string
  readonly email_confirmed_at: string | null
  readonly last_login_at: string | null
}

layer(TestApp.layer(), { excludeTestServices: true })("where addresses need no confirmation", (it) => {
  it.effect("a user signs up, signs in, is let in, and is counted", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const email = freshEmail()
      assert.strictEqual(said(yield* post("/auth/register", { email, password })), "202")
      assert.lengthOf(
        yield* sql`SELECT FROM auth.sessions AS s JOIN auth.users AS u ON u.id = s.user_id WHERE u.email = ${email}`,
        0,
        "no session that nobody holds"
      )
      const { access_token, expires_in, token_type, user } = sessionIn(yield* login(email.toUpperCase()))
      assert.deepStrictEqual([token_type, expires_in, user.email], ["bearer", 3600, email])
      const mine = (yield* me(access_token)).json<Own>()
      assert.deepInclude(mine, { id: user.id, email, role: "user", status: "active", subscription_tier: "free" })
      assert.isNotNull(mine.email_confirmed_at)
      assert.isNotNull(mine.last_login_at)
      yield* login(email)
      const [row] = yield* sql<{ login_count: number }>`SELECT login_count FROM user_profiles WHERE user_id = ${user.id}`
      assert.strictEqual(row?.login_count, 2)
    }))

  it.effect("an address that is taken gets the answer of a new one, and keeps its password", () =>
    Effect.gen(function*() {
      const { email } = yield* someone
      const taken = yield* post("/auth/register", { email, password: "another password" })
      const fresh = yield* post("/auth/register", { email: freshEmail(), password: "another password" })
      assert.deepStrictEqual(visible(taken), visible(fresh))
      assert.strictEqual(said(yield* login(email, "another password")), "401 invalid-credentials")
      assert.strictEqual(said(yield* login(email)), "200")
    }))

  it.effect("a new password is asked for alike by whoever has the address and by whoever has not", () =>
    Effect.gen(function*() {
      const { email } = yield* someone
      assert.deepStrictEqual(
        visible(yield* post("/auth/password/forgot", { email })),
        visible(yield* post("/auth/password/forgot", { email: freshEmail() }))
      )
      assert.strictEqual((yield* mailTo(email, "recovery")).to, email)
    }))

  it.effect("an unknown address, a wrong password and a banned account are told alike", () =>
    Effect.gen(function*() {
      const { email } = yield* someone
      const banned = yield* someone
      const sql = yield* SqlClient
      yield* sql`UPDATE auth.users SET banned_until = now() + interval '1 hour' WHERE id = ${banned.user.id}`
      const answers = [
        yield* login(freshEmail()),
        yield* login(email, "wrong"),
        yield* login(banned.email),
        yield* login(banned.email, "wrong")
      ]
      const [first] = answers
      assert.strictEqual(said(first!), "401 invalid-credentials")
      for (const answer of answers) {
        assert.deepStrictEqual(
          { ...answer.problem, request_id: "" },
          { ...first!.problem, request_id: "" }
        )
      }
    }))

  it.effect("a suspended user is told at the door, and holds no session", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const { email, user } = yield* someone
      yield* sql`UPDATE user_profiles SET status = 'suspended' WHERE user_id = ${user.id}`
      yield* sql`DELETE FROM auth.sessions WHERE user_id = ${user.id}`
      assert.strictEqual(said(yield* login(email)), "403 account-suspended")
      assert.lengthOf(yield* sql`SELECT FROM auth.sessions WHERE user_id = ${user.id}`, 0)
    }))

  it.effect("a weak password is refused with reasons, and bad input by its field, never its value", () =>
    Effect.gen(function*() {
      const app = yield* TestApp
      const weak = yield* post("/auth/register", { email: freshEmail(), password: "short" })
      assert.strictEqual(said(weak), "422 weak-password")
      assert.deepStrictEqual(weak.json<{ reasons: ReadonlyArray<string> }>().reasons, ["length"])
      for (
        const [body, field] of [
          [{ email: "hunter2hunter2", password }, "payload.email"],
          [{ email: freshEmail(), password: "hunter2".repeat(20) }, "payload.password"],
          [{ email: freshEmail(), password: "hunter2ü".repeat(9) }, "payload.password"],
          [{ email: freshEmail(), password: "hunter2 \0" }, "payload.password"],
          [{ email: freshEmail() }, "payload.password"],
          [{ email: freshEmail(), password, role: "hunter2" }, "payload.role"]
        ] as const
      ) {
        const refused = yield* post("/auth/register", body)
        assert.strictEqual(said(refused), "400 invalid-request", JSON.stringify(body))
        assert.include((refused.problem.errors ?? []).map(({ path }) => path.join(".")), field)
        assert.notInclude(refused.text, "hunter2")
      }
      assert.notInclude(app.logs.join("\n"), "hunter2")
      assert.notInclude(app.logs.join("\n"), password)
    }))

  it.effect("each refresh gives the next tokens; one that was shown before ends the session", () =>
    Effect.gen(function*() {
      const app = yield* TestApp
      const first = yield* someone
      const second = sessionIn(yield* refresh(first.refresh_token))
      const third = sessionIn(yield* refresh(second.refresh_token))
      assert.strictEqual(new Set([first, second, third].map((one) => one.refresh_token)).size, 3)
      for (const { access_token } of [first, second, third]) assert.strictEqual(said(yield* me(access_token)), "200")

      app.clock.advance("11 seconds")
      const reused = yield* refresh(second.refresh_token)
      assert.strictEqual(said(reused), "401 refresh-token-invalid")
      assert.strictEqual(reused.json<{ reason: string }>().reason, "used")
      assert.strictEqual((yield* refresh(third.refresh_token)).json<{ reason: string }>().reason, "unknown")
      app.clock.advance("4 seconds")
      for (const { access_token } of [first, second, third]) assert.strictEqual(said(yield* me(access_token)), "401 unauthorized")
    }))

  it.effect("a session that has come to its end is not renewed, and a made-up token is none", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const { refresh_token, user } = yield* someone
      yield* sql`UPDATE auth.sessions SET not_after = now() - interval '1 minute' WHERE user_id = ${user.id}`
      const ended = yield* refresh(refresh_token)
      assert.strictEqual(said(ended), "401 refresh-token-invalid")
      assert.strictEqual(ended.json<{ reason: string }>().reason, "expired")
      assert.strictEqual((yield* refresh("made-up")).json<{ reason: string }>().reason, "unknown")
    }))

  it.effect("signing out refuses the session's tokens at once, and those of others as it was asked for", () =>
    Effect.gen(function*() {
      const one = yield* someone
      const again = Effect.map(login(one.email), sessionIn)
      const two = yield* again
      for (const token of [one.access_token, two.access_token]) assert.strictEqual(said(yield* me(token)), "200")

      assert.strictEqual(said(yield* call("POST", "/auth/logout", undefined, two.access_token)), "204")
      assert.strictEqual(said(yield* me(two.access_token)), "401 unauthorized")
      assert.strictEqual(said(yield* refresh(two.refresh_token)), "401 refresh-token-invalid")
      assert.strictEqual(said(yield* me(one.access_token)), "200")

      const three = yield* again
      assert.strictEqual(said(yield* post("/auth/logout", { scope: "others" }, three.access_token)), "204")
      assert.strictEqual(said(yield* me(one.access_token)), "401 unauthorized")
      assert.strictEqual(said(yield* me(three.access_token)), "200")

      const four = yield* again
      assert.strictEqual(said(yield* post("/auth/logout", { scope: "global" }, four.access_token)), "204")
      for (const token of [three, four]) assert.strictEqual(said(yield* me(token.access_token)), "401 unauthorized")
      assert.strictEqual(said(yield* call("POST", "/auth/logout", undefined, four.access_token)), "401 unauthorized")
      assert.strictEqual(said(yield* call("POST", "/auth/logout")), "401 unauthorized")
    }))

  it.effect("many signing in at once each get their own session", () =>
    Effect.gen(function*() {
      const users = yield* Effect.all(Array.from({ length: 10 }, () => someone), { concurrency: 1 })
      const sessions = yield* Effect.all(users.map(({ email }) => Effect.map(login(email), sessionIn)), {
        concurrency: "unbounded"
      })
      for (const [i, { access_token, user }] of sessions.entries()) {
        assert.strictEqual(user.id, users[i]?.user.id)
        assert.strictEqual((yield* me(access_token)).json<Own>().id, user.id)
      }
    }))

  it.effect("while Supabase Auth is away nobody signs in, and it says when to come back", () =>
    Effect.gen(function*() {
      const { auth } = yield* TestApp
      const { access_token, email, refresh_token } = yield* someone
      yield* auth.setOutage(true)
      const answers = yield* Effect.all([
        login(email),
        refresh(refresh_token),
        post("/auth/register", { email: freshEmail(), password }),
        post("/auth/password/forgot", { email }),
        call("POST", "/auth/logout", undefined, access_token)
      ])
      yield* auth.setOutage(false)
      for (const answer of answers) {
        assert.strictEqual(said(answer), "503 auth-unavailable")
        assert.strictEqual(answer.headers.get("retry-after"), "5")
      }
      assert.strictEqual(said(yield* me(access_token)), "200", "tokens go on without it")
      assert.strictEqual(said(yield* refresh(refresh_token)), "200")
    }))
})

layer(TestApp.layer({ auth: { autoConfirm: false } }), { excludeTestServices: true })("where addresses are confirmed", (it) => {
  const registered = Effect.gen(function*() {
    const email = freshEmail()
    assert.strictEqual(said(yield* post("/auth/register", { email, password })), "202")
    return { email, mail: yield* mailTo(email, "signup") }
  })

  it.effect("a user waits for the confirmation, and is in with the mailed code, once", () =>
    Effect.gen(function*() {
      const { email, mail } = yield* registered
      assert.strictEqual(said(yield* login(email)), "403 email-not-confirmed")
      assert.strictEqual(said(yield* login(email, "wrong")), "401 invalid-credentials")
      const wrong = mail.code === "000000" ? "000001" : "000000"
      assert.strictEqual(said(yield* post("/auth/email/confirm", { email, code: wrong })), "422 code-invalid")
      const session = sessionIn(yield* post("/auth/email/confirm", { email, code: mail.code }))
      assert.isNotNull((yield* me(session.access_token)).json<Own>().email_confirmed_at)
      assert.strictEqual(said(yield* post("/auth/email/confirm", { email, code: mail.code })), "422 code-invalid")
      assert.strictEqual(said(yield* login(email)), "200")
    }))

  it.effect("the hash of the mailed link does as well; half of what is needed, or both, is refused", () =>
    Effect.gen(function*() {
      const { email, mail: { code, token_hash } } = yield* registered
      for (const body of [{}, { email }, { code }, { email, code, token_hash }]) {
        assert.strictEqual(said(yield* post("/auth/email/confirm", body)), "400 invalid-request", JSON.stringify(body))
      }
      assert.strictEqual(sessionIn(yield* post("/auth/email/confirm", { token_hash })).user.email, email)
    }))

  it.effect("a mail is repeated, and asked for alike by all", () =>
    Effect.gen(function*() {
      const { auth } = yield* TestApp
      const { email, mail } = yield* registered
      const confirmed = yield* someone
      const answers = [email, confirmed.email, freshEmail()].map((one) => post("/auth/email/resend", { email: one }))
      const [waiting, done, unknown] = yield* Effect.all(answers)
      assert.deepStrictEqual(visible(waiting!), visible(done!))
      assert.deepStrictEqual(visible(waiting!), visible(unknown!))
      const repeated = yield* mailTo(email, "signup")
      assert.notStrictEqual(repeated.token_hash, mail.token_hash)
      assert.isFalse((yield* auth.mails).some(({ to, type }) => to === confirmed.email && type === "signup"))
      const again = yield* post("/auth/register", { email: confirmed.email, password: "something else" })
      const fresh = yield* post("/auth/register", { email: freshEmail(), password: "something else" })
      assert.deepStrictEqual(visible(again), visible(fresh))
      assert.strictEqual(said(yield* login(confirmed.email)), "200")
    }))

  it.effect("a forgotten password is replaced by the mailed code; every other session ends", () =>
    Effect.gen(function*() {
      const { access_token, email } = yield* someone
      yield* post("/auth/password/forgot", { email })
      const { code } = yield* mailTo(email, "recovery")
      const reset = (given: object) => post("/auth/password/reset", { email, code, ...given })
      assert.strictEqual(said(yield* reset({ code: "12345678", password: "brand new password" })), "422 code-invalid")
      const session = sessionIn(yield* reset({ password: "brand new password" }))
      assert.strictEqual(said(yield* me(session.access_token)), "200")
      assert.strictEqual(said(yield* me(access_token)), "401 unauthorized")
      assert.strictEqual(said(yield* login(email)), "401 invalid-credentials")
      assert.strictEqual(said(yield* login(email, "brand new password")), "200")
      assert.strictEqual(said(yield* reset({ password: "yet another one" })), "422 code-invalid")
    }))

  it.effect("a password that is refused at a reset leaves the old one, the sessions, and none that was begun for it", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const { access_token, email, user } = yield* someone
      const sessions = sql`SELECT FROM auth.sessions WHERE user_id = ${user.id}`
      const before = yield* sessions
      for (const [given, reason] of [["short", "length"], [password, "same"]] as const) {
        yield* post("/auth/password/forgot", { email })
        const { token_hash } = yield* mailTo(email, "recovery")
        const refused = yield* post("/auth/password/reset", { token_hash, password: given })
        assert.strictEqual(said(refused), "422 weak-password")
        assert.deepStrictEqual(refused.json<{ reasons: ReadonlyArray<string> }>().reasons, [reason])
      }
      assert.strictEqual(said(yield* me(access_token)), "200")
      assert.lengthOf(yield* sessions, before.length)
    }))

  it.effect("an old code is none", () =>
    Effect.gen(function*() {
      const { clock } = yield* TestApp
      const { email } = yield* someone
      yield* post("/auth/password/forgot", { email })
      const { code } = yield* mailTo(email, "recovery")
      clock.advance("61 minutes")
      assert.strictEqual(
        said(yield* post("/auth/password/reset", { email, code, password: "brand new password" })),
        "422 code-invalid"
      )
    }))
})
