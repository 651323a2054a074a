import { Schema } from "effect"

/** The adoption does not begin, or does not go on: nothing was changed. `message` says what to do. */
export class AdoptionRefused extends Schema.TaggedError<AdoptionRefused>()("AdoptionRefused", {
  reason: Schema.Literals([
    "no_legacy_tables",
    "schema_taken",
    "not_supabase",
    "not_the_owner",
    "target_not_empty",
    "other_settings"
  ]),
  message: Schema.String
}) {}

/** Rows are missing or too many: what went in is not what was adopted, merged and quarantined. The adoption is not marked complete. */
export class AdoptionUnbalanced extends Schema.TaggedError<AdoptionUnbalanced>()("AdoptionUnbalanced", {
  tables: Schema.Array(Schema.String),
  message: Schema.String
}) {}

/** PostgreSQL refused a statement: its transaction was undone, what was done before stands. Names the place, never a value. */
export class AdoptionFailed extends Schema.TaggedError<AdoptionFailed>()("AdoptionFailed", {
  table: Schema.String,
  code: Schema.NullOr(Schema.String),
  message: Schema.String
}) {}
