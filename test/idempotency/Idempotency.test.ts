import { assert, layer } from "@effect/vitest"
import { Context, Effect } from "effect"
import * as HttpApi from "effect/http-api/HttpApi"
import { SqlClient } from "effect/sql/SqlClient"
import { randomUUID } from "node:crypto"
import { Api } from "../../src/http/Api.ts"
import { Idempotency, Repeats } from "../../src/idempotency/IdempotencyApi.ts"
import { keyOf } from "../../src/idempotency/IdempotencyKey.ts"
import { send } from "../support/requests.ts"
import { TestApp, type TestUser } from "../support/TestApp.ts"
import { VendorFront } from "../support/VendorFront.ts"

/** Every endpoint that changes something. */
const unsafe: Array<{
  readonly route: string
  readonly method: string
  readonly path: string
  readonly takesKey: boolean
  readonly how: string | undefined
}> = []
HttpApi.reflect(Api, {
  onGroup: () => {},
  onEndpoint: ({ endpoint, mergedAnnotations, middleware }) => {
    if (endpoint.method === "GET" || endpoint.method === "HEAD") return
    unsafe.push({
      route: `${endpoint.method} ${endpoint.path}`,
      method: endpoint.method,
      path: endpoint.path,
      takesKey: [...middleware].some(({ key }) => key === Idempotency.key),
      how: Context.getOrUndefined(mergedAnnotations, Repeats)?.how
    })
  }
})
const keyed = unsafe.filter(({ takesKey }) => takesKey)

const creator = "some.creator"

interface Request {
  readonly path: string
  readonly body?: unknown
}

const newCampaign = Effect.fnUntraced(function*(user: TestUser) {
  return (yield* send(user, "POST", "/campaigns", { name: "Spring" })).json<{ id: string }>().id
})

const newKey = Effect.fnUntraced(function*(user: TestUser) {
  return (yield* send(user, "POST", "/me/api-keys", { name: "k", scopes: ["me:read"] })).json<{ id: string }>().id
})

const newWebhook = Effect.fnUntraced(function*(user: TestUser) {
  const body = { url: "https://hooks.example.com/in", events: ["job.finished"] }
  return `/me/webhooks/${(yield* send(user, "POST", "/me/webhooks", body)).json<{ id: string }>().id}`
})

const shortcodeOf = Effect.fnUntraced(function*(user: TestUser) {
  const posts = (yield* user.get(`/profile/${creator}/posts?limit=1`)).json<{ data: ReadonlyArray<{ shortcode: string }> }>()
  return posts.data[0]?.shortcode ?? ""
})

const inCampaign = (of: (id: string, shortcode: string) => Request) =>
  Effect.fnUntraced(function*(user: TestUser) {
    return of(yield* newCampaign(user), yield* shortcodeOf(user))
  })

const request = (path: string, body?: unknown) => () => Effect.succeed<Request>(body === undefined ? { path } : { path, body })

