import { Schema } from "effect"
import { Model } from "effect/schema"
import * as Column from "../database/Column.ts"
import { UserId } from "../users/UserId.ts"

/** A row of `vendor_calls`: one call to the vendor, without what was asked for or answered. */
export class VendorCall extends Model.Class<VendorCall>("VendorCall")({
  id: Column.withDefault(Column.uuid),
  called_at: Column.Instant,
  target: Column.text,
  purpose: Column.oneOf(["lookup", "refresh", "bulk", "comments", "post", "backfill", "unattributed"]),
  user_id: Schema.NullOr(UserId.annotate({ sqlType: "uuid" })),
  outcome: Column.text,
  billed: Column.oneOf(["no", "unknown", "yes"]),
  cost_micros: Column.bigint,
  duration_ms: Column.integer,
  attempt: Column.integer
}, { table: "vendor_calls" }) {}

/** A row of `vendor_spend`: what a day has cost, of all users (`user_id` null) or of one, calls under way included. */
export class VendorSpend extends Model.Class<VendorSpend>("VendorSpend")({
  id: Column.withDefault(Column.uuid),
  day: Column.date,
  user_id: Schema.NullOr(UserId.annotate({ sqlType: "uuid" })),
  spent_micros: Column.bigint
}, { table: "vendor_spend" }) {}

/** A row of `vendor_places`: a call under way, or waiting to be, in some process. */
export class VendorPlace extends Model.Class<VendorPlace>("VendorPlace")({
  id: Column.uuid,
  queued_at: Column.withDefault(Column.Instant),
  starts_at: Schema.NullOr(Column.Instant),
  expires_at: Column.Instant,
  left_at: Schema.NullOr(Column.Instant)
}, { table: "vendor_places" }) {}
