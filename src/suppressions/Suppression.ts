import { Schema } from "effect"
import { Model } from "effect/schema"
import * as Column from "../database/Column.ts"

export const SuppressionKind = Column.oneOf(["username", "instagram_user_id"])
export type SuppressionKind = typeof SuppressionKind.Type

/** Why a creator was erased: a code, never words about a person. */
export const ErasureReason = Column.oneOf(["data_subject_request", "legal_order", "minor", "other"])
export type ErasureReason = typeof ErasureReason.Type

/** A row of `suppressions`: a name or an id of which nothing may be stored, as a keyed hash. */
export class Suppression extends Model.Class<Suppression>("Suppression")({
  id: Column.withDefault(Column.uuid),
  erasure_id: Column.uuid,
  kind: SuppressionKind,
  key_id: Column.text,
  hash: Column.text,
  reason: ErasureReason,
  created_at: Column.withDefault(Column.Instant),
  erased_at: Column.withDefault(Column.Instant),
  swept_at: Schema.NullOr(Column.Instant)
}, { table: "suppressions" }) {}
