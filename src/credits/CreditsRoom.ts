import type { Duration, Option, Redacted } from "effect"
import { Layer } from "effect"
import { Users } from "../users/Users.ts"
import { Credits } from "./Credits.ts"
import { LedgerCheck } from "./LedgerCheck.ts"
import { Statements } from "./Statements.ts"
import { StripeSignature } from "./StripeSignature.ts"
import { Subscriptions } from "./Subscriptions.ts"

export interface CreditsRoomOptions {
  /** Off: everything is free, and recorded as that. */
  readonly enabled: boolean
  /** How long a reservation holds credits when nobody ends it. */
  readonly lease: Duration.Input
  /** The signing secret of the endpoint at the billing provider. */
  readonly webhookSecret: Option.Option<Redacted.Redacted>
}

/** The doors of this room, and the door of users that it writes plans through. */
export const layer = ({ enabled, lease, webhookSecret }: CreditsRoomOptions) =>
  Statements.layer.pipe(
    Layer.provideMerge([
      Credits.layer({ enabled, lease }),
      Subscriptions.layer({ enabled }),
      LedgerCheck.layer,
      StripeSignature.layer(webhookSecret)
    ]),
    Layer.provideMerge(Users.layer)
  )
