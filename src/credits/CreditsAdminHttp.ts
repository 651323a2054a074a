import { Effect } from "effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import { Audit } from "../audit/Audit.ts"
import { Transaction } from "../database/Transaction.ts"
import { Api } from "../http/Api.ts"
import { UserId } from "../users/UserId.ts"
import { Credits } from "./Credits.ts"

/** Handlers of what administrators do to users' credits. */
export const layer = HttpApiBuilder.group(
  Api,
  "credits-admin",
  Effect.fn(function*(handlers) {
    const credits = yield* Credits
    const audit = yield* Audit
    const transaction = yield* Transaction
    return handlers.handleAll({
      adjust: Effect.fn("CreditsAdminHttp.adjust")(function*({ params, payload }) {
        const user = UserId.make(params.id.toLowerCase())
        const { entry } = yield* transaction.run(
          Effect.tap(
            credits.adjust(user, payload),
            ({ entry: { amount, id }, isNew }) =>
              isNew
                ? audit.record({
                  action: "credits.adjust",
                  subject: { type: "user", user },
                  details: { entry: id, credits: amount }
                })
                : Effect.void
          )
        )
        const { action, amount, balance_after, created_at, id, kind, note, reservation_id, subject } = entry
        return { id, kind, action, credits: amount, balance_after, subject, note, reservation_id, created_at }
      })
    })
  })
)
