import { Schema } from "effect"
import { Model } from "effect/schema"
import * as Column from "../database/Column.ts"
import { UserId } from "../users/UserId.ts"

export const EntryKind = Column.oneOf(["opening", "grant", "charge", "refund", "adjustment", "expiry"])
export type EntryKind = typeof EntryKind.Type

/** The system accounts. They keep no balance: it is the sum of their legs. */
export const CounterAccount = Column.oneOf(["opening", "issued", "revenue", "adjustments", "expired"])

/** A row of `credit_entries`: a transfer of `amount` to the user's account, and of as much from the counter account. Never changes. */
export class CreditEntry extends Model.Class<CreditEntry>("CreditEntry")({
  id: Column.withDefault(Column.uuid),
  user_id: UserId.annotate({ sqlType: "uuid" }),
  sequence: Column.bigint,
  kind: EntryKind,
  counter_account: CounterAccount,
  amount: Column.bigint,
  balance_after: Column.bigint,
  expiring_after: Column.bigint,
  action: Schema.NullOr(Column.text),
  reservation_id: Schema.NullOr(Column.uuid),
  subject: Schema.NullOr(Column.text),
  note: Schema.NullOr(Column.text),
  key: Column.text,
  created_at: Column.withDefault(Column.Instant)
}, { table: "credit_entries" }) {}

/** Where the other leg of each kind stands. */
export const counterAccounts = {
  opening: "opening",
  grant: "issued",
  charge: "revenue",
  refund: "revenue",
  adjustment: "adjustments",
  expiry: "expired"
} as const satisfies Record<EntryKind, typeof CounterAccount.Type>
