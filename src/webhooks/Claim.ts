import { Schema } from "effect"
import type { Schema as S } from "effect"
import * as Column from "../database/Column.ts"
import { WebhookDelivery, WebhookEndpoint, WebhookSecret } from "./Webhook.ts"

/** A body before it is written down. */
export type Payload = { readonly type: string; readonly timestamp: string; readonly data: object }

/** A delivery that a worker has taken, with what it needs for the attempt. */
export const ClaimedDelivery = Schema.Struct({
  id: WebhookDelivery.fields.id,
  endpoint_id: WebhookDelivery.fields.endpoint_id,
  event: WebhookDelivery.fields.event,
  payload: WebhookDelivery.fields.payload,
  tries: WebhookDelivery.fields.tries,
  url: WebhookEndpoint.fields.url,
  /** Neither the endpoint is off nor its user suspended. */
  active: Column.boolean,
  secrets: Schema.Array(Schema.Struct({ key_id: WebhookSecret.fields.key_id, sealed: WebhookSecret.fields.sealed }))
})
export type ClaimedDelivery = typeof ClaimedDelivery.Type

/** How an attempt went, as columns hold it. */
export type Outcome =
  & Pick<
    S.Schema.Type<typeof WebhookDelivery>,
    "status" | "next_attempt_at" | "last_status" | "last_failure" | "last_latency_ms"
  >
  & { readonly delivered_at?: Column.Instant }
