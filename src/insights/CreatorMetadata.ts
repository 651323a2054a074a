import { Schema } from "effect"
import { Model } from "effect/schema"
import * as Column from "../database/Column.ts"
import { ProfileId } from "../profiles/Profile.ts"

const jsonArray = Column.json(Schema.Array(Schema.Json))

/**
 * A row of `creator_metadata`: languages are ISO 639, each finding has its posts in `evidence`. `details` is a `Creator` whole, NULL where
 * an older version wrote the row.
 */
export class CreatorMetadata extends Model.Class<CreatorMetadata>("CreatorMetadata")({
  id: Column.withDefault(Column.uuid),
  profile_id: ProfileId,
  extracted_location: Schema.NullOr(Column.text),
  categories: Column.withDefault(Column.textArray),
  content_themes: Column.withDefault(jsonArray),
  primary_language: Schema.NullOr(Column.text),
  secondary_languages: Column.withDefault(Column.textArray),
  content_sentiment: Schema.NullOr(Column.oneOf(["positive", "negative", "neutral", "mixed"])),
  brand_mentions: Column.withDefault(jsonArray),
  evidence: Column.withDefault(Column.jsonObject),
  details: Schema.NullOr(Column.jsonObject),
  analysis_confidence: Schema.NullOr(Column.double),
  analysis_version: Column.integer,
  posts_analyzed: Column.integer,
  last_updated: Column.withDefault(Column.Instant),
  created_at: Column.withDefault(Column.Instant)
}, { table: "creator_metadata" }) {}
