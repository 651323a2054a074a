import { Schema, Struct } from "effect"
import { name, text, webAddress } from "../http/Text.ts"
import { AuthUser } from "./AuthUser.ts"
import { Language, TimeZone } from "./Locale.ts"
import { UserProfile } from "./UserProfile.ts"

/** What a user may change of themselves. */
const own = [
  "first_name",
  "last_name",
  "full_name",
  "company",
  "job_title",
  "phone_number",
  "bio",
  "avatar_url",
  "timezone",
  "language"
] as const

/** A user as they see themselves. `phone` belongs to signing in, `phone_number` is for being called. */
export const Me = Schema.Struct({
  ...Struct.pick(AuthUser.fields, ["id", "email", "email_confirmed_at", "phone"]),
  ...Struct.pick(UserProfile.fields, own),
  ...Struct.pick(UserProfile.fields, [
    "role",
    "status",
    "subscription_tier",
    "subscription_expires_at",
    "last_login_at",
    "created_at",
    "updated_at"
  ])
}).annotate({ identifier: "Me" })
export type Me = typeof Me.Type

/** Absent is unchanged, null is cleared; time zone and language go back to UTC and English. */
export const MeChange = Schema.Struct({
  first_name: name(100),
  last_name: name(100),
  full_name: name(200),
  company: name(200),
  job_title: name(200),
  phone_number: name(40),
  bio: text(1, 2000),
  avatar_url: webAddress(2048).check(Schema.isStartingWith("https://")),
  timezone: TimeZone,
  language: Language
}).mapFields(Struct.map(Schema.NullOr)).mapFields(Struct.map(Schema.optionalKey)).annotate({ identifier: "MeChange" })
export type MeChange = typeof MeChange.Type
