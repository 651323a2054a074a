import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Layer, Logger, Option, Redacted, References, type Scope } from "effect"
import { createServer, type Server } from "node:http"
import { SupabaseAuth } from "../../src/auth/SupabaseAuth.ts"
import { UserId } from "../../src/users/UserId.ts"

interface Told {
  readonly status: number
  readonly body: object
  readonly headers?: Readonly<Record<string, string>>
}

/** Supabase Auth that says to each path what a test wants; null keeps it waiting. */
const listening = (told: Readonly<Record<string, Told | null>>) =>
  Effect.acquireRelease(
    Effect.callback<{ readonly server: Server; readonly asked: Array<string> }>((resume) => {
      const asked: Array<string> = []
      const server = createServer((request, response) => {
        const { pathname, search } = new URL(request.url ?? "", "http://x")
        const key = `${request.method} ${pathname.replace("/auth/v1", "")}`
        asked.push(`${key}${search} ${request.headers["apikey"]}`)
        const answer = told[key]
        if (answer === null) return
        response.writeHead(answer?.status ?? 404, {
          "content-type": "application/json",
          "x-supabase-api-version": "2024-01-01",
          ...answer?.headers
        })
        response.end(JSON.stringify(answer?.body ?? {}))
      })
      server.listen(0, "127.0.0.1", () => resume(Effect.succeed({ server, asked })))
    }),
    ({ server }) =>
      Effect.sync(() => {
        server.close()
        server.closeAllConnections()
      })
  )

const given = { email: "one@example.com", password: Redacted.make("the-password-itself") }

const against = Effect.fnUntraced(function*(told: Readonly<Record<string, Told | null>>, serviceRoleKey?: string) {
  const { asked, server } = yield* listening(told)
  const address = server.address()
  const logs: Array<string> = []
  const supabase = yield* SupabaseAuth.pipe(Effect.provide(SupabaseAuth.layer({
    url: `http://127.0.0.1:${address !== null && typeof address === "object" ? address.port : 0}`,
    anonKey: Redacted.make("anon-key"),
    serviceRoleKey: Option.map(Option.fromUndefinedOr(serviceRoleKey), (key) => Redacted.make(key)),
    timeout: Duration.millis(300)
  })))
  const logged = Effect.provide(Layer.merge(
    Logger.layer([Logger.make<unknown, void>((line) => {
      logs.push(Logger.formatJson.log(line))
    })]),
    Layer.succeed(References.MinimumLogLevel, "Debug")
  ))
  const outcome = <A, E>(effect: Effect.Effect<A, E>) =>
    Effect.map(Effect.result(logged(effect)), (result) => result._tag === "Success" ? result.success : result.failure)
  return { supabase, asked, logs, outcome }
})

const refusal = (status: number, code: string, headers = {}): Told => ({
  status,
  body: { code, message: `said to one@example.com about the-password-itself` },
  headers
})

const test = (name: string, body: Effect.Effect<void, unknown, Scope.Scope>) => it.live(name, () => Effect.scoped(body))

describe("Supabase Auth", () => {
  test(
    "that has had enough says when to come back, and is believed",
    Effect.gen(function*() {
      const { outcome, supabase } = yield* against({
        "POST /token": refusal(429, "over_request_rate_limit", { "retry-after": "17" }),
        "POST /signup": refusal(429, "over_request_rate_limit")
      })
      assert.deepInclude(yield* outcome(supabase.signIn(given)), { _tag: "AuthRateLimited", retry_after: 17 })
      assert.deepInclude(yield* outcome(supabase.signUp(given)), { _tag: "AuthRateLimited", retry_after: 60 })
    })
  )

  test(
    "that mails no more is no reason to tell a known address from an unknown one",
    Effect.gen(function*() {
      const full = refusal(429, "over_email_send_rate_limit")
      const { outcome, supabase } = yield* against({ "POST /signup": full, "POST /recover": full, "POST /resend": full })
      assert.isUndefined(yield* outcome(supabase.signUp(given)))
      assert.isUndefined(yield* outcome(supabase.sendRecovery(given.email)))
      assert.isUndefined(yield* outcome(supabase.sendConfirmation(given.email)))
    })
  )

  test(
    "that does not answer, fails, or answers something else is unavailable, asked once, and waited for no longer than allowed",
    Effect.gen(function*() {
      for (
        const told of [
          null,
          refusal(500, "unexpected_failure"),
          refusal(503, "unexpected_failure"),
          refusal(400, "a_code_of_next_year")
        ]
      ) {
        const { asked, outcome, supabase } = yield* against({ "POST /token": told })
        assert.deepInclude(yield* outcome(supabase.refresh(given.password)), { _tag: "AuthUnavailable", retry_after: 5 })
        assert.lengthOf(asked, 1)
      }
      const empty = yield* against({ "POST /token": { status: 200, body: {} } })
      assert.deepInclude(yield* empty.outcome(empty.supabase.signIn(given)), { _tag: "AuthUnavailable" })
    })
  )

  test(
    "closed to new accounts, or to an address, says so",
    Effect.gen(function*() {
      for (
        const [code, tag] of [
          ["signup_disabled", "SignUpClosed"],
          ["email_provider_disabled", "SignUpClosed"],
          ["email_address_not_authorized", "EmailRefused"],
          ["email_address_invalid", "EmailRefused"]
        ] as const
      ) {
        const { outcome, supabase } = yield* against({ "POST /signup": refusal(422, code) })
        assert.deepInclude(yield* outcome(supabase.signUp(given)), { _tag: tag })
      }
      const leaked = { status: 422, body: { code: "weak_password", message: "", weak_password: { reasons: ["pwned"] } } }
      const { outcome, supabase } = yield* against({ "POST /signup": leaked })
      assert.deepInclude(yield* outcome(supabase.signUp(given)), { _tag: "WeakPassword", reasons: ["pwned"] })
    })
  )

  test(
    "deletes users with the secret key alone",
    Effect.gen(function*() {
      const user = UserId.make("0b0f9c3e-6a53-4b53-9d0f-1c2d3e4f5a6b")
      const path = `/admin/users/${user}`
      const without = yield* against({})
      assert.strictEqual(yield* without.outcome(without.supabase.deleteUser(user)), false)
      assert.lengthOf(without.asked, 0)
      const found = { status: 200, body: { id: user } }
      const { asked, outcome, supabase } = yield* against({ [`GET ${path}`]: found, [`DELETE ${path}`]: found }, "secret-key")
      assert.strictEqual(yield* outcome(supabase.deleteUser(user)), true)
      assert.strictEqual(asked.at(-1), `DELETE ${path} secret-key`)
      const gone = yield* against({ [`GET ${path}`]: refusal(404, "user_not_found") }, "secret-key")
      assert.strictEqual(yield* gone.outcome(gone.supabase.deleteUser(user)), true, "gone already")
    })
  )

  test(
    "is never quoted in the log, nor is what was sent to it",
    Effect.gen(function*() {
      const { logs, outcome, supabase } = yield* against({
        "POST /token": refusal(400, "a_code_of_next_year"),
        "POST /signup": refusal(500, "unexpected_failure")
      })
      yield* outcome(supabase.signIn(given))
      yield* outcome(supabase.signUp(given))
      yield* outcome(supabase.sendRecovery(given.email))
      assert.lengthOf(logs, 3)
      for (const secret of ["the-password-itself", "one@example.com", "anon-key"]) assert.notInclude(logs.join("\n"), secret)
      assert.include(logs[0], "a_code_of_next_year")
    })
  )
})
