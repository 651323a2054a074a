import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import type { Balance, Entry, Statement } from "../../src/credits/Statement.ts"
import { send, walk } from "../support/requests.ts"
import { TestApp } from "../support/TestApp.ts"
import { VendorFront } from "../support/VendorFront.ts"
import { event, invoice, secret, signed, subscription } from "./stripe.ts"

const app = TestApp.layer({ settings: { CREDITS_ENABLED: "true", STRIPE_WEBHOOK_SECRET: secret } })

layer(app, { excludeTestServices: true })(
  "a customer's credits, from the first day to the month after the subscription",
  (it) => {
    it.effect("are explained by their entries, every one, and the statements add up to the balance", () =>
      Effect.gen(function*() {
        const { clock, newUser, signInAgain } = yield* TestApp
        const front = yield* VendorFront
        const sql = yield* SqlClient
        const [boss, first] = [yield* newUser, yield* newUser]
        yield* boss.get("/me")
        yield* sql`UPDATE user_profiles SET role = 'admin' WHERE user_id = ${boss.id}`
        // Free plan: one unlock.
        yield* first.get("/profile/the.first")
        // Subscribes: the plan's credits come with the payment.
        yield* signed(event("customer.subscription.created", subscription(first)))
        yield* signed(event("invoice.paid", invoice(first)))
        yield* first.get("/profile/the.second")
        yield* first.post("/profile/the.second/unlock")
        front.says("fails.now", 503)
        assert.strictEqual((yield* first.get("/profile/fails.now")).status, 503)
        // A look-up that is cancelled before it ends.
        front.hold("is.cancelled")
        const job = (yield* first.get("/profile/is.cancelled", { prefer: "wait=0" })).json<{ href: string }>()
        yield* send(first, "DELETE", job.href)
        front.release("is.cancelled")
        const { id } = (yield* send(first, "POST", "/campaigns", { name: "Summer" })).json<{ id: string }>()
        for (let i = 0; i < 2; i++) {
          yield* first.get(`/campaigns/${id}/report`)
          yield* first.get(`/campaigns/${id}/export`)
          yield* first.get(`/campaigns/${id}/export?of=profiles`)
        }
        const charge = (yield* first.get("/me/credits/entries?limit=1")).json<{ data: ReadonlyArray<Entry> }>().data[0]
        const admin = yield* signInAgain(boss)
        yield* send(admin, "POST", `/admin/users/${first.id}/credits/refunds`, {
          entry: charge?.id,
          reason: "The export came empty"
        })
        yield* send(admin, "POST", `/admin/users/${first.id}/credits`, {
          credits: 40,
          reason: "For the trouble of 3 May",
          reference: "ticket 7"
        })
        // Cancelled: the month's end takes what the free plan does not carry over.
        yield* signed(event("customer.subscription.deleted", subscription(first, { status: "canceled" })))
        clock.advance("35 days")
        const user = yield* signInAgain(first)
        yield* user.get("/profile/the.third")

        const entries = (yield* walk<Entry>(user, "/me/credits/entries?limit=3")).toReversed()
        const lines = entries.map(({ action, credits, kind, note, subject }) =>
          [kind, action, credits, subject?.replace(id, "{id}").replace(/from .* on/, "from {end} on"), note].map((one) =>
            one ?? ""
          ).join(" | ")
            .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d UTC/g, "{end}").replaceAll(/\d{4}-\d\d-\d\d/g, "{day}")
        )
        assert.deepStrictEqual(lines, [
          "grant |  | 100 |  | Plan free, month {day} to {day}",
          "charge | profile_unlock | -25 | the.first | Unlocked until {end}",
          "grant |  | 1900 |  | Plan standard, month {day} to {day}: the rest of its 2000",
          "charge | profile_unlock | -25 | the.second | Unlocked until {end}",
          "charge | profile_unlock | -25 | the.second, from {end} on | Renewed until {end}",
          "charge | campaign_report | -10 | campaign {id} | Report of the campaign “Summer”, for 24 hours",
          "charge | data_export | -50 | posts of campaign {id} | Export of the posts of the campaign “Summer”, for 24 hours",
          "charge | data_export | -50 | profiles of campaign {id} | Export of the profiles of the campaign “Summer”, for 24 hours",
          "refund | data_export | 50 | profiles of campaign {id} | The export came empty",
          "adjustment |  | 40 |  | For the trouble of 3 May",
          "expiry |  | -1815 |  | Not carried over into the month {day} to {day} by the plan free",
          "grant |  | 100 |  | Plan free, month {day} to {day}",
          "charge | profile_unlock | -25 | the.third | Unlocked until {end}"
        ])
        let balance = 0
        for (const one of entries) assert.strictEqual(balance += one.credits, one.balance_after)
        const now = (yield* user.get("/me/credits")).json<Balance>()
        assert.strictEqual(balance, now.balance)
        assert.strictEqual(now.reserved, 0)

        const months = [...new Set(entries.map(({ created_at }) => created_at.slice(0, 7)))]
        let opening = 0
        for (const month of months) {
          const statement = (yield* user.get(`/me/credits/statements?month=${month}`)).json<Statement>()
          assert.strictEqual(statement.opening_balance, opening)
          opening += statement.sums.reduce((sum, { credits }) => sum + credits, 0)
          assert.strictEqual(statement.closing_balance, opening)
        }
        assert.strictEqual(opening, balance)
      }))
  }
)
