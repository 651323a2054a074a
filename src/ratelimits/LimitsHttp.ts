import { Clock, Effect, Layer, Predicate } from "effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import { CurrentUser } from "../auth/CurrentUser.ts"
import { Api } from "../http/Api.ts"
import { noteOf } from "../http/Noted.ts"
import { SignInLimits } from "./LimitsApi.ts"
import { vendorCost } from "./Policy.ts"
import { nameKey, quotasOf } from "./Quotas.ts"
import { RateLimits } from "./RateLimits.ts"

/** Handler of `/me/limits`. */
export const layer = HttpApiBuilder.group(
  Api,
  "limits",
  Effect.fn(function*(handlers) {
    const limits = yield* RateLimits
    return handlers.handleAll({
      own: Effect.fn("LimitsHttp.own")(function*() {
        const user = yield* CurrentUser
        const found = limits.remaining(quotasOf(limits.policies, user), yield* Clock.currentTimeMillis)
        return {
          plan: user.tier ?? "free",
          policies: found.map(({ quota: { policy }, remaining, reset }) => ({
            name: policy.name,
            limit: policy.limit,
            window_seconds: policy.window,
            remaining,
            reset_seconds: reset
          })),
          units: { request: 1, vendor_request: vendorCost }
        }
      })
    })
  })
)

/** The server's side of `SignInLimits`. The name is counted as it comes, whether somebody has it or not: nothing is told by it. */
export const signInLayer = Layer.effect(
  SignInLimits,
  Effect.map(RateLimits, (limits) => {
    const { signInAddress, signInName } = limits.policies
    return SignInLimits.of((httpEffect) =>
      Effect.gen(function*() {
        const request = yield* HttpServerRequest.HttpServerRequest
        const note = noteOf(request.source)
        const body = yield* Effect.option(request.json)
        const name = body._tag === "Some" && Predicate.hasProperty(body.value, "email") ? body.value.email : undefined
        note.quotas = [
          { key: note.address, policy: signInAddress },
          ...(typeof name === "string" ? [{ key: nameKey(name), policy: signInName }] : [])
        ]
        yield* limits.admit(note.quotas, 1)
        return yield* httpEffect
      })
    )
  })
)
