import { Schema } from "effect"
import * as Column from "../database/Column.ts"
import { coded } from "../http/Text.ts"
import { SubscriptionTier } from "../users/UserProfile.ts"
import { EntryKind } from "./CreditEntry.ts"
import { Action } from "./CreditReservation.ts"
import { SubscriptionStatus } from "./Subscription.ts"

/** A line of the caller's account. */
export const Entry = Schema.Struct({
  id: Column.uuid,
  kind: EntryKind,
  action: Schema.NullOr(Schema.String),
  credits: Schema.Int.annotate({ description: "Positive: added; negative: taken" }),
  balance_after: Schema.Int,
  subject: Schema.NullOr(Schema.String).annotate({ description: "What it was about, such as a username" }),
  note: Schema.NullOr(Schema.String).annotate({ description: "Why" }),
  reservation_id: Schema.NullOr(Schema.String).annotate({ description: "A charge and its refund have the same" }),
  created_at: Column.Instant
}).annotate({ identifier: "CreditEntry" })
export type Entry = typeof Entry.Type

/** What the caller has. */
export const Balance = Schema.Struct({
  enabled: Schema.Boolean.annotate({ description: "False: nothing is charged for, and the rest is null" }),
  balance: Schema.NullOr(Schema.Int),
  reserved: Schema.NullOr(Schema.Int).annotate({ description: "Held by requests under way" }),
  available: Schema.NullOr(Schema.Int).annotate({ description: "What can be spent: the balance without what is held" }),
  expiring: Schema.NullOr(Schema.Int).annotate({ description: "Part of the balance that the plan gave: spent first" }),
  period_starts_at: Schema.NullOr(Column.Instant),
  period_ends_at: Schema.NullOr(Column.Instant).annotate({ description: "When the plan gives credits again" })
}).annotate({ identifier: "CreditBalance" })
export type Balance = typeof Balance.Type

const Sum = Schema.Struct({
  kind: EntryKind,
  action: Schema.NullOr(Schema.String),
  entries: Schema.Int,
  credits: Schema.Int
})

/** A calendar month of an account, in the caller's time zone. */
export const Statement = Schema.Struct({
  month: Schema.String,
  timezone: Schema.String,
  from: Column.Instant,
  to: Column.Instant,
  opening_balance: Schema.Int,
  closing_balance: Schema.Int,
  sums: Schema.Array(Sum).annotate({ description: "opening_balance and all credits of these are closing_balance" })
}).annotate({ identifier: "CreditStatement" })
export type Statement = typeof Statement.Type

export const PlanOffer = Schema.Struct({
  tier: SubscriptionTier,
  monthly_credits: Schema.Int,
  rollover_months: Schema.Int.annotate({ description: "So many months' grants at most are carried into the next month" })
}).annotate({ identifier: "Plan" })

export const Pricing = Schema.Struct({
  enabled: Schema.Boolean.annotate({ description: "False: nothing is charged for" }),
  prices: Schema.Array(Schema.Struct({
    action: Action,
    credits: Schema.Int,
    free_per_month: Schema.Int,
    valid_from: Column.Instant,
    valid_until: Schema.NullOr(Column.Instant)
  })),
  plans: Schema.Array(PlanOffer)
}).annotate({ identifier: "Pricing" })
export type Pricing = typeof Pricing.Type

/** What the caller has subscribed to. */
export const SubscriptionView = Schema.Struct({
  tier: SubscriptionTier,
  ...PlanOffer.mapFields(({ tier: _, ...rest }) => rest).fields,
  paid_until: Schema.NullOr(Column.Instant).annotate({ description: "Null: without an end" }),
  status: Schema.NullOr(SubscriptionStatus).annotate({ description: "The billing provider's word; null: no subscription there" }),
  cancel_at_period_end: Schema.Boolean,
  payment_failed_at: Schema.NullOr(Column.Instant)
}).annotate({ identifier: "Subscription" })
export type SubscriptionView = typeof SubscriptionView.Type

/** A calendar month of a query. */
export const Month = Schema.String.check(coded(/^20\d{2}-(0[1-9]|1[0-2])$/, 7, "a month such as 2026-01"))
