import { Clock, Context, Effect, Layer } from "effect"
import { daysRemaining } from "../access/AccessTracker.ts"
import { Unauthorized } from "../auth/AuthErrors.ts"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { instantOf } from "../database/Instant.ts"
import { type Dashboard, expiringDays, searchedDays } from "./Dashboard.ts"
import { DashboardRepo } from "./DashboardRepo.ts"
import { canonicalLanguage } from "./Locale.ts"
import type { Me, MeChange } from "./Me.ts"
import type { UserId } from "./UserId.ts"
import { type JsonChange, type SubscriptionChange, UserRepo } from "./UserRepo.ts"
import {
  defaults,
  type Notifications,
  type NotificationsChange,
  type Preferences,
  type PreferencesChange,
  type Privacy,
  type PrivacyChange
} from "./UserSettings.ts"

/** `Unauthorized`: the account was erased meanwhile. */
type Failing = Unauthorized | DatabaseError

/** What a user says of themselves and how they want things. Every change answers with what is stored after it. */
export class Users extends Context.Service<Users, {
  me(user: UserId): Effect.Effect<Me, Failing>
  changeMe(user: UserId, change: MeChange): Effect.Effect<Me, Failing>
  preferences(user: UserId): Effect.Effect<typeof Preferences.Type, Failing>
  changePreferences(user: UserId, change: typeof PreferencesChange.Type): Effect.Effect<typeof Preferences.Type, Failing>
  notifications(user: UserId): Effect.Effect<typeof Notifications.Type, Failing>
  changeNotifications(user: UserId, change: typeof NotificationsChange.Type): Effect.Effect<typeof Notifications.Type, Failing>
  privacy(user: UserId): Effect.Effect<typeof Privacy.Type, Failing>
  changePrivacy(user: UserId, change: typeof PrivacyChange.Type): Effect.Effect<typeof Privacy.Type, Failing>
  /** What the user has subscribed to, by the room that knows. */
  changeSubscription(user: UserId, change: SubscriptionChange): Effect.Effect<void, DatabaseError>
  /** What a start page shows of what the user has done, by one statement. */
  dashboard(user: UserId): Effect.Effect<Omit<Dashboard, "credits">, Failing>
}>()("analytics-following/users/Users") {
  static readonly layerNoDeps = Layer.effect(
    Users,
    Effect.gen(function*() {
      const repo = yield* UserRepo
      const dashboards = yield* DashboardRepo
      const now = Effect.map(Clock.currentTimeMillis, instantOf)

      return {
        me: Effect.fn("Users.me")((user: UserId) => there(repo.findMe(user))),
        changeMe: Effect.fn("Users.changeMe")(function*(user: UserId, change: MeChange) {
          return yield* there(repo.updateMe(user, storedOf(change), yield* now))
        }),
        preferences: Effect.fn("Users.preferences")((user: UserId) => there(repo.findPreferences(user))),
        changePreferences: Effect.fn("Users.changePreferences")(function*(user: UserId, change: typeof PreferencesChange.Type) {
          return yield* there(repo.updatePreferences(user, jsonChangeOf(change), yield* now))
        }),
        notifications: Effect.fn("Users.notifications")((user: UserId) => there(repo.findNotifications(user))),
        changeNotifications: Effect.fn("Users.changeNotifications")(function*(
          user: UserId,
          change: typeof NotificationsChange.Type
        ) {
          return yield* there(repo.updateNotifications(user, jsonChangeOf(change), yield* now))
        }),
        privacy: Effect.fn("Users.privacy")((user: UserId) => there(repo.findPrivacy(user))),
        changePrivacy: Effect.fn("Users.changePrivacy")(function*(user: UserId, change: typeof PrivacyChange.Type) {
          return yield* there(repo.updatePrivacy(user, withDefaults(change), yield* now))
        }),
        changeSubscription: Effect.fn("Users.changeSubscription")(function*(user: UserId, change: SubscriptionChange) {
          yield* repo.updateSubscription(user, change, yield* now)
        }),
        dashboard: Effect.fn("Users.dashboard")(function*(user: UserId) {
          const at = yield* Clock.currentTimeMillis
          const found = yield* there(dashboards.find(user, {
            now: instantOf(at),
            expiringBefore: instantOf(at + expiringDays * day),
            searchedAfter: instantOf(at - searchedDays * day)
          }))
          return {
            ...found,
            expiring_access: found.expiring_access.map((one) => ({
              ...one,
              days_remaining: daysRemaining(one.access_expires_at, at)
            }))
          }
        })
      }
    })
  )

  static readonly layer = this.layerNoDeps.pipe(Layer.provide([UserRepo.layer, DashboardRepo.layer]))
}

/** Milliseconds. */
const day = 86_400_000

/** Whoever has been let in has both rows. A change that waited for the account to be erased finds none, for the row it waited for is gone. */
const there = <A, E>(found: Effect.Effect<A | undefined, E>) =>
  Effect.flatMap(found, (row) => row === undefined ? Effect.fail(Unauthorized.because("invalid")) : Effect.succeed(row))

const storedOf = (change: MeChange): MeChange => ({
  ...change,
  ...("timezone" in change ? { timezone: change.timezone ?? "UTC" } : {}),
  ...("language" in change ? { language: change.language == null ? "en" : canonicalLanguage(change.language) } : {})
})

const jsonChangeOf = (change: Readonly<Record<string, unknown>>): JsonChange => {
  const given = Object.entries(change)
  return {
    set: Object.fromEntries(given.filter(([, value]) => value !== null)),
    cleared: given.filter(([, value]) => value === null).map(([name]) => name)
  }
}

const withDefaults = (change: typeof PrivacyChange.Type): Partial<typeof Privacy.Type> => ({
  ...("profile_visibility" in change
    ? { profile_visibility: change.profile_visibility ?? defaults.privacy.profile_visibility }
    : {}),
  ...("data_analytics_enabled" in change
    ? { data_analytics_enabled: change.data_analytics_enabled ?? defaults.privacy.data_analytics_enabled }
    : {})
})
