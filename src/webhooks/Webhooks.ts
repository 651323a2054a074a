import { Clock, Context, Effect, Layer, type Redacted, Result, type Schema } from "effect"
import { randomUUID } from "node:crypto"
import { Audit } from "../audit/Audit.ts"
import type { AuditAction } from "../audit/AuditEntry.ts"
import type { CurrentUser } from "../auth/CurrentUser.ts"
import type * as Column from "../database/Column.ts"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { instantOf } from "../database/Instant.ts"
import { Transaction } from "../database/Transaction.ts"
import { parseTarget, type TargetRules } from "../outbound/Target.ts"
import type { UserId } from "../users/UserId.ts"
import { DeliveryRepo } from "./DeliveryRepo.ts"
import { EndpointRepo } from "./EndpointRepo.ts"
import { type EventType, ping } from "./EventTypes.ts"
import { SecretBox } from "./SecretBox.ts"
import { newSecret } from "./Signature.ts"
import { type DeliveryId, type WebhookDelivery, type WebhookEndpoint, WebhookId } from "./Webhook.ts"
import {
  WebhookDisabled,
  WebhookEventRefused,
  WebhookLimit,
  WebhookNotFound,
  WebhooksUnavailable,
  WebhookTargetRefused
} from "./WebhookErrors.ts"
import type { DeliveryRow, NewWebhook, WebhookChange } from "./WebhookView.ts"
import { workerLayer, type WorkerOptions } from "./WebhookWorker.ts"

type Caller = Pick<CurrentUser["Service"], "id" | "role">

