import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import type { Entry } from "../../src/credits/Statement.ts"
import { VendorSimulator } from "../../src/sandbox/vendor/VendorSimulator.ts"
import type { Answer } from "../support/Contract.ts"
import { type Page, send } from "../support/requests.ts"
import { TestApp, type TestUser } from "../support/TestApp.ts"
import { VendorFront } from "../support/VendorFront.ts"
import { books, correctTo, said } from "./accounts.ts"

const newUser = Effect.flatMap(TestApp, (app) => app.newUser)

/** A campaign of a user whose account has so many credits, which they have unlocked nothing for. */
const campaignOf = Effect.fnUntraced(function*(credits: number) {
  const user = yield* newUser
  yield* correctTo(user, credits)
  const { id } = (yield* send(user, "POST", "/campaigns", { name: "Spring" })).json<{ id: string }>()
  return { user, id, path: `/campaigns/${id}` }
})

const chargesOf = Effect.fnUntraced(function*(user: TestUser) {
  const { data } = (yield* user.get("/me/credits/entries?limit=100")).json<Page<Entry>>()
  return data.filter(({ kind }) => kind === "charge")
})

const at = <R>(count: number, call: Effect.Effect<Answer, never, R>) =>
  Effect.all(Array.from({ length: count }, () => call), { concurrency: "unbounded" })

