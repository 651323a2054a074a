import { Schema } from "effect"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import { Touches } from "../alignment/Touches.ts"
import { DatabaseUnavailable, RowMismatch, RowRefused } from "../database/DatabaseErrors.ts"
import { InvalidRequest } from "../http/HttpErrors.ts"
import { Repeats } from "../idempotency/IdempotencyApi.ts"
import { BillingOff, BillingSignatureInvalid } from "./BillingErrors.ts"
import { EventOutcome } from "./Subscription.ts"

/** Where the billing provider reports. Its signature is the sign-in. */
export class BillingApi extends HttpApiGroup.make("billing")
  .add(
    HttpApiEndpoint.post("hear", "/billing/events", {
      headers: { "stripe-signature": Schema.optionalKey(Schema.String) },
      payload: Schema.String.check(Schema.isMaxLength(1_000_000)).pipe(HttpApiSchema.asText({ contentType: "application/json" })),
      success: Schema.Struct({ outcome: EventOutcome }).annotate({ identifier: "BillingEventHeard" }),
      error: [BillingSignatureInvalid, BillingOff, InvalidRequest, DatabaseUnavailable, RowMismatch, RowRefused]
    })
      .annotate(Touches, {
        reads: [
          "plans",
          "auth_users",
          "user_profiles",
          "subscriptions",
          "credit_accounts",
          "credit_entries",
          "credit_reservations"
        ],
        writes: ["billing_events", "subscriptions", "user_profiles", "credit_accounts", "credit_entries", "credit_reservations"]
      })
      .annotate(Repeats, { how: "ignored", because: "An event has an id of its own: one that comes again does nothing." })
      .annotate(OpenApi.Summary, "An event of Stripe, signed: subscriptions, payments, cancellations")
      .annotate(
        OpenApi.Description,
        "Events may come in any order and any number of times. The user is named by `metadata.user_id` of the subscription, by "
          + "`client_reference_id` of the checkout, or by an earlier event of the same customer."
      )
  )
  .annotate(OpenApi.Description, "Where the billing provider reports.")
{}
