import { Schema } from "effect"
import { Model } from "effect/schema"
import * as Column from "../database/Column.ts"
import { ProfileId } from "../profiles/Profile.ts"

/** A label to its share 0–1; the shares sum to 1. */
const Distribution = Column.json(Schema.Record(Schema.String, Schema.Finite))

/** A row of `audience_demographics`: absent rather than invented. `details` is an `Audience` whole, NULL where an older version wrote the row. */
export class AudienceDemographics extends Model.Class<AudienceDemographics>("AudienceDemographics")({
  id: Column.withDefault(Column.uuid),
  profile_id: ProfileId,
  gender_distribution: Schema.NullOr(Distribution),
  age_distribution: Schema.NullOr(Distribution),
  location_distribution: Schema.NullOr(Distribution),
  language_distribution: Schema.NullOr(Distribution),
  sample_size: Column.integer,
  confidence_score: Column.double,
  analysis_method: Column.text,
  analysis_version: Column.integer,
  details: Schema.NullOr(Column.jsonObject),
  last_sampled: Column.withDefault(Column.Instant),
  created_at: Column.withDefault(Column.Instant),
  updated_at: Column.withDefault(Column.Instant)
}, { table: "audience_demographics" }) {}
