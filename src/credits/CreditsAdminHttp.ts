import { Effect } from "effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import { Api } from "../http/Api.ts"
import { UserId } from "../users/UserId.ts"
import { Credits } from "./Credits.ts"

/** Handlers of what administrators do to users' credits. */
export const layer = HttpApiBuilder.group(
  Api,
  "credits-admin",
  Effect.fn(function*(handlers) {
    const credits = yield* Credits
    return handlers.handleAll({
      adjust: Effect.fn("CreditsAdminHttp.adjust")(function*({ params, payload }) {
        const entry = yield* credits.adjust(UserId.make(params.id.toLowerCase()), payload)
        const { action, amount, balance_after, created_at, id, kind, note, reservation_id, subject } = entry
        return { id, kind, action, credits: amount, balance_after, subject, note, reservation_id, created_at }
      })
    })
  })
)
