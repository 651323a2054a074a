import { Schema, Struct } from "effect"
import { Currency } from "../http/Currency.ts"
import { UserProfile } from "./UserProfile.ts"

/** How a front end shows things to this user. */
export const Preferences = Schema.Struct({
  theme: Schema.Literals(["system", "light", "dark"]),
  currency: Schema.NullOr(Currency).annotate({ description: "For budgets; null: none is preferred" }),
  week_starts_on: Schema.Literals(["monday", "saturday", "sunday"]),
  page_size: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 100 }))
}).annotate({ identifier: "Preferences" })

/** Which mails this user wants. Mails that signing in needs are not among them. */
export const Notifications = Schema.Struct({
  email_access_ending: Schema.Boolean,
  email_job_finished: Schema.Boolean,
  email_credits_low: Schema.Boolean,
  email_product_news: Schema.Boolean
}).annotate({ identifier: "Notifications" })

/** What others may see, and what the operator may evaluate. */
export const Privacy = Schema.Struct({
  profile_visibility: UserProfile.fields.profile_visibility.annotate({
    description: "Whether other users may be shown this one"
  }),
  data_analytics_enabled: UserProfile.fields.data_analytics_enabled.annotate({
    description: "Whether the operator may evaluate how this user uses the product"
  })
}).annotate({ identifier: "Privacy" })

/** What holds until a user says otherwise. */
export const defaults = {
  preferences: { theme: "system", currency: null, week_starts_on: "monday", page_size: 25 },
  notifications: {
    email_access_ending: true,
    email_job_finished: true,
    email_credits_low: true,
    email_product_news: false
  },
  privacy: { profile_visibility: true, data_analytics_enabled: true }
} as const satisfies {
  readonly preferences: typeof Preferences.Type
  readonly notifications: typeof Notifications.Type
  readonly privacy: typeof Privacy.Type
}

/** Absent is unchanged, null goes back to the default. */
const changeOf = <F extends Schema.Struct.Fields>(settings: Schema.Struct<F>) =>
  settings.mapFields(Struct.map(Schema.NullOr)).mapFields(Struct.map(Schema.optionalKey))

export const PreferencesChange = changeOf(Preferences).annotate({ identifier: "PreferencesChange" })
export const NotificationsChange = changeOf(Notifications).annotate({ identifier: "NotificationsChange" })
export const PrivacyChange = changeOf(Privacy).annotate({ identifier: "PrivacyChange" })
