import { Effect } from "effect"
import type { Probe } from "../../src/alignment/Probes.ts"
import { sampleId as id } from "../../src/alignment/SampleRow.ts"
import * as Column from "../../src/database/Column.ts"
import { ProfileId } from "../../src/profiles/Profile.ts"
import { UserId } from "../../src/users/UserId.ts"
import { DeliveryRepo } from "../../src/webhooks/DeliveryRepo.ts"
import { EndpointRepo } from "../../src/webhooks/EndpointRepo.ts"
import { DeliveryId, WebhookEndpoint, WebhookId } from "../../src/webhooks/Webhook.ts"
import { rowless } from "./rowless.ts"

const user = UserId.make(id)
const webhook = WebhookId.make(id)
const delivery = DeliveryId.make(id)
const now = Column.Instant.make("2025-01-01T00:00:00.000Z")
const given = { url: "https://probe.example", events: ["job.finished"], description: null } as const
const payload = { type: "probe", timestamp: now, data: {} }
const endpoint = new WebhookEndpoint({
  id: webhook,
  user_id: user,
  ...given,
  status: "active",
  disabled_reason: null,
  disabled_at: null,
  failing_since: null,
  created_at: now,
  updated_at: now
})
const page = { after: undefined, limit: 1 }

const endpoints = Effect.provide(EndpointRepo.layer)
const deliveries = Effect.provide(DeliveryRepo.layer)

/** One call of every repo method of the webhooks' tables. */
export const webhookProbes: ReadonlyArray<Probe> = [
  { method: "EndpointRepo.insert", run: endpoints(EndpointRepo.use((repo) => repo.insert(webhook, user, given, 10, now))) },
  { method: "EndpointRepo.find", run: endpoints(EndpointRepo.use((repo) => repo.find(user, webhook))) },
  { method: "EndpointRepo.lock", run: endpoints(EndpointRepo.use((repo) => repo.lock(user, webhook))) },
  { method: "EndpointRepo.list", run: endpoints(EndpointRepo.use((repo) => repo.list(user))) },
  {
    method: "EndpointRepo.update",
    run: endpoints(EndpointRepo.use((repo) =>
      repo.update(user, webhook, {
        ...given,
        status: "active",
        disabled_reason: null,
        disabled_at: null,
        failing_since: null
      }, now)
    ))
  },
  { method: "EndpointRepo.delete", run: endpoints(EndpointRepo.use((repo) => repo.delete(user, webhook))) },
  {
    method: "EndpointRepo.insertSecret",
    run: endpoints(EndpointRepo.use((repo) => repo.insertSecret(webhook, { key_id: "probe", sealed: "probe" }, now, now)))
  },
  { method: "EndpointRepo.markHealthy", run: endpoints(EndpointRepo.use((repo) => repo.markHealthy(webhook))) },
  { method: "EndpointRepo.markFailing", run: endpoints(EndpointRepo.use((repo) => repo.markFailing(webhook, now))) },
  { method: "EndpointRepo.disable", run: endpoints(EndpointRepo.use((repo) => repo.disable(webhook, "gone", now))) },
  ...[{ user }, { holdersOf: ProfileId.make(id) }].map((audience): Probe => ({
    method: "DeliveryRepo.insert",
    run: deliveries(DeliveryRepo.use((repo) => repo.insert({ event: "job.finished", payload, once: null, now }, audience)))
  })),
  {
    method: "DeliveryRepo.insertExpiring",
    run: deliveries(DeliveryRepo.use((repo) => repo.insertExpiring({ now, until: now, limit: 1 })))
  },
  {
    method: "DeliveryRepo.insertDrift",
    run: deliveries(DeliveryRepo.use((repo) => repo.insertDrift(payload, { state: "a", aligned: "b", now })))
  },
  {
    method: "DeliveryRepo.insertPing",
    run: rowless(deliveries(DeliveryRepo.use((repo) => repo.insertPing(endpoint, payload, now))))
  },
  {
    method: "DeliveryRepo.claim",
    run: deliveries(DeliveryRepo.use((repo) => repo.claim({ lease: id, now, leaseEnds: now, limit: 1, perEndpoint: 1 })))
  },
  {
    method: "DeliveryRepo.settle",
    run: deliveries(DeliveryRepo.use((repo) =>
      repo.settle(delivery, id, {
        status: "succeeded",
        next_attempt_at: null,
        last_status: 200,
        last_failure: null,
        last_latency_ms: 1,
        delivered_at: now
      })
    ))
  },
  { method: "DeliveryRepo.failWaiting", run: deliveries(DeliveryRepo.use((repo) => repo.failWaiting(webhook, now))) },
  { method: "DeliveryRepo.find", run: deliveries(DeliveryRepo.use((repo) => repo.find(webhook, delivery))) },
  { method: "DeliveryRepo.replay", run: deliveries(DeliveryRepo.use((repo) => repo.replay(webhook, delivery, now))) },
  ...([undefined, "failed"] as const).flatMap((status) =>
    [page, { ...page, after: `0 ${id}` }].map((at): Probe => ({
      method: "DeliveryRepo.list",
      run: deliveries(DeliveryRepo.use((repo) => repo.list(webhook, { status, ...at })))
    }))
  ),
  { method: "DeliveryRepo.prune", run: deliveries(DeliveryRepo.use((repo) => repo.prune(now, 1))) }
]
