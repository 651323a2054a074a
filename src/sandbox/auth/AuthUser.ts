import { Schema } from "effect"

export const Metadata = Schema.Record(Schema.String, Schema.Json)
export type Metadata = typeof Metadata.Type

/** A user as Supabase Auth shows it; a time that has not come is absent. */
export const AuthUser = Schema.Struct({
  id: Schema.String,
  aud: Schema.String,
  role: Schema.String,
  email: Schema.String,
  email_confirmed_at: Schema.optionalKey(Schema.String),
  phone: Schema.String,
  confirmed_at: Schema.optionalKey(Schema.String),
  confirmation_sent_at: Schema.optionalKey(Schema.String),
  recovery_sent_at: Schema.optionalKey(Schema.String),
  new_email: Schema.optionalKey(Schema.String),
  email_change_sent_at: Schema.optionalKey(Schema.String),
  last_sign_in_at: Schema.optionalKey(Schema.String),
  banned_until: Schema.optionalKey(Schema.String),
  app_metadata: Metadata,
  user_metadata: Metadata,
  identities: Schema.Array(Schema.Json),
  created_at: Schema.String,
  updated_at: Schema.String,
  is_anonymous: Schema.Boolean
})
export type AuthUser = typeof AuthUser.Type

/** Whether a ban holds at this moment, in milliseconds since 1970. */
export const isBanned = (user: AuthUser, now: number) => user.banned_until !== undefined && Date.parse(user.banned_until) > now

/** Merges as Supabase does: named members replace, null removes, the rest stays. */
export const merge = (current: Metadata, change: Metadata): Metadata =>
  Object.fromEntries(Object.entries({ ...current, ...change }).filter(([, value]) => value !== null))
