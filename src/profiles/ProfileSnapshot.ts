import { Schema } from "effect"
import { Model } from "effect/schema"
import * as Column from "../database/Column.ts"
import { ProfileId } from "./Profile.ts"

/** A row of `profile_snapshots`: counts and headline figures as one stored fetch found them. */
export class ProfileSnapshot extends Model.Class<ProfileSnapshot>("ProfileSnapshot")({
  id: Column.withDefault(Column.uuid),
  profile_id: ProfileId,
  taken_at: Column.Instant,
  followers_count: Schema.NullOr(Column.bigint),
  following_count: Schema.NullOr(Column.bigint),
  posts_count: Schema.NullOr(Column.bigint),
  engagement_rate: Schema.NullOr(Column.double),
  median_likes: Schema.NullOr(Column.double),
  median_comments: Schema.NullOr(Column.double),
  influence_score: Schema.NullOr(Column.double),
  analytics_version: Schema.NullOr(Column.integer),
  posts_received: Column.integer
}, { table: "profile_snapshots" }) {}
