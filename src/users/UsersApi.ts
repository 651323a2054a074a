import { Schema } from "effect"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as OpenApi from "effect/http-api/OpenApi"
import { Touches } from "../alignment/Touches.ts"
import { recorded } from "../audit/Recorded.ts"
import { Authorization } from "../auth/Authorization.ts"
import { NewPassword, Password, Session } from "../auth/Credentials.ts"
import { KeyScope, sessionOnly } from "../auth/KeyScopes.ts"
import { AuthRateLimited, ConfirmationRequired, WeakPassword, WrongPassword } from "../auth/SignInErrors.ts"
import { creditAccount } from "../credits/CreditsApi.ts"
import * as Column from "../database/Column.ts"
import { DatabaseUnavailable, RowMismatch, RowRefused } from "../database/DatabaseErrors.ts"
import { answersSecret, endsAccount, Idempotency, Repeats } from "../idempotency/IdempotencyApi.ts"
import { Dashboard } from "./Dashboard.ts"
import { Me, MeChange } from "./Me.ts"
import { personalTables } from "./PersonalData.ts"
import { UserId } from "./UserId.ts"
import { Notifications, NotificationsChange, Preferences, PreferencesChange, Privacy, PrivacyChange } from "./UserSettings.ts"

const error = [DatabaseUnavailable, RowMismatch, RowRefused] as const
const reading = { reads: ["user_profiles", "auth_users"], writes: [] } as const
const writing = { reads: ["auth_users"], writes: ["user_profiles"] } as const

export const Export = Schema.Struct({
  user_id: UserId,
  exported_at: Column.Instant,
  tables: Schema.Record(Schema.String, Schema.Array(Schema.Record(Schema.String, Schema.Json))).annotate({
    description: `Rows whole, latest first: ${["auth_users", ...personalTables].join(", ")}`
  })
}).annotate({ identifier: "Export" })

export const Erased = Schema.Struct({
  erased: Schema.Record(Schema.String, Schema.Int).annotate({ description: "Rows that went, by table" }),
  sign_in: Schema.Literals(["deleted", "signed_out", "kept"]).annotate({
    description:
      "What became of address and password at Supabase Auth: deleted; kept there, with every session ended; or untouched, "
      + "because it did not answer. Where they are kept, signing in begins an empty account"
  })
}).annotate({ identifier: "Erased" })

/** The caller: who they are, how they want things, everything of theirs at a glance, to take away, and to erase. */
export class UsersApi extends HttpApiGroup.make("me")
  .add(
    HttpApiEndpoint.get("show", "/me", { success: Me, error })
      .annotate(Touches, reading)
      .annotate(OpenApi.Summary, "The caller"),
    HttpApiEndpoint.patch("change", "/me", { payload: MeChange, success: Me, error })
      .middleware(Idempotency)
      .annotate(Touches, writing)
      .annotate(OpenApi.Summary, "Change what the caller says of themselves; absent stays, null clears"),
    HttpApiEndpoint.get("preferences", "/me/preferences", { success: Preferences, error })
      .annotate(Touches, reading)
      .annotate(OpenApi.Summary, "How the caller wants to see things"),
    HttpApiEndpoint.patch("changePreferences", "/me/preferences", { payload: PreferencesChange, success: Preferences, error })
      .middleware(Idempotency)
      .annotate(Touches, writing)
      .annotate(OpenApi.Summary, "Change preferences; absent stays, null goes back to the default"),
    HttpApiEndpoint.get("notifications", "/me/notifications", { success: Notifications, error })
      .annotate(Touches, reading)
      .annotate(OpenApi.Summary, "Which mails the caller wants"),
    HttpApiEndpoint.patch("changeNotifications", "/me/notifications", {
      payload: NotificationsChange,
      success: Notifications,
      error
    })
      .middleware(Idempotency)
      .annotate(Touches, writing)
      .annotate(OpenApi.Summary, "Change which mails; absent stays, null goes back to the default"),
    HttpApiEndpoint.get("privacy", "/me/privacy", { success: Privacy, error })
      .annotate(Touches, reading)
      .annotate(OpenApi.Summary, "What others may see of the caller"),
    HttpApiEndpoint.patch("changePrivacy", "/me/privacy", { payload: PrivacyChange, success: Privacy, error })
      .middleware(Idempotency)
      .annotate(Touches, writing)
      .annotate(OpenApi.Summary, "Change what others may see; absent stays, null goes back to the default"),
    HttpApiEndpoint.post("password", "/me/password", {
      payload: Schema.Struct({ current_password: Password, new_password: NewPassword }),
      success: Session,
      error: [WrongPassword, WeakPassword, AuthRateLimited]
    })
      .annotate(Repeats, answersSecret)
      .annotate(KeyScope, sessionOnly)
      .annotate(Touches, { reads: [], writes: recorded })
      .annotate(OpenApi.Summary, "Change the password; every session ends, and a new one is answered"),
    HttpApiEndpoint.get("dashboard", "/me/dashboard", { success: Dashboard, error })
      .annotate(Touches, {
        reads: ["user_profile_access", "user_searches", "user_favorites", "campaigns", "profiles", ...creditAccount.reads],
        writes: creditAccount.writes
      })
      .annotate(OpenApi.Summary, "Everything of the caller's at a glance"),
    HttpApiEndpoint.get("export", "/me/export", { success: Export, error })
      .annotate(KeyScope, sessionOnly)
      .annotate(Touches, { reads: ["auth_users", ...personalTables], writes: recorded })
      .annotate(OpenApi.Summary, "Everything that is kept of the caller, as one JSON document"),
    HttpApiEndpoint.delete("erase", "/me", {
      payload: [Schema.Struct({ password: Schema.optionalKey(Password) }), Schema.Null],
      success: Erased,
      error: [ConfirmationRequired, WrongPassword, AuthRateLimited, ...error]
    })
      .annotate(Repeats, endsAccount)
      .annotate(KeyScope, sessionOnly)
      .annotate(Touches, { reads: [], writes: ["auth_users", ...personalTables, ...recorded] })
      .annotate(OpenApi.Summary, "Erase the account and everything of it, at once and for good")
      .annotate(
        OpenApi.Description,
        "Needs `password`, or a token whose sign-in is at most five minutes old. Profiles and their analytics are not the caller's and stay."
      )
  )
  .middleware(Authorization)
  .annotate(OpenApi.Description, "The caller: settings, dashboard, export, deletion.")
{}
