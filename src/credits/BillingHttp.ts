import { Effect } from "effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import { Api } from "../http/Api.ts"
import { InvalidRequest } from "../http/HttpErrors.ts"
import { readStripeEvent } from "./StripeEvent.ts"
import { StripeSignature } from "./StripeSignature.ts"
import { Subscriptions } from "./Subscriptions.ts"

/** Handlers of `/billing`. */
export const layer = HttpApiBuilder.group(
  Api,
  "billing",
  Effect.fn(function*(handlers) {
    const signature = yield* StripeSignature
    const subscriptions = yield* Subscriptions
    return handlers.handleAll({
      hear: Effect.fn("BillingHttp.hear")(function*({ headers, payload }) {
        const notice = readStripeEvent(yield* signature.verify(payload, headers["stripe-signature"]))
        if (notice === undefined) {
          return yield* InvalidRequest.of([{
            path: ["payload"],
            message: "Expected an event of Stripe, of a version of its API that this server reads."
          }])
        }
        return { outcome: yield* subscriptions.hear(notice) }
      })
    })
  })
)
