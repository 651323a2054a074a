import { Clock, Effect } from "effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import { Audit } from "../audit/Audit.ts"
import { instantOf } from "../database/Instant.ts"
import { Api } from "../http/Api.ts"
import { VendorCosts } from "./VendorCosts.ts"
import { VendorGuard } from "./VendorGuard.ts"

/** Handlers of `/admin/vendor`. */
export const layer = HttpApiBuilder.group(
  Api,
  "vendor-admin",
  Effect.fn(function*(handlers) {
    const guard = yield* VendorGuard
    const costs = yield* VendorCosts
    const audit = yield* Audit

    return handlers.handleAll({
      state: Effect.fn("VendorAdminHttp.state")(function*() {
        const now = yield* Clock.currentTimeMillis
        const { breakers, fleet } = yield* guard.state
        const places = yield* guard.places
        const spend = yield* guard.spend
        return {
          circuits: breakers.map(({ failing, retry_after, since, state, target }) => ({
            failing,
            target,
            state,
            since: since === null ? null : instantOf(since),
            next_probe_at: retry_after === null ? null : instantOf(now + retry_after * 1000)
          })),
          places: { ...fleet, ...places },
          spend: spend === undefined ? null : { day: instantOf(now).slice(0, 10), ...spend },
          by_purpose: yield* costs.today
        }
      }),
      costs: Effect.fn("VendorAdminHttp.costs")(function*({ query: { by = "day", since, until } }) {
        const data = yield* costs.between({ since, until, by })
        if (by === "user") {
          yield* audit.record({ action: "costs.read", subject: { type: "users", id: "costs" }, details: { since, until } })
        }
        return { by, data }
      })
    })
  })
)
