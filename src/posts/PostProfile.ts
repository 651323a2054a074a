import { Schema } from "effect"
import { Model } from "effect/schema"
import * as Column from "../database/Column.ts"
import { ProfileId } from "../profiles/Profile.ts"
import { PostId } from "./Post.ts"

/** A row of `post_profiles`: a profile that lists a post, as its owner or as a collaborator. */
export class PostProfile extends Model.Class<PostProfile>("PostProfile")({
  profile_id: ProfileId,
  post_id: PostId,
  relation: Column.oneOf(["owner", "collaborator"]),
  is_pinned: Column.withDefault(Column.boolean),
  posted_at: Schema.NullOr(Column.Instant),
  first_seen_at: Column.withDefault(Column.Instant),
  last_seen_at: Column.withDefault(Column.Instant)
}, { table: "post_profiles" }) {}
