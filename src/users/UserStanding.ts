import { Schema } from "effect"
import * as Column from "../database/Column.ts"
import { AuthUser } from "./AuthUser.ts"
import { UserProfile } from "./UserProfile.ts"

/** A user as administrators see them. */
export const UserStanding = Schema.Struct({
  id: AuthUser.fields.id,
  email: AuthUser.fields.email,
  full_name: UserProfile.fields.full_name,
  role: UserProfile.fields.role,
  status: UserProfile.fields.status,
  subscription_tier: UserProfile.fields.subscription_tier,
  banned_until: AuthUser.fields.banned_until,
  last_sign_in_at: AuthUser.fields.last_sign_in_at,
  deleted_at: AuthUser.fields.deleted_at,
  created_at: Column.Instant
}).annotate({ identifier: "UserStanding" })
export type UserStanding = typeof UserStanding.Type

/** What a user may do. */
export const Held = Schema.Struct({
  user_id: AuthUser.fields.id,
  role: UserProfile.fields.role,
  status: UserProfile.fields.status
})
export type Held = typeof Held.Type

export interface StandingFilter {
  /** A whole e-mail address. */
  readonly email: string | undefined
  readonly role: typeof UserProfile.fields.role.Type | undefined
  readonly status: typeof UserProfile.fields.status.Type | undefined
}
