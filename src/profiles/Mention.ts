import { Schema } from "effect"
import { Model } from "effect/schema"
import * as Column from "../database/Column.ts"
import { PostId } from "../posts/Post.ts"
import { ProfileId } from "./Profile.ts"
import { Username } from "./Username.ts"

export const MentionType = Column.oneOf(["tag", "caption", "comment", "biography", "collaboration"])

/** A row of `mentions`: whom a profile mentions, and in which post (none: the biography). */
export class Mention extends Model.Class<Mention>("Mention")({
  id: Column.withDefault(Column.uuid),
  profile_id: ProfileId,
  post_id: Schema.NullOr(PostId),
  mentioned_username: Username.annotate({ sqlType: "text" }),
  mention_type: MentionType,
  mention_context: Schema.NullOr(Column.text),
  mentioned_at: Column.withDefault(Column.Instant),
  created_at: Column.withDefault(Column.Instant)
}, { table: "mentions" }) {}
