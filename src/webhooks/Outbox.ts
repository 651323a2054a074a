import { Clock, Context, Duration, Effect, Layer } from "effect"
import { createHash } from "node:crypto"
import type { Report } from "../alignment/Finding.ts"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { instantOf } from "../database/Instant.ts"
import { Transaction } from "../database/Transaction.ts"
import type { UserId } from "../users/UserId.ts"
import { DeliveryRepo } from "./DeliveryRepo.ts"
import type { EventData } from "./WebhookEvents.ts"

/** What other rooms tell of. Who hears it follows from the event: the user it names, or whoever holds open access to the profile. */
export type Emitted =
  | { readonly type: "profile.refreshed"; readonly data: EventData<"profile.refreshed"> }
  | { readonly type: "job.finished"; readonly user: UserId; readonly data: EventData<"job.finished"> }
  | { readonly type: "campaign.post_added"; readonly user: UserId; readonly data: EventData<"campaign.post_added"> }

/**
 * Writes what webhooks will deliver, in the transaction of what it tells: both are there or neither. One statement, which writes a row for each
 * endpoint that asked for it, and none where nobody did.
 */
export class Outbox extends Context.Service<Outbox, {
  /** Call inside the transaction of the effect. A job's end, and a post's way into a campaign, are told once however often they are emitted. */
  emit(event: Emitted): Effect.Effect<void, DatabaseError>
  /** Tells users of access that ends within three days, each end once; answers how many it told now, at most so many. */
  announceExpiring(limit: number): Effect.Effect<number, DatabaseError>
  /** Tells administrators of a schema report, where the last they heard was another set of findings. */
  announceDrift(report: Report): Effect.Effect<number, DatabaseError>
  /** Deletes what was written down longer ago and waits no longer, at most so many; answers how many. */
  prune(olderThan: Duration.Duration, limit: number): Effect.Effect<number, DatabaseError>
}>()("analytics-following/webhooks/Outbox") {
  static readonly layerNoDeps = Layer.effect(
    Outbox,
    Effect.gen(function*() {
      const repo = yield* DeliveryRepo
      const transaction = yield* Transaction
      const now = Effect.map(Clock.currentTimeMillis, instantOf)

      const emit = Effect.fn("Outbox.emit")(function*(event: Emitted) {
        const at = yield* now
        const payload = { type: event.type, timestamp: at, data: event.data }
        yield* repo.insert({ event: event.type, payload, once: onceOf(event), now: at }, audienceOf(event))
      })

      const announceExpiring = Effect.fn("Outbox.announceExpiring")(function*(limit: number) {
        const millis = yield* Clock.currentTimeMillis
        return yield* repo.insertExpiring({ now: instantOf(millis), until: instantOf(millis + expiringWithin), limit })
      })

      const announceDrift = Effect.fn("Outbox.announceDrift")(function*(report: Report) {
        const at = yield* now
        const data = driftOf(report)
        const payload = { type: "schema.drift" as const, timestamp: at, data }
        return yield* transaction.run(repo.insertDrift(payload, { state: data.state, aligned: stateOf([]), now: at }))
      })

      const prune = Effect.fn("Outbox.prune")(function*(olderThan: Duration.Duration, limit: number) {
        return yield* repo.prune(instantOf((yield* Clock.currentTimeMillis) - Duration.toMillis(olderThan)), limit)
      })

      return { emit, announceExpiring, announceDrift, prune }
    })
  )

  static readonly layer = this.layerNoDeps.pipe(Layer.provide(DeliveryRepo.layer))

  /** Tells nobody. */
  static readonly layerNone = Layer.succeed(Outbox, {
    emit: () => Effect.void,
    announceExpiring: () => Effect.succeed(0),
    announceDrift: () => Effect.succeed(0),
    prune: () => Effect.succeed(0)
  })
}

/** Milliseconds before the end of a window at which it is told. */
const expiringWithin = 3 * 86_400_000

const audienceOf = (event: Emitted) =>
  event.type === "profile.refreshed" ? { holdersOf: event.data.profile_id } : { user: event.user }

const onceOf = (event: Emitted): string | null =>
  event.type === "job.finished"
    ? `job ${event.data.job_id}`
    : event.type === "campaign.post_added"
    ? `post ${event.data.campaign_id} ${event.data.post_id} ${event.data.added_at}`
    : null

const shownFindings = 100

const driftOf = ({ findings }: Report): EventData<"schema.drift"> => ({
  status: findings.length === 0 ? "aligned" : "drifted",
  state: stateOf(findings.map(({ fingerprint }) => fingerprint)),
  total: findings.length,
  findings: findings.slice(0, shownFindings).map(({ code, fingerprint, object, relation, severity }) => ({
    fingerprint,
    code,
    severity,
    relation,
    object
  }))
})

const stateOf = (fingerprints: ReadonlyArray<string>): string =>
  createHash("sha256").update([...fingerprints].sort().join("\n")).digest("hex").slice(0, 16)
