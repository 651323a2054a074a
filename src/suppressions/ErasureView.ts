import { Schema } from "effect"
import * as Column from "../database/Column.ts"
import { ErasureReason } from "./Suppression.ts"

/** An erasure of a creator, as administrators see it: no name, for none is kept. */
export const ErasureView = Schema.Struct({
  id: Schema.String.annotate({ format: "uuid" }),
  reason: ErasureReason,
  created_at: Column.Instant,
  erased_at: Column.Instant.annotate({ description: "The last time: one that is asked for again is done again" }),
  swept_at: Schema.NullOr(Column.Instant).annotate({
    description: "When all stored answers of others had been gone through for what they say of the creator; null: that goes on"
  }),
  hashes: Schema.Array(Schema.String).annotate({ description: "Keyed hashes of the names and ids that are suppressed" })
}).annotate({ identifier: "Erasure" })
export type ErasureView = typeof ErasureView.Type

/** With where the next page goes on. */
export const ErasureRow = Schema.Struct({ ...ErasureView.fields, position: Schema.String })
export type ErasureRow = typeof ErasureRow.Type

/** What an erasure did. */
export const ErasureDone = Schema.Struct({
  ...ErasureView.fields,
  erased: Schema.Record(Schema.String, Schema.Int).annotate({ description: "Rows that went or were blanked, by table" })
}).annotate({ identifier: "ErasureDone" })
export type ErasureDone = typeof ErasureDone.Type

/** Whom to erase: by the name, the Instagram id, or both, which holds when the account is renamed. */
export const NewErasure = Schema.Struct({
  username: Schema.optionalKey(
    Schema.String.check(Schema.isMaxLength(200)).annotate({
      description: "An Instagram username; a leading @, capitals and a pasted profile address are understood"
    })
  ),
  instagram_user_id: Schema.optionalKey(
    Schema.String.check(Schema.isMaxLength(20), Schema.isPattern(/^[0-9]{1,20}$/, { expected: "digits" })).annotate({
      description: "Instagram's own number of the account"
    })
  ),
  reason: ErasureReason
}).annotate({ identifier: "NewErasure" })
