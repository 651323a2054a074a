import { Schema } from "effect"
import { Model } from "effect/schema"
import * as Column from "../database/Column.ts"
import { PostId } from "../posts/Post.ts"

/** A row of `comment_sentiment`: scores are shares of the decided comments and sum to 1. `details` are the counts they are made of. */
export class CommentSentiment extends Model.Class<CommentSentiment>("CommentSentiment")({
  id: Column.withDefault(Column.uuid),
  post_id: PostId,
  method: Column.text,
  method_version: Column.integer,
  positive_score: Schema.NullOr(Column.double),
  negative_score: Schema.NullOr(Column.double),
  neutral_score: Schema.NullOr(Column.double),
  overall_sentiment: Column.oneOf(["positive", "negative", "neutral", "mixed", "undecided"]),
  comments_analyzed: Column.integer,
  comments_decided: Column.integer,
  details: Schema.NullOr(Column.jsonObject),
  analysis_timestamp: Column.withDefault(Column.Instant)
}, { table: "comment_sentiment" }) {}