/** A user's webhooks: where they are told what, with which secrets, and what became of it. Another's is not found. */
export class Webhooks extends Context.Service<Webhooks, {
  create(user: Caller, given: NewWebhook): Effect.Effect<
    { readonly webhook: WebhookEndpoint; readonly secret: Redacted.Redacted },
    WebhookLimit | WebhookTargetRefused | WebhookEventRefused | WebhooksUnavailable | DatabaseError
  >
  list(user: UserId): Effect.Effect<ReadonlyArray<WebhookEndpoint>, DatabaseError>
  get(user: UserId, id: WebhookId): Effect.Effect<WebhookEndpoint, WebhookNotFound | DatabaseError>
  change(user: Caller, id: WebhookId, change: WebhookChange): Effect.Effect<
    WebhookEndpoint,
    WebhookNotFound | WebhookTargetRefused | WebhookEventRefused | DatabaseError
  >
  /** With its secrets and everything it was told. */
  remove(user: UserId, id: WebhookId): Effect.Effect<void, WebhookNotFound | DatabaseError>
  /** A new secret; those until now sign beside it for `overlapHours`. */
  rotate(user: UserId, id: WebhookId, overlapHours: number): Effect.Effect<
    { readonly secret: Redacted.Redacted; readonly previousUntil: Column.Instant },
    WebhookNotFound | WebhooksUnavailable | DatabaseError
  >
  /** Sends a `webhook.ping`, as any other event is sent. */
  test(user: UserId, id: WebhookId): Effect.Effect<DeliveryRow, WebhookNotFound | WebhookDisabled | DatabaseError>
  deliveries(user: UserId, id: WebhookId, options: {
    readonly status: WebhookDelivery["status"] | undefined
    readonly after: string | undefined
    readonly limit: number
  }): Effect.Effect<ReadonlyArray<DeliveryRow>, WebhookNotFound | DatabaseError>
  /** Due at once, whatever became of it, under its id; one that is under way stays as it is. */
  replay(user: UserId, id: WebhookId, delivery: DeliveryId): Effect.Effect<
    DeliveryRow,
    WebhookNotFound | WebhookDisabled | DatabaseError
  >
}>()("analytics-following/webhooks/Webhooks") {
  static readonly layerNoDeps = (rules: TargetRules) =>
    Layer.effect(
      Webhooks,
      Effect.gen(function*() {
        const endpoints = yield* EndpointRepo
        const deliveries = yield* DeliveryRepo
        const transaction = yield* Transaction
        const box = yield* SecretBox
        const audit = yield* Audit
        const now = Effect.map(Clock.currentTimeMillis, instantOf)
        const found = (look: Effect.Effect<WebhookEndpoint | undefined, DatabaseError>) =>
          Effect.flatMap(look, (endpoint) =>
            endpoint === undefined ? Effect.fail(WebhookNotFound.problem) : Effect.succeed(endpoint))

        /** The address is not in it: a path may hold a secret of its receiver. */
        const told = (action: AuditAction, id: WebhookId, details: Readonly<Record<string, Schema.Json>> = {}) =>
          audit.record({ action, subject: { type: "webhook", id }, details })

        const callable = (url: string | undefined) => {
          const parsed = url === undefined ? undefined : parseTarget(url, rules)
          return parsed === undefined || Result.isSuccess(parsed) ? Effect.void : Effect.fail(refused(parsed.failure))
        }

        const permitted = ({ role }: Caller, events: ReadonlyArray<EventType> = []) =>
          role !== "admin" && events.includes("schema.drift") ? Effect.fail(WebhookEventRefused.problem) : Effect.void

        const sealed = (id: WebhookId, secret: Redacted.Redacted) =>
          Effect.mapError(Effect.fromResult(box.seal(secret, id)), () =>
            WebhooksUnavailable.problem)

        const create = Effect.fn("Webhooks.create")(function*(user: Caller, given: NewWebhook) {
          yield* callable(given.url)
          yield* permitted(user, given.events)
          const id = WebhookId.make(randomUUID())
          const secret = newSecret()
          const locked = yield* sealed(id, secret)
          const at = yield* now
          const details = { url: given.url, events: given.events, description: given.description ?? null }
          const webhook = yield* transaction.run(Effect.gen(function*() {
            const made = yield* endpoints.insert(id, user.id, details, mostWebhooks, at)
            if (made === undefined) return yield* Effect.fail(full)
            yield* endpoints.insertSecret(id, locked, at, at)
            yield* told("webhook.create", id, { events: given.events })
            return made
          }))
          return { webhook, secret }
        })

        const get = Effect.fn("Webhooks.get")((user: UserId, id: WebhookId) => found(endpoints.find(user, id)))

        const change = Effect.fn("Webhooks.change")(
          function*(user: Caller, id: WebhookId, { status, ...given }: WebhookChange) {
            return yield* transaction.run(Effect.gen(function*() {
              const before = yield* found(endpoints.lock(user.id, id))
              yield* callable(given.url)
              yield* permitted(user, given.events)
              const at = yield* now
              const turned = status === undefined || status === before.status ? {} : status === "active" ? on : off(at)
              const after = yield* found(endpoints.update(user.id, id, { ...given, ...turned }, at))
              if (after.status === "disabled" && before.status === "active") yield* deliveries.failWaiting(id, at)
              yield* told("webhook.change", id, {
                changed: Object.keys({ ...given, ...(status === undefined ? {} : { status }) }),
                events: after.events,
                status: after.status
              })
              return after
            }))
          }
        )

        const remove = Effect.fn("Webhooks.remove")(function*(user: UserId, id: WebhookId) {
          yield* transaction.run(Effect.gen(function*() {
            if (!(yield* endpoints.delete(user, id))) return yield* WebhookNotFound.problem
            yield* told("webhook.delete", id)
          }))
        })

        const rotate = Effect.fn("Webhooks.rotate")(function*(user: UserId, id: WebhookId, overlapHours: number) {
          const secret = newSecret()
          const locked = yield* sealed(id, secret)
          const millis = yield* Clock.currentTimeMillis
          const previousUntil = instantOf(millis + overlapHours * 3_600_000)
          yield* transaction.run(Effect.gen(function*() {
            yield* found(endpoints.lock(user, id))
            yield* endpoints.insertSecret(id, locked, previousUntil, instantOf(millis))
            yield* told("webhook.rotate", id, { overlap_hours: overlapHours })
          }))
          return { secret, previousUntil }
        })

        /** Held, so that what is sent to it is not left behind when it is switched off at the same time. */
        const whileOn = <A, E>(
          user: UserId,
          id: WebhookId,
          send: (endpoint: WebhookEndpoint, at: Column.Instant) => Effect.Effect<A, E>
        ) =>
          transaction.run(Effect.gen(function*() {
            const endpoint = yield* found(endpoints.lock(user, id))
            if (endpoint.status === "disabled") return yield* WebhookDisabled.problem
            return yield* send(endpoint, yield* now)
          }))

        return {
          create,
          list: endpoints.list,
          get,
          change,
          remove,
          rotate,
          test: Effect.fn("Webhooks.test")((user, id) =>
            whileOn(user, id, (endpoint, at) =>
              deliveries.insertPing(endpoint, { type: ping, timestamp: at, data: { webhook_id: id } }, at))
          ),
          deliveries: Effect.fn("Webhooks.deliveries")((user, id, options) =>
            Effect.andThen(get(user, id), deliveries.list(id, options))
          ),
          replay: Effect.fn("Webhooks.replay")((user, id, delivery) =>
            whileOn(
              user,
              id,
              Effect.fnUntraced(function*(_, at: Column.Instant) {
                const replayed = (yield* deliveries.replay(id, delivery, at)) ?? (yield* deliveries.find(id, delivery))
                return replayed ?? (yield* WebhookNotFound.problem)
              })
            )
          )
        }
      })
    )

  /** Needs the box that keeps secrets. */
  static readonly layer = (rules: TargetRules) =>
    this.layerNoDeps(rules).pipe(Layer.provide([EndpointRepo.layer, DeliveryRepo.layer]))

  /** Delivers in this process until its scope closes; any number of processes share the work. Starts nothing where no key is set. */
  static readonly workerLayer = (options: WorkerOptions) => workerLayer(options)
}

/** Webhooks that one user may have. */
const mostWebhooks = 10

const on = { status: "active", disabled_reason: null, disabled_at: null, failing_since: null } as const

const off = (at: Column.Instant) => ({ status: "disabled", disabled_reason: "by_user", disabled_at: at } as const)

const full = new WebhookLimit({
  limit: mostWebhooks,
  detail: "Nothing was made. Delete a webhook, or let one of them take more events."
})

const refused = (reason: WebhookTargetRefused["reason"]) =>
  new WebhookTargetRefused({
    reason,
    detail: "Nothing was changed. Give a public https address on port 443 or 8443, without user name and password."
  })
