import { Effect } from "effect"
import { assert } from "vitest"
import type { Session } from "../../../src/auth/Credentials.ts"
import type { Answer } from "../../support/Contract.ts"
import { TestApp } from "../../support/TestApp.ts"

export const password = "correct horse battery staple"

let count = 0
export const freshEmail = () => `someone${++count}@example.com`

/** A request with a JSON body, of nobody or of a token's user. */
export const call = Effect.fnUntraced(function*(method: string, path: string, body?: unknown, token?: string) {
  const app = yield* TestApp
  return yield* app.call({
    method,
    path,
    headers: {
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` })
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) })
  })
})

export const post = (path: string, body: unknown, token?: string) => call("POST", path, body, token)
export const me = (token: string) => call("GET", "/me", undefined, token)
export const login = (email: string, given = password) => post("/auth/login", { email, password: given })
export const refresh = (refresh_token: string) => post("/auth/refresh", { refresh_token })

/** The status, and for a problem its slug. */
export const said = (answer: Answer): string =>
  answer.status < 400 ? String(answer.status) : `${answer.status} ${answer.problem.type.replace("/problems/", "")}`

export const sessionIn = (answer: Answer): Session => {
  assert.strictEqual(said(answer), "200", answer.text)
  return answer.json()
}

/** Somebody who has signed up, confirmed, and signed in. */
export const someone = Effect.gen(function*() {
  const app = yield* TestApp
  const email = freshEmail()
  yield* Effect.orDie(app.auth.ensureUser(email, password))
  return { email, ...sessionIn(yield* login(email)) }
})

/** What of an answer could tell one caller from another. */
export const visible = ({ headers, status, text }: Answer) => ({
  status,
  text,
  headers: Object.fromEntries([...headers].filter(([name]) => !["date", "x-request-id", "ratelimit"].includes(name)))
})

export const mailTo = Effect.fnUntraced(function*(email: string, type: string) {
  const app = yield* TestApp
  const mail = (yield* app.auth.mails).findLast((one) => one.to === email && one.type === type)
  return mail ?? (yield* Effect.die(`no mail to ${email}`))
})
