import { Clock, Context, Effect, Layer, Result, Schedule } from "effect"
import { randomUUID } from "node:crypto"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { instantOf, millisOf } from "../database/Instant.ts"
import { Transaction } from "../database/Transaction.ts"
import { counter } from "../observability/Metrics.ts"
import { monotonicMillis } from "../observability/MonotonicTime.ts"
import { Outbound } from "../outbound/Outbound.ts"
import type { ClaimedDelivery, Outcome } from "./Claim.ts"
import { DeliveryRepo } from "./DeliveryRepo.ts"
import { EndpointRepo } from "./EndpointRepo.ts"
import { retryAfterOf, waitAfter } from "./RetrySchedule.ts"
import { SecretBox } from "./SecretBox.ts"
import { signedHeaders } from "./Signature.ts"
import type { DeliveryFailure } from "./Webhook.ts"

/** A delivery taken by this worker: `attempt` makes the one attempt and writes down how it went. */
export interface Taken {
  readonly delivery: ClaimedDelivery
  readonly attempt: Effect.Effect<void, DatabaseError>
}

/** Takes deliveries that are due and attempts them. What a worker took and did not settle is another's a minute later. */
export class Deliverer extends Context.Service<Deliverer, {
  /** At most `limit` deliveries, at most `perEndpoint` under way for one endpoint among all workers. */
  take(limit: number, perEndpoint: number): Effect.Effect<ReadonlyArray<Taken>, DatabaseError>
}>()("analytics-following/webhooks/Deliverer") {
  static readonly layerNoDeps = Layer.effect(
    Deliverer,
    Effect.gen(function*() {
      const deliveries = yield* DeliveryRepo
      const endpoints = yield* EndpointRepo
      const transaction = yield* Transaction
      const outbound = yield* Outbound
      const box = yield* SecretBox
      const attempted = yield* counter({
        name: "webhook_attempts",
        help: "Attempts to deliver, by event and how they went: accepted, or a reason",
        labels: ["event", "outcome"]
      })

      const answerOf = Effect.fnUntraced(function*({ endpoint_id, event, id, payload, secrets, url }: ClaimedDelivery) {
        const opened = Result.all(secrets.map((secret) => box.open(secret, endpoint_id)))
        if (Result.isFailure(opened) || opened.success.length === 0) {
          yield* Effect.logError("webhook secret unreadable: is its key still in WEBHOOK_KEYS?", { webhook: endpoint_id })
          return { failure: "secret_unreadable" as const }
        }
        const body = JSON.stringify(payload)
        const at = yield* Clock.currentTimeMillis
        const headers = {
          ...signedHeaders(id, at, body, opened.success),
          "content-type": "application/json",
          "user-agent": `analytics-following-webhooks (${event})`
        }
        return yield* outbound.post(url, headers, body).pipe(
          Effect.match({
            onFailure: ({ reason }) => ({ failure: reason }),
            onSuccess: (answer) => ({ answer, failure: answer.status >= 200 && answer.status < 300 ? null : "refused" as const })
          })
        )
      })

      /** In one transaction: what becomes of the delivery, and of its endpoint. */
      const settle = (delivery: ClaimedDelivery, lease: string, outcome: Outcome, gone: boolean) =>
        transaction.run(Effect.gen(function*() {
          if (!(yield* deliveries.settle(delivery.id, lease, outcome))) return
          if (outcome.last_failure === null) return yield* endpoints.markHealthy(delivery.endpoint_id)
          if (outcome.last_failure === "endpoint_disabled" || outcome.last_failure === "secret_unreadable") return
          const millis = yield* Clock.currentTimeMillis
          const now = instantOf(millis)
          const since = yield* endpoints.markFailing(delivery.endpoint_id, now)
          const tooLong = since !== undefined && millis - millisOf(since) >= failingFor
          if (!gone && !tooLong) return
          if (yield* endpoints.disable(delivery.endpoint_id, gone ? "gone" : "failing", now)) {
            yield* deliveries.failWaiting(delivery.endpoint_id, now)
            yield* Effect.logWarning("webhook switched off", { webhook: delivery.endpoint_id, reason: gone ? "gone" : "failing" })
          }
        }))

      const attempt = Effect.fn("Deliverer.attempt")(function*(delivery: ClaimedDelivery, lease: string) {
        if (!delivery.active) return yield* settle(delivery, lease, { ...ended("endpoint_disabled"), ...noAnswer }, false)
        const begun = yield* monotonicMillis
        const { failure, ...said } = yield* answerOf(delivery)
        const latency = Math.round((yield* monotonicMillis) - begun)
        const now = yield* Clock.currentTimeMillis
        const answer = "answer" in said ? said.answer : undefined
        const gone = answer?.status === 410
        const wait = failure === null || gone
          ? undefined
          : yield* waitAfter(delivery.tries, retryAfterOf(answer?.retryAfter, now))
        const outcome: Outcome = {
          ...(failure === null
            ? { status: "succeeded" as const, next_attempt_at: null, last_failure: null, delivered_at: instantOf(now) }
            : wait === undefined
            ? ended(failure)
            : { status: "pending" as const, next_attempt_at: instantOf(now + wait), last_failure: failure }),
          last_status: answer?.status ?? null,
          last_latency_ms: latency
        }
        attempted.add([delivery.event, failure ?? "accepted"])
        yield* Effect.retry(settle(delivery, lease, outcome, gone), whileDatabaseIsAway)
      })

      const take = Effect.fn("Deliverer.take")(function*(limit: number, perEndpoint: number) {
        const millis = yield* Clock.currentTimeMillis
        const lease = randomUUID()
        const claimed = yield* transaction.run(
          deliveries.claim({ lease, now: instantOf(millis), leaseEnds: instantOf(millis + leaseFor), limit, perEndpoint })
        )
        return claimed.map((delivery): Taken => ({ delivery, attempt: attempt(delivery, lease) }))
      })

      return { take }
    })
  )

  static readonly layer = this.layerNoDeps.pipe(Layer.provide([DeliveryRepo.layer, EndpointRepo.layer]))
}

/** How long one call may take, from the name to the answer. */
export const callTimeout = "15 seconds"

/** Milliseconds that a delivery is this worker's: a call and what is written after it, and clocks that differ by some seconds. */
const leaseFor = 60_000

/** Milliseconds without an accepted delivery after which an endpoint is switched off, when the next one fails. */
const failingFor = 5 * 86_400_000

const noAnswer = { last_status: null, last_latency_ms: null }

const ended = (failure: DeliveryFailure) => ({ status: "failed" as const, next_attempt_at: null, last_failure: failure })

/** Within the lease. What is not written then is attempted once more, under the same id. */
const whileDatabaseIsAway = {
  while: (error: DatabaseError) => error._tag === "DatabaseUnavailable",
  schedule: Schedule.max([Schedule.exponential("200 millis"), Schedule.recurs(5)])
}
