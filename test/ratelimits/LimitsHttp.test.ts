import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { limitFields } from "../../src/ratelimits/LimitsApi.ts"
import { send } from "../support/requests.ts"
import { TestApp, type TestUser } from "../support/TestApp.ts"

const numberOf = (header: string | null, policy: string): number =>
  Number(new RegExp(`"${policy}";r=(\\d+)`).exec(header ?? "")?.[1] ?? Number.NaN)

layer(TestApp.layer({ settings: { RATE_LIMIT_FACTOR: "0.1" } }), { excludeTestServices: true })(
  "with a tenth of the limits",
  (it) => {
    const newUser = Effect.flatMap(TestApp, (app) => app.newUser)
    const left = (user: TestUser) =>
      Effect.map(user.get("/me/limits"), (answer) => {
        const { policies } = answer.json<{ policies: ReadonlyArray<{ name: string; remaining: number }> }>()
        return Object.fromEntries(policies.map(({ name, remaining }) => [name, remaining]))
      })

    it.effect("every answer says what is left, whatever it is an answer to", () =>
      Effect.gen(function*() {
        const app = yield* TestApp
        const user = yield* newUser
        for (
          const path of ["/me", "/me/nothing", "/campaigns/nothing", "/profile/sim.gone", "/profile/natgeo", "/profile/natgeo"]
        ) {
          const answer = yield* user.get(path)
          const known = path !== "/me/nothing"
          assert.match(
            answer.headers.get("ratelimit-policy") ?? "",
            known ? /"burst";q=30;w=60, "daily";q=1000;w=86400/ : /"anonymous"/
          )
          assert.match(
            answer.headers.get("ratelimit") ?? "",
            known ? /"burst";r=\d+;t=\d+, "daily";r=\d+/ : /"anonymous";r=\d+/,
            path
          )
        }
        for (const path of ["/livez", "/docs", "/nowhere"]) {
          const answer = yield* app.call({ method: "GET", path })
          assert.match(answer.headers.get("ratelimit") ?? "", /^"anonymous";r=\d+;t=\d+$/, path)
          for (const name of ["RateLimit-Policy", "RateLimit"] as const) {
            assert.match(answer.headers.get(name) ?? "", new RegExp(limitFields[name].schema.pattern), "as the document says")
          }
        }
      }))

    it.effect("the way of answers that are known counts as the usual one does", () =>
      Effect.gen(function*() {
        const user = yield* newUser
        yield* user.get("/profile/natgeo")
        const first = numberOf((yield* user.get("/profile/natgeo")).headers.get("ratelimit"), "burst")
        const second = numberOf((yield* user.get("/profile/natgeo")).headers.get("ratelimit"), "burst")
        assert.strictEqual(second, first - 1)
        assert.strictEqual((yield* left(user))["burst"], second - 1)
      }))

    it.effect("the limit is answered with 429, says when to come back, and is another user's not", () =>
      Effect.gen(function*() {
        const [user, other] = [yield* newUser, yield* newUser]
        const answers = yield* Effect.forEach(Array.from({ length: 40 }), () => user.get("/me"), { concurrency: 4 })
        assert.lengthOf(answers.filter(({ status }) => status === 200), 30)
        const refused = answers.find(({ status }) => status === 429)
        assert.deepInclude(refused?.json<object>(), { type: "/problems/too-many-requests", policy: "burst", limit: 30 })
        assert.strictEqual(refused?.headers.get("retry-after"), String(refused?.problem.retry_after))
        assert.isAtMost(refused?.problem.retry_after ?? 99, 60)
        assert.strictEqual((yield* other.get("/me")).status, 200)
      }))

    it.effect("what asks the vendor counts ten, known before or found out", () =>
      Effect.gen(function*() {
        const user = yield* newUser
        const before = (yield* left(user))["burst"] ?? 0
        assert.strictEqual((yield* user.get("/profile/looked.up.first")).status, 200)
        assert.strictEqual((yield* left(user))["burst"], before - 10 - 1)
        assert.strictEqual((yield* user.post("/profile/looked.up.first/refresh")).status, 200)
        assert.strictEqual((yield* left(user))["burst"], before - 20 - 2)
        assert.strictEqual((yield* user.post("/profile/looked.up.first/refresh")).status, 429)
      }))

    it.effect("a plan has its own limits, and a key a part of its owner's", () =>
      Effect.gen(function*() {
        const sql = yield* SqlClient
        const app = yield* TestApp
        const user = yield* newUser
        yield* user.get("/me")
        yield* sql`UPDATE user_profiles SET subscription_tier = 'premium' WHERE user_id = ${user.id}`
        app.clock.advance("3 seconds")
        const limits = (yield* user.get("/me/limits")).json<{ plan: string; policies: ReadonlyArray<{ limit: number }> }>()
        assert.deepInclude(limits, { plan: "premium" })
        assert.deepStrictEqual(limits.policies.map(({ limit }) => limit), [120, 25_000])
        const { key } = (yield* send(user, "POST", "/me/api-keys", { name: "k", scopes: ["me:read"] })).json<{ key: string }>()
        const withKey = app.call({ method: "GET", path: "/me", headers: { authorization: `Bearer ${key}` } })
        const answers = yield* Effect.forEach(Array.from({ length: 110 }), () => withKey, { concurrency: 4 })
        assert.lengthOf(answers.filter(({ status }) => status === 200), 96)
        assert.strictEqual((yield* user.get("/me")).status, 200, "the rest is the owner's")
      }))

    it.effect("guesses of a password are counted by the name, and those of tokens by the address", () =>
      Effect.gen(function*() {
        const app = yield* TestApp
        const login = (email: string) =>
          app.call({
            method: "POST",
            path: "/auth/login",
            headers: { "content-type": "application/json" },
            body: JSON.stringify({ email, password: "a guess of it" })
          })
        const statuses = yield* Effect.forEach(
          ["a", "A", "a"],
          (name) => Effect.map(login(`${name}@test.invalid`), ({ status }) => status)
        )
        assert.deepStrictEqual(statuses, [401, 401, 429])
        assert.strictEqual((yield* login("b@test.invalid")).status, 401)
        const forged = app.call({
          method: "GET",
          path: "/me",
          headers: { authorization: "Bearer a.b.c", "x-forwarded-for": "1.2.3.4" }
        })
        const guesses = yield* Effect.forEach(Array.from({ length: 40 }), () => forged)
        assert.isAtMost(guesses.filter(({ status }) => status === 401).length, 30)
        assert.deepInclude(guesses.at(-1)?.json<object>(), { status: 429, policy: "anonymous" })
        const user = yield* newUser
        assert.strictEqual((yield* user.get("/me")).status, 200, "who has a good token is not held back by their neighbours")
      }))
  }
)
