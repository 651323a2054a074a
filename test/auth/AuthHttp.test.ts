import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import type { Session } from "../../src/auth/Credentials.ts"
import type { Me } from "../../src/users/Me.ts"
import type { Answer } from "../support/Contract.ts"
import { TestApp } from "../support/TestApp.ts"

const password = "correct horse battery staple"
let count = 0
const freshEmail = () => `someone${++count}@example.com`

/** A POST of nobody. */
const post = Effect.fnUntraced(function*(path: string, body: unknown, token?: string) {
  const app = yield* TestApp
  return yield* app.call({
    method: "POST",
    path,
    headers: { "content-type": "application/json", ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
    body: JSON.stringify(body)
  })
})

const me = Effect.fnUntraced(function*(token: string) {
  const app = yield* TestApp
  return yield* app.call({ method: "GET", path: "/me", headers: { authorization: `Bearer ${token}` } })
})

const said = (answer: Answer) =>
  `${answer.status} ${answer.status < 400 ? "" : answer.problem.type.replace("/problems/", "")}`.trim()

const login = (email: string, given = password) => post("/auth/login", { email, password: given })
const session = (answer: Answer) => answer.json<Session>()

/** What does not differ by whom it is answered to. */
const alike = ({ headers, status, text }: Answer) => ({
  status,
  text,
  headers: Object.fromEntries([...headers].filter(([name]) => !["date", "x-request-id"].includes(name)))
})

const mailTo = Effect.fnUntraced(function*(email: string) {
  const app = yield* TestApp
  const mail = (yield* app.auth.mails).findLast(({ to }) => to === email)
  return mail ?? (yield* Effect.die(`no mail to ${email}`))
})

layer(TestApp.layer(), { excludeTestServices: true })("where addresses need no confirmation", (it) => {
  it.effect("a user signs up, signs in, is let in, and is counted", () =>
    Effect.gen(function*() {
      const email = freshEmail()
      assert.strictEqual(said(yield* post("/auth/register", { email, password })), "202")
      const { access_token, expires_in, token_type, user } = session(yield* login(email.toUpperCase()))
      assert.deepStrictEqual([token_type, expires_in, user.email], ["bearer", 3600, email])
      const mine = (yield* me(access_token)).json<Me>()
      assert.deepInclude(mine, { id: user.id, email, role: "user", status: "active", subscription_tier: "free" })
      assert.isNotNull(mine.email_confirmed_at)
      assert.isNotNull(mine.last_login_at)
      const sql = yield* SqlClient
      yield* login(email)
      const [row] = yield* sql<{ login_count: number }>`SELECT login_count FROM user_profiles WHERE user_id = ${user.id}`
      assert.strictEqual(row?.login_count, 2)
    }))

  it.effect("signing up leaves no session that nobody holds", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const email = freshEmail()
      yield* post("/auth/register", { email, password })
      assert.lengthOf(
        yield* sql`SELECT FROM auth.sessions AS s JOIN auth.users AS u ON u.id = s.user_id WHERE u.email = ${email}`,
        0
      )
    }))
})
