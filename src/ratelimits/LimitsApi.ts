import { Context, Schema } from "effect"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiMiddleware from "effect/http-api/HttpApiMiddleware"
import * as OpenApi from "effect/http-api/OpenApi"
import { Touches } from "../alignment/Touches.ts"
import { Authorization } from "../auth/Authorization.ts"
import { SubscriptionTier } from "../users/UserProfile.ts"
import { TooManyRequests } from "./RateLimitErrors.ts"

/** Annotation: the endpoint asks the vendor whenever it is called, and counts as ten requests. */
export class AsksVendor extends Context.Service<AsksVendor, true>()("analytics-following/ratelimits/AsksVendor") {}

/** On endpoints that take names, passwords or codes of people who are not signed in: counts by address and by name. */
export class SignInLimits extends HttpApiMiddleware.Service<SignInLimits>()("analytics-following/ratelimits/SignInLimits", {
  error: TooManyRequests
}) {}

export const Limits = Schema.Struct({
  plan: SubscriptionTier,
  policies: Schema.Array(Schema.Struct({
    name: Schema.String,
    limit: Schema.Int.annotate({ description: "Units in each window" }),
    window_seconds: Schema.Int,
    remaining: Schema.Int,
    reset_seconds: Schema.Int
  })),
  units: Schema.Struct({ request: Schema.Int, vendor_request: Schema.Int })
}).annotate({ identifier: "Limits" })

/** What the caller may ask for. */
export class LimitsApi extends HttpApiGroup.make("limits")
  .add(
    HttpApiEndpoint.get("own", "/me/limits", { success: Limits })
      .annotate(Touches, { reads: [], writes: [] })
      .annotate(OpenApi.Summary, "The caller's rate limits, and what is left of them")
      .annotate(
        OpenApi.Description,
        "A request is a unit, one that asks the vendor ten. Every answer says what is left: `RateLimit-Policy` and `RateLimit`."
      )
  )
  .middleware(Authorization)
  .annotate(OpenApi.Description, "Rate limits of the caller.")
{}
