import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { randomUUID } from "node:crypto"
import { creditHeaders } from "../../src/credits/CreditHeaders.ts"
import { Credits } from "../../src/credits/Credits.ts"
import type { Balance, Entry, Pricing, Statement, SubscriptionView } from "../../src/credits/Statement.ts"
import { type Page, send, walk } from "../support/requests.ts"
import { TestApp, type TestUser } from "../support/TestApp.ts"
import { event, invoice, secret, signed, subscription } from "./stripe.ts"
import { creditsLayer } from "./support.ts"

const newUser = Effect.flatMap(TestApp, (app) => app.newUser)

const admin = Effect.gen(function*() {
  const sql = yield* SqlClient
  const user = yield* newUser
  yield* user.get("/me")
  yield* sql`UPDATE user_profiles SET role = 'admin' WHERE user_id = ${user.id}`
  // What a session may do is remembered for seconds.
  return yield* TestApp.use((app) => app.signInAgain(user))
})

const app = TestApp.layer({ settings: { CREDITS_ENABLED: "true", STRIPE_WEBHOOK_SECRET: secret } })

layer(Layer.provideMerge(creditsLayer(), app), { excludeTestServices: true })("credits over HTTP", (it) => {
  const balance = Effect.fnUntraced(function*(user: TestUser) {
    return (yield* user.get("/me/credits")).json<Balance>()
  })
  const entries = Effect.fnUntraced(function*(user: TestUser) {
    return (yield* user.get("/me/credits/entries")).json<Page<Entry>>().data
  })

  it.effect("prices and plans are told as they are valid now", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const user = yield* newUser
      yield* sql`INSERT INTO prices (action, credits, valid_from) VALUES ('data_export', 7, now() + interval '1 day')`
      yield* sql`INSERT INTO prices (action, credits, valid_from) VALUES ('campaign_report', 12, now() - interval '1 day')`
      const { enabled, plans, prices } = (yield* user.get("/credits/pricing")).json<Pricing>()
      assert.isTrue(enabled)
      assert.deepStrictEqual(prices.map(({ action, credits, free_per_month }) => [action, credits, free_per_month]), [
        ["campaign_report", 12, 0],
        ["data_export", 50, 0],
        ["discovery_page", 1, 20],
        ["post_analytics", 5, 5],
        ["profile_unlock", 25, 0]
      ])
      assert.deepStrictEqual(plans.map(({ tier }) => tier), ["free", "standard", "premium", "enterprise"])
    }))

  it.effect("a reader of the entries can explain every credit, page by page, and a statement adds up", () =>
    Effect.gen(function*() {
      const credits = yield* Credits
      const user = yield* newUser
      assert.deepInclude(yield* balance(user), { enabled: true, balance: 100, reserved: 0, available: 100, expiring: 100 })
      const held = yield* credits.reserve(user.id, { action: "profile_unlock", subject: "natgeo" })
      assert.deepInclude(yield* balance(user), { balance: 100, reserved: 25, available: 75 })
      const charge = yield* credits.commit(held)
      assert.deepStrictEqual(creditHeaders(charge), { "x-credits-charged": "25", "x-credits-remaining": "75" })
      yield* credits.refund(user.id, held.id, "The profile was empty")
      const all = yield* walk<Entry>(user, "/me/credits/entries?limit=2")
      assert.deepStrictEqual(all.map(({ balance_after, credits, kind, subject }) => [kind, credits, balance_after, subject]), [
        ["refund", 25, 100, "natgeo"],
        ["charge", -25, 75, "natgeo"],
        ["grant", 100, 100, null]
      ])
      assert.strictEqual(all[0]?.reservation_id, all[1]?.reservation_id)
      assert.match(all[2]?.note ?? "", /^Plan free, month /)
      const other = yield* newUser
      assert.lengthOf(yield* entries(other), 1)
      const { page } = (yield* user.get("/me/credits/entries?limit=1")).json<Page<Entry>>()
      const refused = yield* other.get(`/me/credits/entries?cursor=${page.next_cursor}`)
      assert.strictEqual(refused.problem.type, "/problems/invalid-request")

      const month = new Date().toISOString().slice(0, 7)
      const statement = (yield* user.get(`/me/credits/statements?month=${month}`)).json<Statement>()
      assert.deepInclude(statement, { month, timezone: "UTC", opening_balance: 0, closing_balance: 100 })
      assert.deepStrictEqual(statement.sums.map(({ action, credits, kind }) => [kind, action, credits]), [
        ["charge", "profile_unlock", -25],
        ["grant", null, 100],
        ["refund", "profile_unlock", 25]
      ])
      const before = (yield* user.get("/me/credits/statements?month=2020-02")).json<Statement>()
      assert.deepInclude(before, { opening_balance: 0, closing_balance: 0, sums: [] })
      assert.strictEqual(before.to, "2020-03-01T00:00:00.000Z")
      for (const wrong of ["2020-13", "x", "1999-01"]) {
        assert.strictEqual((yield* user.get(`/me/credits/statements?month=${wrong}`)).status, 400)
      }
    }))

  it.effect("an administrator corrects an account with a reason, once a reference; others are told that they may not", () =>
    Effect.gen(function*() {
      const [boss, user] = [yield* admin, yield* newUser]
      yield* user.get("/me")
      const path = `/admin/users/${user.id}/credits`
      const given = { credits: 40, reason: "for the trouble", reference: "ticket 1" }
      for (let i = 0; i < 2; i++) {
        assert.deepInclude((yield* send(boss, "POST", path, given)).json<Entry>(), { credits: 40, note: "for the trouble" })
      }
      assert.deepInclude(yield* balance(user), { balance: 140, expiring: 100 })
      const acts = yield* SqlClient.use((sql) => sql`SELECT details FROM audit_entries WHERE action = 'credits.adjust'`)
      assert.lengthOf(acts, 1, "what was not done again is not noted again")
      const short = yield* send(boss, "POST", path, { ...given, credits: -141, reference: "ticket 2" })
      assert.deepStrictEqual([short.status, short.problem.type], [422, "/problems/credits-short"])
      assert.strictEqual((yield* send(boss, "POST", path, { ...given, credits: 0 })).status, 400)
      const unknown = yield* send(boss, "POST", `/admin/users/${randomUUID()}/credits`, given)
      assert.deepStrictEqual([unknown.status, unknown.problem.type], [404, "/problems/user-unknown"])
      const refused = yield* send(user, "POST", path, given)
      assert.deepStrictEqual([refused.status, refused.problem.type], [403, "/problems/admin-required"])
      assert.deepInclude(yield* balance(user), { balance: 140 })
    }))

  it.effect("an administrator gives a charge back with a reason, once, and nothing but a charge of that user", () =>
    Effect.gen(function*() {
      const credits = yield* Credits
      const [boss, user, other] = [yield* admin, yield* newUser, yield* newUser]
      yield* credits.commit(yield* credits.reserve(user.id, { action: "profile_unlock", subject: "natgeo" }))
      const [charge, grant] = yield* entries(user)
      const path = (id: string) => `/admin/users/${id}/credits/refunds`
      const given = { entry: charge?.id, reason: "The profile was empty" }
      const back = yield* Effect.all([send(boss, "POST", path(user.id), given), send(boss, "POST", path(user.id), given)], {
        concurrency: 2
      })
      for (const answer of back) {
        assert.deepInclude(answer.json<Entry>(), {
          kind: "refund",
          credits: 25,
          balance_after: 100,
          subject: "natgeo",
          note: "The profile was empty",
          reservation_id: charge?.reservation_id ?? null
        })
      }
      assert.deepInclude(yield* balance(user), { balance: 100, expiring: 75 })
      const acts = yield* SqlClient.use((sql) => sql`SELECT details FROM audit_entries WHERE action = 'credits.refund'`)
      assert.lengthOf(acts, 1)
      yield* balance(other)
      const refund = (yield* entries(user))[0]
      for (
        const [id, entry] of [[user.id, grant?.id], [user.id, refund?.id], [other.id, charge?.id], [
          user.id,
          randomUUID()
        ]] as const
      ) {
        const refused = yield* send(boss, "POST", path(id), { ...given, entry })
        assert.deepStrictEqual([refused.status, refused.problem.type], [404, "/problems/not-charged"])
      }
      assert.strictEqual((yield* send(user, "POST", path(user.id), given)).status, 403)
      assert.strictEqual((yield* send(boss, "POST", path(user.id), { ...given, entry: "x" })).status, 400)
      assert.deepInclude(yield* balance(user), { balance: 100 })
    }))

  it.effect("an event that is not signed, or not lately, or not with the secret, does nothing", () =>
    Effect.gen(function*() {
      const app = yield* TestApp
      const sql = yield* SqlClient
      const user = yield* newUser
      const paid = event("customer.subscription.created", subscription(user))
      const unsigned = yield* app.call({
        method: "POST",
        path: "/billing/events",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(paid)
      })
      for (
        const refused of [unsigned, yield* signed(paid, { secret: "whsec_other" }), yield* signed(paid, { ageSeconds: 301 })]
      ) {
        assert.deepStrictEqual([refused.status, refused.problem.type], [400, "/problems/billing-signature-invalid"])
      }
      assert.isEmpty(yield* sql`SELECT FROM billing_events WHERE event_id = ${paid.id}`)
      const odd = yield* signed({ object: "event", nothing: true })
      assert.strictEqual(odd.problem.type, "/problems/invalid-request")
    }))

  it.effect("an event that matters and cannot be read is refused, so that it comes again, and done once it can be", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const user = yield* newUser
      const unread = event("customer.subscription.created", subscription(user, { status: "of a later version" }))
      const refused = yield* signed(unread)
      assert.deepStrictEqual([refused.status, refused.problem.type], [400, "/problems/invalid-request"])
      assert.isEmpty(yield* sql`SELECT FROM billing_events WHERE event_id = ${unread.id}`)
      const again = yield* signed({ ...unread, data: { object: subscription(user) } })
      assert.deepStrictEqual(again.json(), { outcome: "applied" })
      const oneOff = yield* signed(event("invoice.paid", { object: "invoice", customer: null, lines: { data: [] } }))
      assert.deepStrictEqual(oneOff.json(), { outcome: "ignored" })
    }))

  it.effect("a subscription gives its plan and credits when it is paid for, more on an upgrade, and ends when it is cancelled", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const app = yield* TestApp
      const user = yield* newUser
      yield* balance(user)
      const created = event("customer.subscription.created", subscription(user))
      const now = Math.floor(Date.now() / 1000)
      const heard = (yield* signed(event("invoice.paid", invoice(user)))).json()
      assert.deepStrictEqual(heard, { outcome: "waiting" })
      for (let i = 0; i < 2; i++) assert.deepStrictEqual((yield* signed(created)).json(), { outcome: "applied" })
      const view = (yield* user.get("/me/subscription")).json<SubscriptionView>()
      assert.deepInclude(view, { tier: "standard", monthly_credits: 2000, status: "active", cancel_at_period_end: false })
      assert.deepInclude(yield* balance(user), { balance: 2000 })

      const item = { price: { id: "price_2", lookup_key: null, metadata: {} }, current_period_end: now + 30 * 86_400 }
      yield* sql`UPDATE plans SET stripe_prices = '{price_2}' WHERE tier = 'premium'`
      const upgraded = subscription(user, { items: { data: [item] } })
      yield* signed(event("customer.subscription.updated", upgraded, now + 5))
      assert.deepInclude(yield* balance(user), { balance: 10_000 })
      const late = yield* signed(event("customer.subscription.updated", subscription(user), now + 4))
      assert.deepStrictEqual(late.json(), { outcome: "outdated" })
      assert.strictEqual((yield* user.get("/me/subscription")).json<SubscriptionView>().tier, "premium")

      yield* signed(event("invoice.payment_failed", invoice(user)))
      assert.isNotNull((yield* user.get("/me/subscription")).json<SubscriptionView>().payment_failed_at)
      yield* signed(event("customer.subscription.deleted", { ...upgraded, status: "canceled" }, now + 9))
      const ended = (yield* user.get("/me/subscription")).json<SubscriptionView>()
      assert.deepInclude(ended, { tier: "free", status: "canceled", paid_until: null })
      assert.deepInclude(yield* balance(user), { balance: 10_000 }, "what was paid for stays until the next reset")
      assert.deepStrictEqual((yield* signed(event("charge.updated", { id: "ch_1" }))).json(), { outcome: "ignored" })
      const logged = app.logs.join("\n")
      assert.notInclude(logged, secret)
      assert.notInclude(logged, `cus_${user.id}`)
    }))

  it.effect("readiness says whether the ledger adds up", () =>
    Effect.gen(function*() {
      const app = yield* TestApp
      const ready = (yield* app.call({ method: "GET", path: "/readyz" })).json<{ checks: Record<string, unknown> }>()
      assert.deepStrictEqual(ready.checks["ledger"], { state: "up", reason: null })
    }))
})

layer(TestApp.layer(), { excludeTestServices: true })("credits that are switched off", (it) => {
  it.effect("are said to be, and no event is taken", () =>
    Effect.gen(function*() {
      const user = yield* newUser
      assert.deepInclude((yield* user.get("/me/credits")).json<Balance>(), { enabled: false, balance: null })
      assert.deepStrictEqual((yield* user.get("/me/credits/entries")).json<Page<Entry>>().data, [])
      assert.deepInclude((yield* user.get("/me/subscription")).json<SubscriptionView>(), { tier: "free", status: null })
      const off = yield* signed(event("invoice.paid", invoice(user)))
      assert.deepStrictEqual([off.status, off.problem.type], [404, "/problems/billing-off"])
    }))
})
