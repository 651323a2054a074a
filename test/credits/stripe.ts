import { Effect } from "effect"
import { randomUUID } from "node:crypto"
import { Stripe } from "stripe"
import { TestApp, type TestUser } from "../support/TestApp.ts"

export const secret = "whsec_of_the_test"

/** Sends an event of the billing provider, signed. */
export const signed = Effect.fnUntraced(
  function*(event: object, options: { readonly secret?: string; readonly ageSeconds?: number } = {}) {
    const app = yield* TestApp
    const now = Math.floor(app.clock.currentTimeMillisUnsafe() / 1000)
    const body = JSON.stringify(event)
    const header = Stripe.webhooks.generateTestHeaderString({
      payload: body,
      secret: options.secret ?? secret,
      timestamp: now - (options.ageSeconds ?? 0)
    })
    return yield* app.call({
      method: "POST",
      path: "/billing/events",
      headers: { "content-type": "application/json", "stripe-signature": header },
      body
    })
  }
)

export const subscription = (user: TestUser, given: object = {}) => {
  const now = Math.floor(Date.now() / 1000)
  return {
    id: `sub_${user.id}`,
    object: "subscription",
    customer: `cus_${user.id}`,
    status: "active",
    metadata: { user_id: user.id },
    start_date: now - 10,
    cancel_at_period_end: false,
    items: { data: [{ price: { id: "price_1", lookup_key: "standard", metadata: {} }, current_period_end: now + 30 * 86_400 }] },
    ...given
  }
}

export const event = (type: string, object: object, created = Math.floor(Date.now() / 1000)) => ({
  id: `evt_${randomUUID()}`,
  object: "event",
  type,
  created,
  data: { object }
})

export const invoice = (user: TestUser, days = 30) => ({
  object: "invoice",
  customer: `cus_${user.id}`,
  parent: { subscription_details: { subscription: `sub_${user.id}`, metadata: {} } },
  lines: { data: [{ period: { start: 0, end: Math.floor(Date.now() / 1000) + days * 86_400 } }] }
})