/** A request for each endpoint that takes keys, which succeeds, of a user who has unlocked the creator. */
const samples: Readonly<Record<string, (user: TestUser) => Effect.Effect<Request, unknown, TestApp | SqlClient>>> = {
  "PATCH /me": request("/me", { company: "Engines" }),
  "PATCH /me/preferences": request("/me/preferences", {}),
  "PATCH /me/notifications": request("/me/notifications", {}),
  "PATCH /me/privacy": request("/me/privacy", { data_analytics_enabled: true }),
  "DELETE /me/searches": request("/me/searches"),
  "DELETE /me/searches/:id": Effect.fnUntraced(function*(user) {
    const sql = yield* SqlClient
    const [search] = yield* sql<{ id: string }>`
      INSERT INTO user_searches (user_id, instagram_username, analysis_type, success)
      VALUES (${user.id}, 'anna', 'lookup', true) RETURNING id`
    return { path: `/me/searches/${search?.id}` }
  }),
  "PATCH /me/api-keys/:id": Effect.fnUntraced(function*(user) {
    return { path: `/me/api-keys/${yield* newKey(user)}`, body: { name: "renamed" } }
  }),
  "DELETE /me/api-keys/:id": Effect.fnUntraced(function*(user) {
    return { path: `/me/api-keys/${yield* newKey(user)}` }
  }),
  "PATCH /me/webhooks/:id": Effect.fnUntraced(function*(user) {
    return { path: yield* newWebhook(user), body: { description: "CI" } }
  }),
  "DELETE /me/webhooks/:id": Effect.fnUntraced(function*(user) {
    return { path: yield* newWebhook(user) }
  }),
  "POST /me/webhooks/:id/test": Effect.fnUntraced(function*(user) {
    return { path: `${yield* newWebhook(user)}/test` }
  }),
  "POST /me/webhooks/:id/deliveries/:delivery/replay": Effect.fnUntraced(function*(user) {
    const path = yield* newWebhook(user)
    const { id } = (yield* send(user, "POST", `${path}/test`)).json<{ id: string }>()
    return { path: `${path}/deliveries/${id}/replay` }
  }),
  "POST /profile/:username/refresh": request(`/profile/${creator}/refresh`),
  "POST /profile/:username/unlock": request(`/profile/${creator}/unlock`),
  "POST /profile/:username/sentiment": request(`/profile/${creator}/sentiment?posts=1`),
  "PUT /me/favorites/:username": request(`/me/favorites/${creator}`, { tags: ["x"] }),
  "DELETE /me/favorites/:username": request(`/me/favorites/${creator}`),
  "POST /jobs": request("/jobs", { usernames: [creator] }),
  "DELETE /jobs/:id": Effect.fnUntraced(function*(user) {
    const { id } = (yield* send(user, "POST", "/jobs", { usernames: [creator] })).json<{ id: string }>()
    return { path: `/jobs/${id}` }
  }),
  "POST /campaigns": request("/campaigns", { name: "Autumn" }),
  "PATCH /campaigns/:id": inCampaign((id) => ({ path: `/campaigns/${id}`, body: { name: "Winter" } })),
  "DELETE /campaigns/:id": inCampaign((id) => ({ path: `/campaigns/${id}` })),
  "POST /campaigns/:id/restore": inCampaign((id) => ({ path: `/campaigns/${id}/restore` })),
  "PUT /campaigns/:id/profiles/:username": inCampaign((id) => ({ path: `/campaigns/${id}/profiles/${creator}`, body: {} })),
  "DELETE /campaigns/:id/profiles/:username": inCampaign((id) => ({ path: `/campaigns/${id}/profiles/${creator}` })),
  "PUT /campaigns/:id/posts/:shortcode": inCampaign((id, code) => ({ path: `/campaigns/${id}/posts/${code}`, body: {} })),
  "DELETE /campaigns/:id/posts/:shortcode": inCampaign((id, code) => ({ path: `/campaigns/${id}/posts/${code}` }))
}