layer(TestApp.layer({ settings: { CREDITS_ENABLED: "true" } }), { excludeTestServices: true })(
  "what is read and paid for",
  (it) => {
    const answers = [
      {
        what: "a campaign's report",
        path: "/report",
        price: 10,
        action: "campaign_report",
        noted: /^Report of the campaign “Spring”/
      },
      {
        what: "a campaign's export",
        path: "/export",
        price: 50,
        action: "data_export",
        noted: /^Export of the posts of the campaign “Spring”/
      }
    ] as const

    for (const { action, noted, path, price, what } of answers) {
      for (const callers of [10, 100]) {
        it.effect(`${what} that ${callers} calls ask for at once is charged once, and is free for 24 hours`, () =>
          Effect.gen(function*() {
            const { clock, signInAgain } = yield* TestApp
            const { path: campaign, user } = yield* campaignOf(price)
            const all = yield* at(callers, user.get(campaign + path))
            assert.deepStrictEqual(new Set(all.map(({ status }) => status)), new Set([200]))
            const charged = all.map(({ headers }) => Number(headers.get("x-credits-charged")))
            assert.strictEqual(charged.reduce((sum, one) => sum + one, 0), price)
            assert.deepInclude(yield* books(user), { balance: 0, charges: 1 })
            clock.advance("23 hours")
            assert.deepStrictEqual(said(yield* (yield* signInAgain(user)).get(campaign + path)), [200, "0", "0"])
            clock.advance("2 hours")
            const tomorrow = yield* (yield* signInAgain(user)).get(campaign + path)
            assert.deepStrictEqual([tomorrow.status, tomorrow.problem.type], [402, "/problems/credits-required"])
            assert.deepInclude(yield* books(user), { balance: 0, charges: 1 })
          }))
      }

      it.effect(`${what} is quoted, refused and charged by what there is; the entry says for what`, () =>
        Effect.gen(function*() {
          const { id, path: campaign, user } = yield* campaignOf(price - 1)
          const quote = Effect.map(
            user.get(`${campaign}${path}?dry_run=true`),
            (answer) => answer.json<Record<string, unknown>>()
          )
          assert.deepInclude(yield* quote, { action, required: price, balance: price - 1, sufficient: false, free_reason: null })
          const refused = (yield* user.get(campaign + path)).json<Record<string, unknown>>()
          assert.deepInclude(refused, { type: "/problems/credits-required", action, required: price, balance: price - 1 })
          assert.deepInclude(yield* books(user), { balance: price - 1, charges: 0 })
          yield* correctTo(user, price)
          assert.deepStrictEqual(said(yield* user.get(campaign + path)), [200, String(price), "0"])
          assert.deepInclude(yield* quote, { required: 0, sufficient: true, free_reason: "already_paid" })
          const [charge] = yield* chargesOf(user)
          assert.deepInclude(charge, { action, credits: -price, balance_after: 0 })
          assert.include(charge?.subject ?? "", id)
          assert.match(charge?.note ?? "", noted)
        }))

      it.effect(`${what} costs nothing where it fails, and nothing for its head`, () =>
        Effect.gen(function*() {
          const { call } = yield* TestApp
          const { path: campaign, user } = yield* campaignOf(price)
          const head = yield* call({ method: "HEAD", path: campaign + path, headers: { authorization: `Bearer ${user.token}` } })
          assert.strictEqual(head.status, 200)
          const other = yield* newUser
          assert.strictEqual((yield* other.get(campaign + path)).status, 404)
          assert.strictEqual((yield* other.get(`${campaign}${path}?dry_run=true`)).status, 404)
          assert.deepInclude(yield* books(user), { balance: price, charges: 0 })
        }))
    }

    it.effect("a report that has not changed is free, whatever the account has; two campaigns are two reports", () =>
      Effect.gen(function*() {
        const { clock, signInAgain } = yield* TestApp
        const { path, user } = yield* campaignOf(10)
        const etag = (yield* user.get(`${path}/report`)).headers.get("etag") ?? ""
        clock.advance("25 hours")
        const later = yield* signInAgain(user)
        assert.deepStrictEqual(said(yield* later.get(`${path}/report`, { "if-none-match": etag })), [304, "0", null])
        const { id } = (yield* send(later, "POST", "/campaigns", { name: "Autumn" })).json<{ id: string }>()
        assert.strictEqual((yield* later.get(`/campaigns/${id}/report`)).status, 402)
        yield* correctTo(later, 10)
        assert.deepStrictEqual(said(yield* later.get(`/campaigns/${id}/report`)), [200, "10", "0"])
      }))

    it.effect("calls at once for more reports than there are credits for: as many are served as are paid", () =>
      Effect.gen(function*() {
        const user = yield* newUser
        yield* correctTo(user, 35)
        const campaigns = yield* Effect.forEach(
          Array.from({ length: 12 }),
          () => Effect.map(send(user, "POST", "/campaigns", { name: "One" }), (answer) => answer.json<{ id: string }>().id)
        )
        const all = yield* Effect.forEach(campaigns, (id) => user.get(`/campaigns/${id}/report`), { concurrency: "unbounded" })
        assert.deepStrictEqual(all.map(({ status }) => status).sort(), [200, 200, 200, ...Array.from({ length: 9 }, () => 402)])
        assert.deepInclude(yield* books(user), { balance: 5, charges: 3 })
      }))

    it.effect("what the month's allowance covers is free, once for each thing, and what is beyond costs", () =>
      Effect.gen(function*() {
        const sql = yield* SqlClient
        yield* sql`INSERT INTO prices (action, credits, free_per_month, valid_from) VALUES ('campaign_report', 10, 1, now() - interval '1 day')`
        const { path, user } = yield* campaignOf(10)
        for (let i = 0; i < 2; i++) assert.deepStrictEqual(said(yield* user.get(`${path}/report`)), [200, "0", "10"])
        const { id } = (yield* send(user, "POST", "/campaigns", { name: "Autumn" })).json<{ id: string }>()
        assert.deepStrictEqual(said(yield* user.get(`/campaigns/${id}/report`)), [200, "10", "0"])
        const given = yield* sql`
        SELECT free_reason, amount::integer FROM credit_reservations
        WHERE user_id = ${user.id} AND action = 'campaign_report' ORDER BY amount`
        assert.deepStrictEqual(given, [{ free_reason: "allowance", amount: 0 }, { free_reason: null, amount: 10 }])
        yield* sql`DELETE FROM prices WHERE action = 'campaign_report' AND free_per_month = 1`
      }))

    it.effect("the document says of each operation that can cost credits what it says of them", () =>
      Effect.gen(function*() {
        const { url } = yield* TestApp
        type Responses = Readonly<Record<string, { readonly headers?: object }>>
        const { paths } = yield* Effect.promise(async () =>
          await (await fetch(`${url}/openapi.json`)).json() as {
            readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly responses: Responses }>>>>
          }
        )
        const costing = Object.entries(paths).flatMap(([path, methods]) =>
          Object.entries(methods).flatMap(([method, { responses }]) =>
            Object.keys(responses["200"]?.headers ?? {}).includes("X-Credits-Charged") ? [`${method} ${path}`] : []
          )
        )
        assert.sameMembers(costing, [
          "get /profiles",
          "get /profile/{username}",
          "post /profile/{username}/refresh",
          "post /profile/{username}/unlock",
          "put /campaigns/{id}/posts/{shortcode}",
          "get /campaigns/{id}/report",
          "get /campaigns/{id}/export"
        ])
      }))

    it.effect("taking one's data away is free", () =>
      Effect.gen(function*() {
        const user = yield* newUser
        yield* correctTo(user, 0)
        assert.deepStrictEqual(said(yield* user.get("/me/export")), [200, null, null])
      }))
  }
)

