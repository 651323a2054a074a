import { Schema, Struct } from "effect"
import { Model } from "effect/schema"
import * as Column from "../database/Column.ts"
import { UserId } from "../users/UserId.ts"

/** What can cost credits. */
export const Action = Column.oneOf(["profile_unlock", "post_analytics", "discovery_page", "campaign_report", "data_export"])
export type Action = typeof Action.Type

/** Why something cost nothing. `vendor_failed` is of rows of former times. */
export const FreeReason = Column.oneOf(["credits_off", "no_price", "allowance", "already_paid", "window_open", "vendor_failed"])
export type FreeReason = typeof FreeReason.Type

export const ReservationStatus = Column.oneOf(["open", "committed", "released", "expired"])

/** A row of `credit_reservations`: a charge on its way, or what became of it. Free ones say why. */
export class CreditReservation extends Model.Class<CreditReservation>("CreditReservation")({
  id: Column.withDefault(Column.uuid),
  user_id: UserId.annotate({ sqlType: "uuid" }),
  action: Action,
  subject: Schema.NullOr(Column.text),
  quantity: Column.withDefault(Column.integer),
  free_quantity: Column.withDefault(Column.integer),
  amount: Column.bigint,
  free_reason: Schema.NullOr(FreeReason),
  status: Column.withDefault(ReservationStatus),
  entry_id: Schema.NullOr(Column.uuid),
  created_at: Column.withDefault(Column.Instant),
  expires_at: Column.Instant,
  settled_at: Schema.NullOr(Column.Instant),
  /** Fingerprints of the requests with an Idempotency-Key that it was made for. */
  calls: Column.withDefault(Column.textArray)
}, { table: "credit_reservations" }) {}

/** A reservation as its holder keeps it, also as JSON: enough to commit or release it in another process. */
export const Reservation = Schema.Struct(
  Struct.pick(CreditReservation.fields, [
    "id",
    "user_id",
    "action",
    "subject",
    "quantity",
    "free_quantity",
    "amount",
    "free_reason",
    "created_at",
    "expires_at"
  ])
).annotate({ identifier: "CreditReservation" })
export type Reservation = typeof Reservation.Type
