import { Clock, Context, Effect, Layer } from "effect"
import type * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import type * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import { HttpServerRequest } from "effect/http/HttpServerRequest"
import { noteOf } from "../http/Noted.ts"
import { AsksVendor } from "../ratelimits/LimitsApi.ts"
import { vendorCost } from "../ratelimits/Policy.ts"
import { quotasOf } from "../ratelimits/Quotas.ts"
import { RateLimits } from "../ratelimits/RateLimits.ts"
import { Authenticator } from "./Authenticator.ts"
import { Authorization } from "./Authorization.ts"
import { CurrentUser } from "./CurrentUser.ts"
import { scopeOf } from "./KeyScopes.ts"

/** The server's side of `Authorization`: who is calling, whether they may, and whether there is room for it in their limits. */
export const layer = Layer.effect(
  Authorization,
  Effect.gen(function*() {
    const authenticator = yield* Authenticator
    const limits = yield* RateLimits

    const admitted = Effect.fnUntraced(function*(endpoint: HttpApiEndpoint.Top, group: HttpApiGroup.Top, cost: number) {
      const { headers, source } = yield* HttpServerRequest
      const note = noteOf(source)
      // Whoever proves nobody is counted by address: guesses end here, and never use up somebody else's limits.
      const user = yield* Effect.tapError(
        authenticator.authenticate(headers, scopeOf(endpoint, group)),
        (error) =>
          error._tag === "Unauthorized"
            ? limits.admit([{ key: note.address, policy: limits.policies.anonymous }], 1)
            : Effect.void
      )
      note.user = user.id
      const quotas = note.quotas = quotasOf(limits.policies, user)
      if (limits.admitNow(quotas, cost, yield* Clock.currentTimeMillis) === undefined) yield* limits.admit(quotas, cost)
      return { user, note, quotas }
    })

    return Authorization.of({
      // The credential that the framework decoded is left aside, so that every way in reads the same headers by the same code.
      bearer: (httpEffect, { endpoint, group }) => {
        const cost = Context.getOrUndefined(endpoint.annotations, AsksVendor) === undefined ? 1 : vendorCost
        return Effect.flatMap(admitted(endpoint, group, cost), ({ note, quotas, user }) => {
          const answer = Effect.provideService(httpEffect, CurrentUser, user)
          // A look-up asks the vendor or does not: what it was is known at its end.
          return Effect.ensuring(
            answer,
            Effect.suspend(() => note.vendor && cost === 1 ? limits.charge(quotas, vendorCost - 1) : Effect.void)
          )
        })
      }
    })
  })
)

/** For tests of other rooms: every request is this user's. */
export const layerTest = (user: CurrentUser["Service"]) =>
  Layer.succeed(Authorization, { bearer: (httpEffect) => Effect.provideService(httpEffect, CurrentUser, user) })
