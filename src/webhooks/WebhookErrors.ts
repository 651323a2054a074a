import { Schema } from "effect"
import * as HttpApiError from "effect/http-api/HttpApiError"
import { problemFields } from "../http/Problem.ts"

/** No such webhook or delivery, or another user's. */
export class WebhookNotFound extends HttpApiError.Problem<WebhookNotFound>()("WebhookNotFound", {
  type: "/problems/webhook-not-found",
  status: 404,
  title: "No such webhook"
}, problemFields) {
  static get problem() {
    return new WebhookNotFound({ detail: "You have no webhook, or no delivery of it, of this id. GET /me/webhooks lists yours." })
  }
}

/** The user has as many webhooks as one may have. */
export class WebhookLimit extends HttpApiError.Problem<WebhookLimit>()("WebhookLimit", {
  type: "/problems/webhook-limit",
  status: 409,
  title: "There are as many webhooks as there may be"
}, { limit: Schema.Int, ...problemFields }) {}

/** Nothing is sent to a webhook that is switched off. */
export class WebhookDisabled extends HttpApiError.Problem<WebhookDisabled>()("WebhookDisabled", {
  type: "/problems/webhook-disabled",
  status: 409,
  title: "The webhook is switched off"
}, problemFields) {
  static get problem() {
    return new WebhookDisabled({ detail: "Nothing was sent. PATCH the webhook to status `active` first." })
  }
}

/** The address is none that is called. */
export class WebhookTargetRefused extends HttpApiError.Problem<WebhookTargetRefused>()("WebhookTargetRefused", {
  type: "/problems/webhook-target-refused",
  status: 422,
  title: "The address cannot be called"
}, {
  reason: Schema.Literals(["not_an_address", "scheme", "credentials", "port", "host"]),
  ...problemFields
}) {}

/** The event is told to administrators only. */
export class WebhookEventRefused extends HttpApiError.Problem<WebhookEventRefused>()("WebhookEventRefused", {
  type: "/problems/webhook-event-refused",
  status: 403,
  title: "The event is not told to you"
}, problemFields) {
  static get problem() {
    return new WebhookEventRefused({ detail: "Nothing was changed. `schema.drift` is for administrators: leave it out." })
  }
}

/** This installation has no key to keep secrets with. */
export class WebhooksUnavailable extends HttpApiError.Problem<WebhooksUnavailable>()("WebhooksUnavailable", {
  type: "/problems/webhooks-unavailable",
  status: 503,
  title: "Webhooks are not set up here"
}, problemFields) {
  static get problem() {
    return new WebhooksUnavailable({ detail: "Nothing was changed. The operator of this installation has to set WEBHOOK_KEYS." })
  }
}
