import { Schema } from "effect"
import { Model } from "effect/schema"
import * as Column from "../database/Column.ts"
import { Username } from "./Username.ts"

export const VendorAnswerId = Schema.String.pipe(Schema.brand("VendorAnswerId")).annotate({ sqlType: "uuid" })
export type VendorAnswerId = typeof VendorAnswerId.Type

/** A row of `vendor_answers`: a paid answer, kept before anything is made of it. */
export class VendorAnswer extends Model.Class<VendorAnswer>("VendorAnswer")({
  id: Column.withDefault(VendorAnswerId),
  username: Username.annotate({ sqlType: "text" }),
  target: Column.text,
  task_id: Schema.NullOr(Column.text),
  fetched_at: Column.Instant,
  duration_ms: Column.integer,
  attempts: Column.integer,
  response_bytes: Column.integer,
  payload: Column.jsonObject,
  stored_at: Schema.NullOr(Column.Instant),
  rejected_at: Schema.NullOr(Column.Instant),
  rejection: Schema.NullOr(Column.text)
}, { table: "vendor_answers" }) {}
