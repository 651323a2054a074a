import { Context, Record, Schema } from "effect"
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

/** The fields that answers carry of rate limits, as the document describes them: `limitHeaders` writes the first two. */
export const limitFields = {
  "RateLimit-Policy": {
    description: "The policies that the request counts against: `q` units in `w` seconds. Missing where nothing is limited",
    schema: { type: "string", maxLength: 200, pattern: "^\"[a-z-]+\";q=\\d+;w=\\d+(, \"[a-z-]+\";q=\\d+;w=\\d+)*$" }
  },
  RateLimit: {
    description: "What is left of each: `r` units, and in `t` seconds there are `q` again",
    schema: { type: "string", maxLength: 200, pattern: "^\"[a-z-]+\";r=\\d+;t=\\d+(, \"[a-z-]+\";r=\\d+;t=\\d+)*$" }
  },
  "Retry-After": {
    description: "Seconds after which the request may be sent again",
    schema: { type: "string", maxLength: 10, pattern: "^\\d+$" }
  }
} as const

const referTo = (name: keyof typeof limitFields) => ({ $ref: `#/components/headers/${name}` })

const everywhere = { "RateLimit-Policy": referTo("RateLimit-Policy"), RateLimit: referTo("RateLimit") }

/** For `OpenApi.Transform`: the fields on every answer of every operation, each described once. */
export const withLimits: OpenApi.Transform["Service"] = (document) => ({
  ...document,
  paths: Record.map(document["paths"], (item: Item) =>
    Record.map(item, (operation) => ({
      ...operation,
      responses: Record.map(operation.responses, (response, status) => ({
        ...response,
        headers: {
          ...everywhere,
          ...(status === "429" || status === "503" ? { "Retry-After": referTo("Retry-After") } : {}),
          ...response.headers
        }
      }))
    }))),
  components: { ...document["components"], headers: limitFields }
})

type Item = Readonly<Record<string, { readonly responses: Readonly<Record<string, { readonly headers?: object }>> }>>
