import { Duration, Layer } from "effect"
import type { SettingsValues } from "../settings/Settings.ts"
import { Users } from "../users/Users.ts"
import { Charges } from "./Charges.ts"
import { Credits } from "./Credits.ts"
import { LedgerCheck } from "./LedgerCheck.ts"
import { Statements } from "./Statements.ts"
import { StripeSignature } from "./StripeSignature.ts"
import { Subscriptions } from "./Subscriptions.ts"

/** The doors of this room as the settings have it, and the door of users that it writes plans through. */
export const layer = (
  settings: Pick<
    SettingsValues,
    "CREDITS_ENABLED" | "CREDITS_LEASE" | "DECODO_BUDGET" | "IDEMPOTENCY_KEEP_FOR" | "STRIPE_WEBHOOK_SECRET"
  >
) => {
  const enabled = settings.CREDITS_ENABLED
  // What a caller has reserved must not lapse under the fetch that they wait for.
  const lease = Duration.max(settings.CREDITS_LEASE, Duration.times(settings.DECODO_BUDGET, 2))
  return Layer.merge(Statements.layer, Charges.layer).pipe(
    Layer.provideMerge([
      Credits.layer({ enabled, lease, callsKeptFor: settings.IDEMPOTENCY_KEEP_FOR }),
      Subscriptions.layer({ enabled }),
      LedgerCheck.layer,
      StripeSignature.layer(settings.STRIPE_WEBHOOK_SECRET)
    ]),
    Layer.provideMerge(Users.layer)
  )
}
