import { Schema } from "effect"
import { Model } from "effect/schema"
import * as Column from "../database/Column.ts"
import { UserId } from "../users/UserId.ts"
import { eventTypes, ping } from "./EventTypes.ts"

export const WebhookId = Schema.String.pipe(Schema.brand("WebhookId")).annotate({ sqlType: "uuid", format: "uuid" })
export type WebhookId = typeof WebhookId.Type

/** The `webhook-id` of every attempt and replay. */
export const DeliveryId = Schema.String.pipe(Schema.brand("DeliveryId")).annotate({ sqlType: "uuid", format: "uuid" })
export type DeliveryId = typeof DeliveryId.Type

export const EndpointStatus = Column.oneOf(["active", "disabled"])
export const DisabledReason = Column.oneOf(["by_user", "gone", "failing"])
export type DisabledReason = typeof DisabledReason.Type

/** A row of `webhook_endpoints`: where a user wants to be told of what. */
export class WebhookEndpoint extends Model.Class<WebhookEndpoint>("WebhookEndpoint")({
  id: Column.withDefault(WebhookId),
  user_id: UserId.annotate({ sqlType: "uuid" }),
  url: Column.text,
  description: Schema.NullOr(Column.text),
  events: Schema.Array(Schema.Literals(eventTypes)).annotate({ sqlType: "text[]" }),
  status: Column.withDefault(EndpointStatus),
  disabled_reason: Schema.NullOr(DisabledReason),
  disabled_at: Schema.NullOr(Column.Instant),
  failing_since: Schema.NullOr(Column.Instant),
  created_at: Column.withDefault(Column.Instant),
  updated_at: Column.withDefault(Column.Instant)
}, { table: "webhook_endpoints" }) {}

/** A row of `webhook_secrets`: a signing secret, encrypted. */
export class WebhookSecret extends Model.Class<WebhookSecret>("WebhookSecret")({
  id: Column.withDefault(Column.uuid),
  endpoint_id: WebhookId,
  key_id: Column.text,
  sealed: Column.text,
  created_at: Column.withDefault(Column.Instant),
  expires_at: Schema.NullOr(Column.Instant)
}, { table: "webhook_secrets" }) {}

/** Why the last attempt came to nothing; `refused`: the answer was not 2xx. */
export const DeliveryFailure = Column.oneOf([
  "refused",
  "address_refused",
  "name_not_resolved",
  "connection_failed",
  "certificate_refused",
  "timeout",
  "secret_unreadable",
  "endpoint_disabled"
])
export type DeliveryFailure = typeof DeliveryFailure.Type

/** A row of `webhook_deliveries`: one event for one endpoint. */
export class WebhookDelivery extends Model.Class<WebhookDelivery>("WebhookDelivery")({
  id: Column.withDefault(DeliveryId),
  endpoint_id: WebhookId,
  user_id: UserId.annotate({ sqlType: "uuid" }),
  event: Column.oneOf([...eventTypes, ping]),
  payload: Column.jsonObject,
  once_key: Schema.NullOr(Column.text),
  status: Column.withDefault(Column.oneOf(["pending", "succeeded", "failed"])),
  attempts: Column.withDefault(Column.integer),
  tries: Column.withDefault(Column.integer),
  next_attempt_at: Column.withDefault(Schema.NullOr(Column.Instant)),
  lease: Schema.NullOr(Column.uuid),
  last_attempt_at: Schema.NullOr(Column.Instant),
  last_status: Schema.NullOr(Column.integer),
  last_failure: Schema.NullOr(DeliveryFailure),
  last_latency_ms: Schema.NullOr(Column.integer),
  delivered_at: Schema.NullOr(Column.Instant),
  created_at: Column.withDefault(Column.Instant)
}, { table: "webhook_deliveries" }) {}
