import { Model } from "effect/schema"
import * as Column from "../database/Column.ts"
import { UserId } from "../users/UserId.ts"
import { SubscriptionTier } from "../users/UserProfile.ts"

/** A row of `credit_accounts`: what a user has, what is held of it, and the month it was granted for. */
export class CreditAccount extends Model.Class<CreditAccount>("CreditAccount")({
  id: Column.withDefault(Column.uuid),
  user_id: UserId.annotate({ sqlType: "uuid" }),
  balance: Column.withDefault(Column.bigint),
  /** The part of the balance that the next reset may take: spent first. */
  expiring: Column.withDefault(Column.bigint),
  reserved: Column.withDefault(Column.bigint),
  last_sequence: Column.withDefault(Column.bigint),
  tier: SubscriptionTier,
  anchored_at: Column.Instant,
  anchored_on: Column.date,
  period: Column.withDefault(Column.integer),
  period_starts_at: Column.Instant,
  period_ends_at: Column.Instant,
  period_granted: Column.withDefault(Column.bigint),
  created_at: Column.withDefault(Column.Instant),
  updated_at: Column.withDefault(Column.Instant)
}, { table: "credit_accounts" }) {}