layer(TestApp.layer(), { excludeTestServices: true })("Idempotency-Key", (it) => {
  const newUser = Effect.flatMap(TestApp, (app) => app.newUser)
  const sendWith = Effect.fnUntraced(function*(user: TestUser, key: string, method: string, { body, path }: Request) {
    const app = yield* TestApp
    return yield* app.call({
      method,
      path,
      headers: {
        authorization: `Bearer ${user.token}`,
        "idempotency-key": key,
        ...(body === undefined ? {} : { "content-type": "application/json" })
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) })
    })
  })
  const countCampaigns = Effect.fnUntraced(function*(user: TestUser) {
    const sql = yield* SqlClient
    const [row] = yield* sql<{ n: number }>`SELECT count(*)::integer AS n FROM campaigns WHERE user_id = ${user.id}`
    return row?.n
  })

  it.effect("is taken by every endpoint that changes something, or the endpoint says why not", () =>
    Effect.sync(() => {
      assert.isAtLeast(unsafe.length, 25)
      const undecided = unsafe.filter(({ how, takesKey }) => takesKey ? how === "ignored" : how !== "ignored")
      assert.deepStrictEqual(undecided.map(({ route }) => route), [])
      assert.sameMembers(Object.keys(samples), keyed.map(({ route }) => route), "a request for each is in this test")
    }))

  it.effect("is in the document of every operation that takes it", () =>
    Effect.gen(function*() {
      const { url } = yield* TestApp
      type Operation = { readonly parameters?: ReadonlyArray<{ readonly name: string }> }
      const { paths } = yield* Effect.promise(async () =>
        await (await fetch(`${url}/openapi.json`)).json() as {
          readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
        }
      )
      const said = Object.entries(paths).flatMap(([path, methods]) =>
        Object.entries(methods).flatMap(([method, { parameters = [] }]) =>
          parameters.some(({ name }) => name === "idempotency-key")
            ? [`${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ":$1")}`]
            : []
        )
      )
      assert.sameMembers(said, keyed.map(({ route }) => route))
    }))

  for (const { method, route } of keyed) {
    it.effect(`${route}: done once, answered again, and refused to another request or meanwhile`, () =>
      Effect.gen(function*() {
        const sql = yield* SqlClient
        const user = yield* newUser
        yield* user.get(`/profile/${creator}`)
        const prepare = samples[route] ?? (() => Effect.die(route))
        const given = yield* prepare(user)
        const key = randomUUID()

        const first = yield* sendWith(user, key, method, given)
        assert.isBelow(first.status, 300, first.text)
        assert.strictEqual(first.headers.get("idempotency-replayed"), "false")
        const again = yield* sendWith(user, key, method, given)
        assert.deepStrictEqual([again.status, again.text], [first.status, first.text])
        assert.strictEqual(again.headers.get("idempotency-replayed"), "true")
        for (const name of ["content-type", "etag", "location", "x-data-source"]) {
          assert.strictEqual(again.headers.get(name), first.headers.get(name), name)
        }

        const path = given.path.includes("?") ? `${given.path}&other` : `${given.path}?other`
        const other = yield* sendWith(user, key, method, { ...given, path })
        assert.deepStrictEqual([other.status, other.problem.type], [422, "/problems/idempotency-key-reused"])

        const held = randomUUID()
        const { digest } = keyOf(user.id, held)
        const meanwhile = yield* sql.withTransaction(Effect.andThen(
          sql`SELECT pg_advisory_xact_lock(hashtextextended(${`idempotency ${user.id} ${digest}`}, 0))`,
          sendWith(user, held, method, given)
        ))
        assert.deepStrictEqual([meanwhile.status, meanwhile.problem.type], [409, "/problems/idempotency-key-in-use"])
        assert.strictEqual(meanwhile.headers.get("retry-after"), "1")

        const malformed = yield* sendWith(user, "x".repeat(256), method, given)
        assert.deepStrictEqual(malformed.problem.errors?.[0]?.path, ["headers", "idempotency-key"])

        const without = yield* send(user, method, given.path, given.body)
        assert.isNull(without.headers.get("idempotency-replayed"))
      }))
  }

  it.effect("twenty at once with one key make one campaign, and each that gets an answer gets that one", () =>
    Effect.gen(function*() {
      const user = yield* newUser
      const key = randomUUID()
      const answers = yield* Effect.forEach(
        Array.from({ length: 20 }),
        () => sendWith(user, key, "POST", { path: "/campaigns", body: { name: "One" } }),
        { concurrency: "unbounded" }
      )
      assert.strictEqual(yield* countCampaigns(user), 1)
      const good = answers.filter(({ status }) => status < 300)
      assert.lengthOf(new Set(good.map(({ text }) => text)), 1)
      assert.lengthOf(good.filter(({ headers }) => headers.get("idempotency-replayed") === "false"), 1)
      assert.deepStrictEqual(answers.filter(({ status }) => status >= 300 && status !== 409), [])
      const last = yield* sendWith(user, key, "POST", { path: "/campaigns", body: { name: "One" } })
      assert.strictEqual(last.text, good[0]?.text)
    }))

  it.effect("is one user's: another's request with it is their own", () =>
    Effect.gen(function*() {
      const key = randomUUID()
      for (const user of [yield* newUser, yield* newUser]) {
        const answer = yield* sendWith(user, key, "POST", { path: "/campaigns", body: { name: user.email } })
        assert.strictEqual(answer.headers.get("idempotency-replayed"), "false")
        assert.strictEqual(answer.json<{ name: string }>().name, user.email)
      }
    }))

  it.effect("keeps the endpoint's own refusal, and not one that never reached the endpoint", () =>
    Effect.gen(function*() {
      const user = yield* newUser
      const key = randomUUID()
      const missing = { path: `/campaigns/${randomUUID()}`, body: { name: "x" } }
      const refused = yield* sendWith(user, key, "PATCH", missing)
      assert.deepStrictEqual([refused.status, refused.headers.get("idempotency-replayed")], [404, "false"])
      const again = yield* sendWith(user, key, "PATCH", missing)
      assert.deepStrictEqual([again.status, again.headers.get("idempotency-replayed")], [404, "true"])
      assert.notStrictEqual(again.problem.request_id, refused.problem.request_id, "each request has its own id")

      const second = randomUUID()
      const wrong = yield* sendWith(user, second, "POST", { path: "/campaigns", body: { nme: "x" } })
      assert.strictEqual(wrong.status, 400)
      const mended = yield* sendWith(user, second, "POST", { path: "/campaigns", body: { name: "x" } })
      assert.isBelow(mended.status, 300)
    }))

  it.effect("where the record cannot be stored, the effect is not there either", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const user = yield* newUser
      const key = randomUUID()
      const given = { path: "/campaigns", body: { name: "Lost" } }
      yield* sql`ALTER TABLE idempotency_keys ADD CONSTRAINT broken CHECK (route = '') NOT VALID`
      const failed = yield* sendWith(user, key, "POST", given)
      yield* sql`ALTER TABLE idempotency_keys DROP CONSTRAINT broken`
      assert.isAtLeast(failed.status, 400)
      assert.strictEqual(yield* countCampaigns(user), 0)
      const retried = yield* sendWith(user, key, "POST", given)
      assert.strictEqual(retried.headers.get("idempotency-replayed"), "false")
      assert.strictEqual(yield* countCampaigns(user), 1)
    }))

  it.effect("a failure of the vendor's is not kept: the repeat asks again", () =>
    Effect.gen(function*() {
      const front = yield* VendorFront
      const user = yield* newUser
      const key = randomUUID()
      front.says("failing.once", 500)
      const given = { path: "/profile/failing.once/refresh" }
      const failed = yield* sendWith(user, key, "POST", given)
      assert.strictEqual(failed.status, 503)
      front.unsay("failing.once")
      const app = yield* TestApp
      app.clock.advance("1 minute")
      const good = yield* sendWith(yield* app.signInAgain(user), key, "POST", given)
      assert.deepStrictEqual([good.status, good.headers.get("idempotency-replayed")], [200, "false"], good.text)
    }))

  it.effect("a key whose process died is in use until its lease ends, and runs anew then", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const user = yield* newUser
      const key = randomUUID()
      const given = { path: `/profile/${creator}/refresh` }
      const path = keyOf(user.id, key)
      yield* sql`
        INSERT INTO idempotency_keys (user_id, key_digest, route, fingerprint, leased_until, expires_at) VALUES (${user.id},
          ${path.digest}, 'POST /profile/:username/refresh', ${path.fingerprint("POST", given.path, "")},
          now() + interval '1 hour', now() + interval '1 day')`
      const held = yield* sendWith(user, key, "POST", given)
      assert.deepStrictEqual([held.status, held.problem.type], [409, "/problems/idempotency-key-in-use"])
      assert.isAbove(held.problem.retry_after ?? 0, 3000)
      yield* sql`UPDATE idempotency_keys SET leased_until = now() - interval '1 hour' WHERE user_id = ${user.id}`
      const ran = yield* sendWith(user, key, "POST", given)
      assert.deepStrictEqual([ran.status, ran.headers.get("idempotency-replayed")], [200, "false"])
      assert.strictEqual((yield* sendWith(user, key, "POST", given)).headers.get("idempotency-replayed"), "true")
    }))

  it.effect("nothing of key, request or answer can be read from the table or the log", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const app = yield* TestApp
      const user = yield* newUser
      const key = `key-${randomUUID()}`
      yield* sendWith(user, key, "POST", { path: "/campaigns", body: { name: "Confidential launch" } })
      const [row] = yield* sql<{ text: string }>`SELECT t::text AS text FROM idempotency_keys AS t WHERE user_id = ${user.id}`
      for (const secret of [key, "Confidential", Buffer.from("Confidential").toString("base64").slice(0, 12)]) {
        assert.notInclude(row?.text ?? secret, secret)
        assert.deepStrictEqual(app.logs.filter((line) => line.includes(secret)), [])
      }
    }))
})