layer(TestApp.layer({ settings: { CREDITS_ENABLED: "true" } }), { excludeTestServices: true })(
  "a post that is not stored",
  (it) => {
    /** A campaign of somebody who has unlocked the owner of posts that the vendor knows and nobody has stored. */
    const withOwner = Effect.fnUntraced(function*(owner: string, credits: number) {
      const made = yield* campaignOf(200)
      const sql = yield* SqlClient
      yield* made.user.get(`/profile/${owner}`)
      const stored = yield* sql<{ shortcode: string }>`
      SELECT shortcode FROM posts JOIN profiles ON profiles.id = posts.profile_id WHERE username = ${owner} ORDER BY posted_at`
      // As if they had been posted before what the profile's answer reaches back to.
      yield* sql`DELETE FROM posts WHERE shortcode = ANY (${stored.map(({ shortcode }) => shortcode)})`
      yield* sql`
      UPDATE credit_reservations SET created_at = created_at - interval '40 days' WHERE user_id = ${made.user.id}`
      yield* correctTo(made.user, credits)
      return { ...made, codes: stored.map(({ shortcode }) => shortcode) }
    })
    const attach = ({ path, user }: { path: string; user: TestUser }, code: string, query = "") =>
      send(user, "PUT", `${path}/posts/${code}${query}`, {})

    it.effect("is charged beyond the month's allowance, once for any number of calls at once, and never again", () =>
      Effect.gen(function*() {
        const simulator = yield* VendorSimulator
        const made = yield* withOwner("paid.posts", 5)
        const [first = "", second = "", ...others] = made.codes
        for (const code of others.slice(0, 5)) {
          assert.deepInclude((yield* attach(made, code, "?dry_run=true")).json<Record<string, unknown>>(), {
            required: 0,
            free_reason: "allowance"
          })
          assert.deepStrictEqual(said(yield* attach(made, code)), [200, "0", "5"])
        }
        assert.deepInclude((yield* attach(made, first, "?dry_run=true")).json<Record<string, unknown>>(), {
          required: 5,
          sufficient: true,
          free_reason: null
        })
        yield* simulator.reset
        const all = yield* at(20, attach(made, first))
        assert.deepStrictEqual(new Set(all.map(({ status }) => status)), new Set([200]))
        assert.strictEqual((yield* simulator.stats).calls, 1)
        assert.deepInclude(yield* books(made.user), { balance: 0, charges: 2 })
        assert.deepStrictEqual(said(yield* attach(made, first)).slice(0, 2), [200, "0"])
        assert.strictEqual((yield* attach(made, second)).status, 402)
        assert.deepInclude((yield* attach(made, first, "?dry_run=true")).json<Record<string, unknown>>(), {
          required: 0,
          free_reason: "window_open"
        })
        assert.deepInclude((yield* chargesOf(made.user))[0], { action: "post_analytics", credits: -5, subject: first })
      }))

    it.effect("costs nothing where it cannot be had: not there, the vendor failing, its owner locked, no room", () =>
      Effect.gen(function*() {
        const front = yield* VendorFront
        const sql = yield* SqlClient
        const made = yield* withOwner("free.posts", 100)
        const [first = "", second = ""] = made.codes
        yield* sql`INSERT INTO prices (action, credits, free_per_month, valid_from) VALUES ('post_analytics', 5, 0, now() - interval '1 day')`
        front.says(first, 500)
        assert.strictEqual((yield* attach(made, first)).status, 503)
        yield* sql`UPDATE user_profile_access SET granted_at = now() - interval '31 days', expires_at = now() WHERE user_id = ${made.user.id}`
        assert.strictEqual((yield* attach(made, second)).status, 403)
        assert.deepInclude(yield* books(made.user), { balance: 100, charges: 1 })
      }))
  }
)

layer(TestApp.layer(), { excludeTestServices: true })("with credits off", (it) => {
  it.effect("reports and exports say nothing of credits, and nothing is written of them", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const user = yield* newUser
      const { id } = (yield* send(user, "POST", "/campaigns", { name: "Spring" })).json<{ id: string }>()
      for (const path of ["report", "export"]) {
        assert.deepStrictEqual(said(yield* user.get(`/campaigns/${id}/${path}`)), [200, null, null])
        const quote = (yield* user.get(`/campaigns/${id}/${path}?dry_run=true`)).json()
        assert.deepInclude(quote, { required: 0, balance: null, free_reason: "credits_off" })
      }
      assert.isEmpty(yield* sql`SELECT FROM credit_reservations WHERE user_id = ${user.id}`)
      assert.isEmpty(yield* sql`SELECT FROM credit_accounts WHERE user_id = ${user.id}`)
    }))
})
