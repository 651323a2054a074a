import { Schema } from "effect"
import { Model } from "effect/schema"
import * as Column from "../database/Column.ts"
import { Shortcode } from "./Shortcode.ts"

/** A row of `post_answers`: a paid answer about one post, kept before anything is made of it. */
export class PostAnswer extends Model.Class<PostAnswer>("PostAnswer")({
  id: Column.withDefault(Column.uuid),
  shortcode: Shortcode.annotate({ sqlType: "text" }),
  target: Column.text,
  task_id: Schema.NullOr(Column.text),
  fetched_at: Column.Instant,
  duration_ms: Column.integer,
  attempts: Column.integer,
  response_bytes: Column.integer,
  payload: Column.jsonObject,
  stored_at: Schema.NullOr(Column.Instant)
}, { table: "post_answers" }) {}
