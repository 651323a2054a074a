import * as HttpApiError from "effect/http-api/HttpApiError"
import { problemFields } from "../http/Problem.ts"

/** Whoever sent the event does not hold the secret, or sent it too long ago. Nothing was done. */
export class BillingSignatureInvalid extends HttpApiError.Problem<BillingSignatureInvalid>()("BillingSignatureInvalid", {
  type: "/problems/billing-signature-invalid",
  status: 400,
  title: "The event is not signed as it should be"
}, problemFields) {
  static readonly problem = new BillingSignatureInvalid({
    detail:
      "Send the body as it was signed, with `Stripe-Signature` made with this endpoint's secret within the last five minutes."
  })
}

/** This server was given no secret to tell the provider's events by. */
export class BillingOff extends HttpApiError.Problem<BillingOff>()("BillingOff", {
  type: "/problems/billing-off",
  status: 404,
  title: "No billing provider is connected"
}, problemFields) {
  static readonly problem = new BillingOff({
    detail: "Set STRIPE_WEBHOOK_SECRET to the signing secret of the endpoint at Stripe."
  })
}
