import { Clock, Effect, Layer, Redacted } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import * as TestClock from "effect/testing/TestClock"
import { Webhook as Verifier } from "standardwebhooks"
import { Audit } from "../../src/audit/Audit.ts"
import { instantOf } from "../../src/database/Instant.ts"
import { Transaction } from "../../src/database/Transaction.ts"
import { Outbound } from "../../src/outbound/Outbound.ts"
import type { UserId } from "../../src/users/UserId.ts"
import { Deliverer } from "../../src/webhooks/Deliverer.ts"
import { DeliveryRepo } from "../../src/webhooks/DeliveryRepo.ts"
import { eventTypes } from "../../src/webhooks/EventTypes.ts"
import { Outbox } from "../../src/webhooks/Outbox.ts"
import { parseKeys, SecretBox } from "../../src/webhooks/SecretBox.ts"
import { Webhooks } from "../../src/webhooks/Webhooks.ts"
import type { NewWebhook } from "../../src/webhooks/WebhookView.ts"
import type { Received } from "../support/Receiver.ts"
import { insertUser } from "../support/rows.ts"
import { TestDatabase } from "../support/TestDatabase.ts"

export const keys = parseKeys(`test:${Buffer.alloc(32, 7).toString("base64")}`) ?? []

/** The room on a database of its own, which may call this machine. */
export const rooms = Layer.mergeAll(Webhooks.layer({ allowPrivate: true }), Deliverer.layer, Outbox.layer, DeliveryRepo.layer)
  .pipe(
    Layer.provide(Outbound.layer({ allowPrivate: true, timeout: "15 seconds" })),
    Layer.provideMerge(SecretBox.layer(keys)),
    Layer.provideMerge(Audit.layer),
    Layer.provideMerge(Transaction.layer),
    Layer.provideMerge(TestDatabase.layer)
  )

/** The verifier refuses what is not of these minutes: virtual time begins now. */
export const inVirtualTime = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.andThen(TestClock.setTime(Date.now()), effect).pipe(Effect.provide(TestClock.layer()), Effect.scoped)

/** A user with a webhook at this address, which asks for every event but those of administrators. */
export const subscribed = Effect.fnUntraced(function*(url: string, given: Partial<NewWebhook> & { readonly user?: UserId } = {}) {
  const webhooks = yield* Webhooks
  const user = given.user ?? (yield* insertUser)
  const made = yield* webhooks.create({ id: user, role: "user" }, {
    url,
    events: eventTypes.filter((type) => type !== "schema.drift"),
    ...given
  })
  return { user, id: made.webhook.id, secret: Redacted.value(made.secret), webhook: made.webhook }
})

/** Emits an event of the user's that nothing else is needed for. */
export const emit = Effect.fnUntraced(function*(user: UserId, job: string) {
  const outbox = yield* Outbox
  yield* outbox.emit({
    type: "job.finished",
    user,
    data: {
      job_id: job,
      type: "profile_lookup",
      status: "succeeded",
      finished_at: instantOf(yield* Clock.currentTimeMillis),
      href: `/jobs/${job}`,
      result_href: null,
      problem: null
    }
  })
})

/** Everything that is due, attempted once; answers how many. */
export const deliverDue = Effect.gen(function*() {
  const deliverer = yield* Deliverer
  const taken = yield* deliverer.take(100, 100)
  yield* Effect.forEach(taken, ({ attempt }) => attempt, { concurrency: "unbounded" })
  return taken.length
})

/** As the receiver would: the library's own word on it. */
export const verified = (secret: string, { body, headers }: Received) =>
  new Verifier(secret).verify(body, {
    "webhook-id": String(headers["webhook-id"]),
    "webhook-timestamp": String(headers["webhook-timestamp"]),
    "webhook-signature": String(headers["webhook-signature"])
  })

/** The signature that the library makes of what arrived: for attempts of another day, which it would not verify. */
export const signedByLibrary = (secret: string, { body, headers }: Received) =>
  new Verifier(secret).sign(String(headers["webhook-id"]), new Date(Number(headers["webhook-timestamp"]) * 1000), body)

export const clearDeliveries = Effect.flatMap(SqlClient, (sql) => sql`DELETE FROM webhook_endpoints`)
