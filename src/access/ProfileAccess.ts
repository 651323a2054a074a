import { Model } from "effect/schema"
import * as Column from "../database/Column.ts"
import { ProfileId } from "../profiles/Profile.ts"
import { UserId } from "../users/UserId.ts"

/** A row of `user_profile_access`: a window is open while `expires_at` is later than now. */
export class ProfileAccess extends Model.Class<ProfileAccess>("ProfileAccess")({
  id: Column.withDefault(Column.uuid),
  user_id: UserId.annotate({ sqlType: "uuid" }),
  profile_id: ProfileId,
  granted_at: Column.withDefault(Column.Instant),
  expires_at: Column.withDefault(Column.Instant),
  created_at: Column.withDefault(Column.Instant),
  updated_at: Column.withDefault(Column.Instant)
}, { table: "user_profile_access" }) {}
