import { Schema } from "effect"
import { Profile } from "./Profile.ts"

/** What lists show of a stored profile to whoever keeps it, unlocked or not: what Instagram shows to everybody. */
export const ProfileSummary = Schema.Struct({
  username: Profile.fields.username,
  full_name: Profile.fields.full_name,
  profile_pic_url: Profile.fields.profile_pic_url,
  followers_count: Profile.fields.followers_count,
  is_verified: Profile.fields.is_verified,
  availability: Profile.fields.availability
})
export type ProfileSummary = typeof ProfileSummary.Type
