import { Schema, Struct } from "effect"
import { text } from "../http/Text.ts"
import { eventTypes } from "./EventTypes.ts"
import { EndpointStatus, WebhookDelivery, WebhookEndpoint } from "./Webhook.ts"

/** A webhook as answers carry it. */
export const WebhookView = Schema.Struct({
  ...Struct.omit(WebhookEndpoint.fields, ["user_id"]),
  disabled_reason: WebhookEndpoint.fields.disabled_reason.annotate({
    description: "by_user: switched off; gone: it answered 410; failing: it accepted nothing for five days"
  }),
  failing_since: WebhookEndpoint.fields.failing_since.annotate({
    description: "Null: the last delivery was accepted, or there was none"
  })
}).annotate({ identifier: "Webhook" })
export type WebhookView = typeof WebhookView.Type

const secret = Schema.String.annotate({ description: "Shown this once. Base64 of 32 bytes after `whsec_`" })

/** A webhook just made, with its secret. */
export const CreatedWebhook = Schema.Struct({ ...WebhookView.fields, secret }).annotate({ identifier: "CreatedWebhook" })

/** A new secret, and until when those before it sign beside it. */
export const RotatedSecret = Schema.Struct({
  secret,
  previous_expires_at: WebhookDelivery.fields.created_at
}).annotate({ identifier: "RotatedWebhookSecret" })

/** What was told, or is to be, with how the last attempt went. Nothing of an answer but its status is kept. */
export const DeliveryView = Schema.Struct({
  id: WebhookDelivery.fields.id.annotate({ description: "The webhook-id: the same at every attempt and replay" }),
  event: WebhookDelivery.fields.event,
  status: WebhookDelivery.fields.status,
  attempts: WebhookDelivery.fields.attempts,
  next_attempt_at: WebhookDelivery.fields.next_attempt_at.annotate({ description: "Null: none is to come" }),
  last_attempt_at: WebhookDelivery.fields.last_attempt_at,
  last_status: WebhookDelivery.fields.last_status.annotate({ description: "HTTP status; null: no answer" }),
  last_failure: WebhookDelivery.fields.last_failure.annotate({ description: "Null: accepted, or not tried yet" }),
  last_latency_ms: WebhookDelivery.fields.last_latency_ms,
  delivered_at: WebhookDelivery.fields.delivered_at,
  created_at: WebhookDelivery.fields.created_at,
  payload: WebhookDelivery.fields.payload.annotate({ description: "The body" })
}).annotate({ identifier: "WebhookDelivery" })
export type DeliveryView = typeof DeliveryView.Type

/** A delivery and where a next page continues. */
export const DeliveryRow = Schema.Struct({ ...DeliveryView.fields, position: Schema.String })
export type DeliveryRow = typeof DeliveryRow.Type

const given = {
  url: text(1, 2048).annotate({ format: "uri", description: "https, port 443 or 8443, no credentials, a public host" }),
  events: Schema.Array(Schema.Literals(eventTypes)).check(
    Schema.isMinLength(1),
    Schema.isMaxLength(eventTypes.length),
    Schema.isUnique()
  ),
  description: Schema.NullOr(text(0, 500))
}

export const NewWebhook = Schema.Struct({ ...given, description: Schema.optionalKey(given.description) }).annotate({
  identifier: "NewWebhook"
})
export type NewWebhook = typeof NewWebhook.Type

/** What changes of a webhook: absent is unchanged. `active` switches it on again, whyever it is off. */
export const WebhookChange = Schema.Struct({
  url: Schema.optionalKey(given.url),
  events: Schema.optionalKey(given.events),
  description: Schema.optionalKey(given.description),
  status: Schema.optionalKey(EndpointStatus)
}).annotate({ identifier: "WebhookChange" })
export type WebhookChange = typeof WebhookChange.Type

export const SecretRotation = Schema.Struct({
  overlap_hours: Schema.optionalKey(
    Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 168 })).annotate({
      description: "How long the secrets until now sign too (24); 0: they end at once, for one that has leaked"
    })
  )
}).annotate({ identifier: "WebhookSecretRotation" })
export type SecretRotation = typeof SecretRotation.Type
