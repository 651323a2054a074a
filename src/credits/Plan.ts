import { Schema } from "effect"
import { Model } from "effect/schema"
import * as Column from "../database/Column.ts"
import { SubscriptionTier } from "../users/UserProfile.ts"
import { Action } from "./CreditReservation.ts"

/** A row of `plans`: what a subscription gives each month, from `valid_from` on. */
export class Plan extends Model.Class<Plan>("Plan")({
  id: Column.withDefault(Column.uuid),
  tier: SubscriptionTier,
  monthly_credits: Column.bigint,
  /** So many months' grants at most are carried into the next month. */
  rollover_months: Column.withDefault(Column.integer),
  stripe_prices: Column.withDefault(Column.textArray),
  valid_from: Column.withDefault(Column.Instant),
  valid_until: Schema.NullOr(Column.Instant)
}, { table: "plans" }) {}

/** A row of `prices`: what an action costs from `valid_from` on, and how many a month are free. */
export class Price extends Model.Class<Price>("Price")({
  id: Column.withDefault(Column.uuid),
  action: Action,
  credits: Column.bigint,
  free_per_month: Column.withDefault(Column.integer),
  valid_from: Column.withDefault(Column.Instant),
  valid_until: Schema.NullOr(Column.Instant)
}, { table: "prices" }) {}

/** Cheapest first. */
export const tiers = SubscriptionTier.literals
export type Tier = typeof SubscriptionTier.Type
