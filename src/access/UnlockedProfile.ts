import { Schema, Struct } from "effect"
import * as Column from "../database/Column.ts"
import { Username } from "../profiles/Username.ts"
import { ProfileAccess } from "./ProfileAccess.ts"

/** A 30-day window: open while `expires_at` is later than now. */
export interface Window {
  readonly granted_at: Column.Instant
  readonly expires_at: Column.Instant
}

/** A window with what a list shows of its profile; `position` is where a next page continues. */
export const UnlockedRow = Schema.Struct({
  id: ProfileAccess.fields.id,
  profile_id: ProfileAccess.fields.profile_id,
  username: Username,
  full_name: Schema.NullOr(Schema.String),
  profile_pic_url: Schema.NullOr(Schema.String),
  followers_count: Schema.NullOr(Schema.Int),
  is_verified: Schema.NullOr(Schema.Boolean),
  granted_at: Column.Instant,
  access_expires_at: Column.Instant,
  position: Schema.String
})

/** An unlocked profile as answers carry it. */
export const UnlockedProfile = Schema.Struct({
  ...Struct.omit(UnlockedRow.fields, ["id", "position"]),
  days_remaining: Schema.Int.annotate({ description: "Rounded up; 0 once the window has ended" })
}).annotate({ identifier: "UnlockedProfile" })
