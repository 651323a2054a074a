import { Clock, Context, Effect, Layer } from "effect"
import type * as Column from "../database/Column.ts"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { instantOf, millisOf } from "../database/Instant.ts"
import type { ProfileId } from "../profiles/Profile.ts"
import type { UserId } from "../users/UserId.ts"
import { AccessRepo, type Holder } from "./AccessRepo.ts"
import type { ProfileAccess } from "./ProfileAccess.ts"
import type { UnlockedRow, Window } from "./UnlockedProfile.ts"

/** How long a window lasts: 30 days of 24 hours, whatever the calendar does. */
export const windowMillis = 30 * 24 * 60 * 60 * 1000

/** 30-day access windows. Access is one definition: a row whose `expires_at` is later than now. */
export class AccessTracker extends Context.Service<AccessTracker, {
  /** Opens a window of 30 days from now for each user, or extends the one that is open: one upsert. */
  grant(users: ReadonlyArray<UserId>, profile: ProfileId): Effect.Effect<
    ReadonlyArray<ProfileAccess & { readonly was_open: boolean }>,
    DatabaseError
  >
  /** Opens a window of 30 days from now where none is open; undefined where one is, which stays as it is. */
  open(user: UserId, profile: ProfileId): Effect.Effect<Window | undefined, DatabaseError>
  /** Adds 30 days to the end of a window; undefined where it ends no longer when it did. */
  extend(user: UserId, profile: ProfileId, window: Window): Effect.Effect<Window | undefined, DatabaseError>
  /** The open window, or undefined. Asks the database each time. */
  check(user: UserId, profile: ProfileId): Effect.Effect<Window | undefined, DatabaseError>
  /** As `check` for many at once, in one statement: the open ones, in no order. */
  checkAll(
    holders: ReadonlyArray<Holder>
  ): Effect.Effect<ReadonlyArray<Pick<ProfileAccess, "user_id" | "profile_id" | "expires_at">>, DatabaseError>
  /** Ends a window at once. False when there was none. */
  revoke(user: UserId, profile: ProfileId): Effect.Effect<boolean, DatabaseError>
  /** A user's windows, latest-ending first, each with the position that `after` continues from. */
  list(user: UserId, options: {
    readonly state: "active" | "expired" | "all"
    /** Only windows that end within this many days of 24 hours, those that have ended included. */
    readonly endingWithinDays?: number | undefined
    readonly after: string | undefined
    readonly limit: number
  }): Effect.Effect<ReadonlyArray<typeof UnlockedRow.Type & { readonly days_remaining: number }>, DatabaseError>
}>()("analytics-following/access/AccessTracker") {
  static readonly layerNoDeps = Layer.effect(
    AccessTracker,
    Effect.gen(function*() {
      const repo = yield* AccessRepo

      const grant = Effect.fn("AccessTracker.grant")(function*(users: ReadonlyArray<UserId>, profile: ProfileId) {
        const now = yield* Clock.currentTimeMillis
        return yield* repo.upsert(users, profile, { granted_at: instantOf(now), expires_at: instantOf(now + windowMillis) })
      })

      const open = Effect.fn("AccessTracker.open")(function*(user: UserId, profile: ProfileId) {
        const now = yield* Clock.currentTimeMillis
        return yield* repo.open(user, profile, { granted_at: instantOf(now), expires_at: instantOf(now + windowMillis) })
      })

      const extend = Effect.fn("AccessTracker.extend")(function*(user: UserId, profile: ProfileId, { expires_at }: Window) {
        const to = instantOf(millisOf(expires_at) + windowMillis)
        return yield* repo.extend(user, profile, { from: expires_at, to, now: instantOf(yield* Clock.currentTimeMillis) })
      })

      const check = Effect.fnUntraced(function*(user: UserId, profile: ProfileId) {
        return yield* repo.findOpen(user, profile, instantOf(yield* Clock.currentTimeMillis))
      })

      const checkAll = Effect.fn("AccessTracker.checkAll")(function*(holders: ReadonlyArray<Holder>) {
        return yield* repo.findOpenOf(holders, instantOf(yield* Clock.currentTimeMillis))
      })

      const list = Effect.fn("AccessTracker.list")(function*(
        user: UserId,
        { endingWithinDays, ...options }: Parameters<AccessTracker["Service"]["list"]>[1]
      ) {
        const now = yield* Clock.currentTimeMillis
        const endsBy = endingWithinDays === undefined ? undefined : instantOf(now + endingWithinDays * 86_400_000)
        const found = yield* repo.list({ user, now: instantOf(now), endsBy, ...options })
        return found.map((unlocked) => ({ ...unlocked, days_remaining: daysRemaining(unlocked.access_expires_at, now) }))
      })

      return { grant, open, extend, check, checkAll, revoke: repo.delete, list }
    })
  )

  static readonly layer = this.layerNoDeps.pipe(Layer.provide(AccessRepo.layer))
}

/** Days until the window ends, rounded up; 0 once it has ended. */
export const daysRemaining = (expiresAt: Column.Instant, now: number): number =>
  Math.max(0, Math.ceil((Date.parse(expiresAt) - now) / 86_400_000))
