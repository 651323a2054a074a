import { Effect } from "effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import { Audit } from "../audit/Audit.ts"
import { Transaction } from "../database/Transaction.ts"
import { Api } from "../http/Api.ts"
import { UserId } from "../users/UserId.ts"
import type { Corrected } from "./Corrections.ts"
import type { CreditEntry } from "./CreditEntry.ts"
import { Credits } from "./Credits.ts"
import type { Entry } from "./Statement.ts"

/** Handlers of what administrators do to users' credits. */
export const layer = HttpApiBuilder.group(
  Api,
  "credits-admin",
  Effect.fn(function*(handlers) {
    const credits = yield* Credits
    const audit = yield* Audit
    const transaction = yield* Transaction
    /** What is entered, and noted of whoever did it, in one transaction; once more is noted no more. */
    const entered = <E, R>(user: UserId, action: "credits.adjust" | "credits.refund", enter: Effect.Effect<Corrected, E, R>) =>
      Effect.map(
        transaction.run(Effect.tap(enter, ({ entry: { amount, id }, isNew }) =>
          isNew
            ? audit.record({ action, subject: { type: "user", user }, details: { entry: id, credits: amount } })
            : Effect.void)),
        ({ entry }) => entryView(entry)
      )

    return handlers.handleAll({
      adjust: Effect.fn("CreditsAdminHttp.adjust")(({ params, payload }) => {
        const user = UserId.make(params.id.toLowerCase())
        return entered(user, "credits.adjust", credits.adjust(user, payload))
      }),
      refund: Effect.fn("CreditsAdminHttp.refund")(({ params, payload: { entry, reason } }) => {
        const user = UserId.make(params.id.toLowerCase())
        return entered(user, "credits.refund", credits.refundEntry(user, entry, reason))
      })
    })
  })
)

const entryView = (
  { action, amount, balance_after, created_at, id, kind, note, reservation_id, subject }: CreditEntry
): Entry => ({
  id,
  kind,
  action,
  credits: amount,
  balance_after,
  subject,
  note,
  reservation_id,
  created_at
})
