import { Schema } from "effect"
import { Model } from "effect/schema"
import * as Column from "../database/Column.ts"
import { UserId } from "../users/UserId.ts"
import { SubscriptionTier } from "../users/UserProfile.ts"

export const SubscriptionStatus = Column.oneOf([
  "unknown",
  "incomplete",
  "incomplete_expired",
  "trialing",
  "active",
  "past_due",
  "canceled",
  "unpaid",
  "paused"
])

/** A row of `subscriptions`: the latest that the billing provider's events said, whatever the order they came in. */
export class Subscription extends Model.Class<Subscription>("Subscription")({
  id: Column.withDefault(Column.uuid),
  subscription_id: Column.text,
  customer_id: Column.text,
  /** Null until an event says whose it is. */
  user_id: Schema.NullOr(UserId.annotate({ sqlType: "uuid" })),
  tier: Schema.NullOr(SubscriptionTier),
  status: Column.withDefault(SubscriptionStatus),
  started_at: Schema.NullOr(Column.Instant),
  period_ends_at: Schema.NullOr(Column.Instant),
  paid_until: Schema.NullOr(Column.Instant),
  payment_failed_at: Schema.NullOr(Column.Instant),
  cancel_at_period_end: Column.withDefault(Column.boolean),
  described_by: Schema.NullOr(Column.text),
  created_at: Column.withDefault(Column.Instant),
  updated_at: Column.withDefault(Column.Instant)
}, { table: "subscriptions" }) {}

export const EventOutcome = Column.oneOf(["applied", "outdated", "waiting", "ignored"])

/** A row of `billing_events`: an event that was heard, without its content. */
export class BillingEvent extends Model.Class<BillingEvent>("BillingEvent")({
  id: Column.withDefault(Column.uuid),
  event_id: Column.text,
  type: Column.text,
  subscription_id: Schema.NullOr(Column.text),
  outcome: EventOutcome,
  occurred_at: Column.Instant,
  received_at: Column.withDefault(Column.Instant)
}, { table: "billing_events" }) {}
