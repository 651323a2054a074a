import { Effect, Redacted, Struct } from "effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import { CurrentUser } from "../auth/CurrentUser.ts"
import { isUuid } from "../database/Uuid.ts"
import { Api } from "../http/Api.ts"
import { Cursor } from "../http/Cursor.ts"
import { linkNext } from "../http/LinkNext.ts"
import { defaultLimit, pageOf } from "../http/Lists.ts"
import { DeliveryId, type WebhookEndpoint, WebhookId } from "./Webhook.ts"
import { WebhookNotFound } from "./WebhookErrors.ts"
import { Webhooks } from "./Webhooks.ts"
import type { DeliveryRow, DeliveryView, WebhookView } from "./WebhookView.ts"

/** Handlers of `/me/webhooks`. */
export const layer = HttpApiBuilder.group(
  Api,
  "webhooks",
  Effect.fn(function*(handlers) {
    const webhooks = yield* Webhooks
    const cursors = yield* Cursor
    return handlers.handleAll({
      list: Effect.fn("WebhooksHttp.list")(function*() {
        const user = yield* CurrentUser
        const data = (yield* webhooks.list(user.id)).map(viewOf)
        return { data, page: { next_cursor: null, has_more: false } }
      }),
      create: Effect.fn("WebhooksHttp.create")(function*({ payload }) {
        const { secret, webhook } = yield* webhooks.create(yield* CurrentUser, payload)
        return { ...viewOf(webhook), secret: Redacted.value(secret) }
      }),
      get: Effect.fn("WebhooksHttp.get")(function*({ params }) {
        const user = yield* CurrentUser
        return viewOf(yield* webhooks.get(user.id, WebhookId.make(yield* uuidOf(params.id))))
      }),
      change: Effect.fn("WebhooksHttp.change")(function*({ params, payload }) {
        const user = yield* CurrentUser
        return viewOf(yield* webhooks.change(user, WebhookId.make(yield* uuidOf(params.id)), payload))
      }),
      remove: Effect.fn("WebhooksHttp.remove")(function*({ params }) {
        const user = yield* CurrentUser
        yield* webhooks.remove(user.id, WebhookId.make(yield* uuidOf(params.id)))
      }),
      rotateSecret: Effect.fn("WebhooksHttp.rotateSecret")(function*({ params, payload }) {
        const user = yield* CurrentUser
        const id = WebhookId.make(yield* uuidOf(params.id))
        const { previousUntil, secret } = yield* webhooks.rotate(user.id, id, payload?.overlap_hours ?? 24)
        return { secret: Redacted.value(secret), previous_expires_at: previousUntil }
      }),
      test: Effect.fn("WebhooksHttp.test")(function*({ params }) {
        const user = yield* CurrentUser
        return deliveryOf(yield* webhooks.test(user.id, WebhookId.make(yield* uuidOf(params.id))))
      }),
      deliveries: Effect.fn("WebhooksHttp.deliveries")(function*({ params, query, request }) {
        const user = yield* CurrentUser
        const id = WebhookId.make(yield* uuidOf(params.id))
        const list = `webhooks/${id}/${user.id}/${query.status ?? ""}`
        const limit = query.limit ?? defaultLimit
        const after = query.cursor === undefined ? undefined : yield* cursors.decode(list, query.cursor)
        const found = yield* webhooks.deliveries(user.id, id, { status: query.status, after, limit: limit + 1 })
        const { data, page } = pageOf(found, limit, (last) => cursors.encode(list, last.position))
        yield* linkNext(request, page.next_cursor)
        return { data: data.map(deliveryOf), page }
      }),
      replay: Effect.fn("WebhooksHttp.replay")(function*({ params }) {
        const user = yield* CurrentUser
        const [id, delivery] = [yield* uuidOf(params.id), yield* uuidOf(params.delivery)]
        return deliveryOf(yield* webhooks.replay(user.id, WebhookId.make(id), DeliveryId.make(delivery)))
      })
    })
  })
)

const viewOf = (webhook: WebhookEndpoint): WebhookView => Struct.omit(webhook, ["user_id"])

const deliveryOf = ({ position: _, ...delivery }: DeliveryRow): DeliveryView => delivery

const uuidOf = (id: string) =>
  isUuid(id)
    ? Effect.succeed(id.toLowerCase())
    : Effect.fail(WebhookNotFound.problem)
