import { Schema } from "effect"
import { Model } from "effect/schema"
import * as Column from "../database/Column.ts"

/** A row of `vendor_tasks`: something that the vendor was given to do, whose result is asked for later. */
export class VendorTask extends Model.Class<VendorTask>("VendorTask")({
  id: Column.uuid,
  target: Column.text,
  query: Column.text,
  submitted_at: Column.Instant,
  task_id: Schema.NullOr(Column.text),
  answered_at: Schema.NullOr(Column.Instant),
  ended_at: Schema.NullOr(Column.Instant)
}, { table: "vendor_tasks" }) {}
