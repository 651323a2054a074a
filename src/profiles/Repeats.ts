import { Effect, FiberSet } from "effect"
import { AccessTracker } from "../access/AccessTracker.ts"
import { TtlMap } from "../cache/TtlMap.ts"
import type * as Column from "../database/Column.ts"
import type { UserId } from "../users/UserId.ts"
import type { ProfileId } from "./Profile.ts"
import type { Granted } from "./ProfileStore.ts"

/** What one user's last look at one profile found. */
export interface Repeat {
  readonly profile: ProfileId
  accessExpiresAt: Column.Instant
  /** When the window was last seen to be open: milliseconds since 1970. */
  checkedAt: number
  /** Whether it is being looked at again, behind an answer. */
  renewing: boolean
}

/** The looks of the last minute: the same user asking again makes no new record, and the window is looked at every two seconds at most. */
export const makeRepeats = Effect.gen(function*() {
  const access = yield* AccessTracker
  const repeats = new TtlMap<Repeat>(remembered)
  const behind = yield* FiberSet.makeRuntime()

  /** Looks at the window again; one that is no longer open is forgotten. */
  const look = Effect.fnUntraced(function*(user: UserId, username: string, repeat: Repeat, now: number) {
    const window = yield* access.check(user, repeat.profile)
    if (window === undefined) {
      repeats.delete(user + username)
      return undefined
    }
    repeat.checkedAt = now
    repeat.accessExpiresAt = window.expires_at
    repeat.renewing = false
    return repeat
  })

  return {
    remember: (user: UserId, { profile, username }: Granted, accessExpiresAt: Column.Instant, now: number): void =>
      repeats.set(user + username, { profile, accessExpiresAt, checkedAt: now, renewing: false }, now + repeatFor),

    forget: (user: UserId, username: string): void => repeats.delete(user + username),

    /** The look of a user whose window is open. */
    find: Effect.fnUntraced(function*(user: UserId, username: string, now: number) {
      const repeat = repeats.get(user + username, now)
      return repeat === undefined || now - repeat.checkedAt < windowCheckedEvery
        ? repeat
        : yield* look(user, username, repeat, now)
    }),

    /** As `find`, without waiting: the window is looked at ahead, behind the answer, as the account is (see `AccountStanding`). */
    known: (user: UserId, username: string, now: number): Repeat | undefined => {
      const repeat = repeats.get(user + username, now)
      if (repeat === undefined || now - repeat.checkedAt >= windowCheckedEvery) return undefined
      if (!repeat.renewing && now - repeat.checkedAt >= windowRenewedAfter) {
        repeat.renewing = true
        behind(Effect.exit(look(user, username, repeat, now)))
      }
      return repeat
    }
  }
})

const remembered = 200_000
/** Milliseconds: a reload within this time is the same look-up, so a window is exact to the minute. */
const repeatFor = 60_000
/** Milliseconds: how late a window that was revoked or has ended stops the answers of its holder. */
const windowCheckedEvery = 2_000
/** Milliseconds: how old what is known of a window is when it is looked at ahead. */
const windowRenewedAfter = 1_500
