import { Schema } from "effect"
import { Model } from "effect/schema"
import * as Column from "../database/Column.ts"
import { ProfileId } from "../profiles/Profile.ts"
import { UserId } from "../users/UserId.ts"

/** A row of `user_favorites`: a profile that a user has saved. */
export class Favorite extends Model.Class<Favorite>("Favorite")({
  id: Column.withDefault(Column.uuid),
  user_id: UserId.annotate({ sqlType: "uuid" }),
  profile_id: ProfileId,
  notes: Schema.NullOr(Column.text),
  tags: Column.withDefault(Column.textArray),
  added_at: Column.withDefault(Column.Instant),
  updated_at: Column.withDefault(Column.Instant)
}, { table: "user_favorites" }) {}
