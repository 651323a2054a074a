import { Model } from "effect/schema"
import * as Column from "../database/Column.ts"

/** A row of `vendor_absences`: what Instagram lately had no account or post for. */
export class VendorAbsence extends Model.Class<VendorAbsence>("VendorAbsence")({
  target: Column.text,
  query: Column.text,
  evidence: Column.oneOf(["user_null", "media_null", "empty_answers"]),
  seen_at: Column.Instant,
  expires_at: Column.Instant
}, { table: "vendor_absences" }) {}
