import { Schema } from "effect"
import { Model } from "effect/schema"
import * as Column from "../database/Column.ts"

/** A row of `refresh_rounds`: how far a scheduled refresh has come, and what of its daily budget is used. */
export class RefreshRound extends Model.Class<RefreshRound>("RefreshRound")({
  name: Column.text,
  next_at: Column.Instant,
  after: Schema.NullOr(Column.uuid),
  day: Column.date,
  begun: Column.withDefault(Column.integer),
  updated_at: Column.withDefault(Column.Instant)
}, { table: "refresh_rounds" }) {}
