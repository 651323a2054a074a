import { Schema } from "effect"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import { Touches } from "../alignment/Touches.ts"
import { recorded } from "../audit/Recorded.ts"
import { Authorization } from "../auth/Authorization.ts"
import { DatabaseUnavailable, RowMismatch, RowRefused } from "../database/DatabaseErrors.ts"
import { Listing, listQuery } from "../http/Lists.ts"
import { answersSecret, Idempotency, Repeats } from "../idempotency/IdempotencyApi.ts"
import { WebhookDelivery } from "./Webhook.ts"
import {
  WebhookDisabled,
  WebhookEventRefused,
  WebhookLimit,
  WebhookNotFound,
  WebhooksUnavailable,
  WebhookTargetRefused
} from "./WebhookErrors.ts"
import {
  CreatedWebhook,
  DeliveryView,
  NewWebhook,
  RotatedSecret,
  SecretRotation,
  WebhookChange,
  WebhookView
} from "./WebhookView.ts"

const params = { id: Schema.String }
const databaseErrors = [DatabaseUnavailable, RowMismatch, RowRefused] as const
const errors = [WebhookNotFound, ...databaseErrors] as const

/** Where the caller is told of events, and what was told. */
export class WebhooksApi extends HttpApiGroup.make("webhooks")
  .add(
    HttpApiEndpoint.get("list", "/me/webhooks", {
      success: Listing(WebhookView).annotate({ identifier: "WebhookList" }),
      error: databaseErrors
    })
      .annotate(Touches, { reads: ["webhook_endpoints"], writes: [] })
      .annotate(OpenApi.Summary, "The caller's webhooks, latest first: at most ten, on one page"),
    HttpApiEndpoint.post("create", "/me/webhooks", {
      payload: NewWebhook,
      success: CreatedWebhook.pipe(HttpApiSchema.status(201)),
      error: [WebhookLimit, WebhookTargetRefused, WebhookEventRefused, WebhooksUnavailable, ...databaseErrors]
    })
      .annotate(Repeats, answersSecret)
      .annotate(Touches, { reads: ["webhook_endpoints"], writes: ["webhook_endpoints", "webhook_secrets", ...recorded] })
      .annotate(OpenApi.Summary, "A new webhook, with the secret that signs for it")
      .annotate(
        OpenApi.Description,
        "The secret is shown this once. Deliveries are signed after Standard Webhooks; verify them with its library. The address is resolved and "
          + "checked at every delivery; POST …/test shows whether it can be reached."
      ),
    HttpApiEndpoint.get("get", "/me/webhooks/:id", { params, success: WebhookView, error: errors })
      .annotate(Touches, { reads: ["webhook_endpoints"], writes: [] })
      .annotate(OpenApi.Summary, "One webhook"),
    HttpApiEndpoint.patch("change", "/me/webhooks/:id", {
      params,
      payload: WebhookChange,
      success: WebhookView,
      error: [WebhookTargetRefused, WebhookEventRefused, ...errors]
    })
      .middleware(Idempotency)
      .annotate(Touches, { reads: ["webhook_endpoints"], writes: ["webhook_endpoints", "webhook_deliveries", ...recorded] })
      .annotate(OpenApi.Summary, "Change a webhook, or switch it off or on")
      .annotate(
        OpenApi.Description,
        "Absent members stay as they are. Switched off, it is told nothing, and what waits for it fails; each can be replayed when it is on again."
      ),
    HttpApiEndpoint.delete("remove", "/me/webhooks/:id", { params, success: HttpApiSchema.NoContent, error: errors })
      .middleware(Idempotency)
      .annotate(Touches, { reads: [], writes: ["webhook_endpoints", ...recorded] })
      .annotate(OpenApi.Summary, "Forget a webhook, with its secrets and deliveries"),
    HttpApiEndpoint.post("rotateSecret", "/me/webhooks/:id/secret", {
      params,
      payload: [SecretRotation, Schema.Null],
      success: RotatedSecret,
      error: [WebhooksUnavailable, ...errors]
    })
      .annotate(Repeats, answersSecret)
      .annotate(Touches, { reads: ["webhook_endpoints"], writes: ["webhook_secrets", ...recorded] })
      .annotate(OpenApi.Summary, "A new secret, shown this once; the former signs beside it for a day, or as long as is said"),
    HttpApiEndpoint.post("test", "/me/webhooks/:id/test", {
      params,
      success: DeliveryView.pipe(HttpApiSchema.status(202)),
      error: [WebhookDisabled, ...errors]
    })
      .middleware(Idempotency)
      .annotate(Touches, { reads: ["webhook_endpoints"], writes: ["webhook_deliveries"] })
      .annotate(OpenApi.Summary, "Send a webhook.ping; the list of deliveries shows how it went"),
    HttpApiEndpoint.get("deliveries", "/me/webhooks/:id/deliveries", {
      params,
      query: { ...listQuery, status: Schema.optionalKey(WebhookDelivery.fields.status) },
      success: Listing(DeliveryView).annotate({ identifier: "WebhookDeliveryList" }),
      error: errors
    })
      .annotate(Touches, { reads: ["webhook_endpoints", "webhook_deliveries"], writes: [] })
      .annotate(OpenApi.Summary, "What was told and what is to be, latest first, for 30 days"),
    HttpApiEndpoint.post("replay", "/me/webhooks/:id/deliveries/:delivery/replay", {
      params: { ...params, delivery: Schema.String },
      success: DeliveryView.pipe(HttpApiSchema.status(202)),
      error: [WebhookDisabled, ...errors]
    })
      .middleware(Idempotency)
      .annotate(Touches, { reads: ["webhook_endpoints", "webhook_deliveries"], writes: ["webhook_deliveries"] })
      .annotate(OpenApi.Summary, "Deliver once more, under the same id, at once")
  )
  .middleware(Authorization)
  .annotate(OpenApi.Description, "Where the caller is told of events as they happen, signed after Standard Webhooks.")
{}
