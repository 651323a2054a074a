import { Schema } from "effect"
import * as Column from "../database/Column.ts"
import { Profile } from "../profiles/Profile.ts"
import { ProfileSummary } from "../profiles/ProfileSummary.ts"

/** A stored profile as a search shows it: what Instagram shows to everybody, and whether the caller has more of it. */
export const FoundProfile = Schema.Struct({
  ...ProfileSummary.fields,
  category: Profile.fields.category,
  is_business_account: Profile.fields.is_business_account,
  access_expires_at: Schema.NullOr(Column.Instant).annotate({
    description: "Until when the caller has it open; null: `GET /profile/{username}` opens it"
  })
}).annotate({ identifier: "FoundProfile" })
export type FoundProfile = typeof FoundProfile.Type

/** A found profile and where a next page continues. */
export const FoundRow = Schema.Struct({ ...FoundProfile.fields, position: Schema.String })
export type FoundRow = typeof FoundRow.Type
