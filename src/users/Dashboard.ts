import { Schema, Struct } from "effect"
import { UnlockedProfile } from "../access/UnlockedProfile.ts"
import { Campaign } from "../campaigns/Campaign.ts"
import { Favorite } from "../favorites/Favorite.ts"
import { ProfileSummary } from "../profiles/ProfileSummary.ts"
import { UserSearch } from "../searches/Search.ts"

/** Access that ends within this many days is about to end. */
export const expiringDays = 7
/** Look-ups of this many days are counted. */
export const searchedDays = 30
/** A count goes no further: beyond it there are more, and nobody waits for how many. */
export const countedUpTo = 10_000
/** How many of each kind are shown. */
export const shown = 5

const count = (description: string) => Schema.Int.annotate({ description: `${description}; ${countedUpTo}: that many or more` })

const common = {
  counts: Schema.Struct({
    unlocked_profiles: count("Profiles with open access"),
    expiring_access: count(`Of these, ending within ${expiringDays} days`),
    searches: count(`Look-ups of the last ${searchedDays} days`),
    favorites: count("Saved profiles"),
    campaigns: count("Campaigns that are not in the bin")
  }),
  recent_searches: Schema.Array(
    Schema.Struct(Struct.pick(UserSearch.fields, [
      "id",
      "instagram_username",
      "search_timestamp",
      "analysis_type",
      "data_source",
      "success",
      "error_code"
    ]))
  ),
  favorites: Schema.Array(
    Schema.Struct({ ...ProfileSummary.fields, ...Struct.pick(Favorite.fields, ["tags", "added_at"]) })
  ),
  active_campaigns: Schema.Array(
    Schema.Struct(Struct.pick(Campaign.fields, ["id", "name", "start_date", "end_date", "budget", "currency", "updated_at"]))
  )
}

const { days_remaining, ...window } = Struct.pick(UnlockedProfile.fields, [
  "username",
  "full_name",
  "profile_pic_url",
  "followers_count",
  "is_verified",
  "access_expires_at",
  "days_remaining"
])

/** What the database says for a dashboard. */
export const DashboardRow = Schema.Struct({ ...common, expiring_access: Schema.Array(Schema.Struct(window)) })

/** What a start page shows: how much there is, and the latest of each kind. */
export const Dashboard = Schema.Struct({
  ...common,
  expiring_access: Schema.Array(Schema.Struct({ ...window, days_remaining })).annotate({ description: "The next to end first" }),
  credits: Schema.NullOr(Schema.Struct({ balance: Schema.Int })).annotate({ description: "Null: nothing is charged for" })
}).annotate({ identifier: "Dashboard" })
export type Dashboard = typeof Dashboard.Type
