import { Array as Arrays, Clock, Duration, Effect, FiberSet } from "effect"
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
  let due: Array<Due> = []

  /** What a look at the window found, begun at `now`; one that is not open is forgotten, unless it was opened anew meanwhile. */
  const note = (key: string, repeat: Repeat, expiresAt: Column.Instant | undefined, now: number): Repeat | undefined => {
    if (expiresAt === undefined) {
      if (repeats.get(key, now) === repeat) repeats.delete(key)
      return undefined
    }
    repeat.checkedAt = now
    repeat.accessExpiresAt = expiresAt
    repeat.renewing = false
    return repeat
  }

  /** One statement for all windows that came due within a moment: each by itself would be most of what a busy process asks. */
  const lookAtDue = Effect.suspend(() => {
    const asked = due
    due = []
    return Effect.forEach(Arrays.chunksOf(asked, perStatement), lookAt, { discard: true })
  })

  const lookAt = Effect.fnUntraced(function*(asked: ReadonlyArray<Due>) {
    const now = yield* Clock.currentTimeMillis
    const open = new Map(
      (yield* access.checkAll(asked)).map(({ expires_at, profile_id, user_id }) => [user_id + profile_id, expires_at])
    )
    for (const { profile, repeat, user, username } of asked) note(user + username, repeat, open.get(user + profile), now)
  })

  return {
    remember: (user: UserId, { profile, username }: Granted, accessExpiresAt: Column.Instant, now: number): void =>
      repeats.set(user + username, { profile, accessExpiresAt, checkedAt: now, renewing: false }, now, now + repeatFor),

    forget: (user: UserId, username: string): void => repeats.delete(user + username),

    /** The look of a user whose window is open. */
    find: Effect.fnUntraced(function*(user: UserId, username: string, now: number) {
      const repeat = repeats.get(user + username, now)
      if (repeat === undefined || isFresh(repeat, now)) return repeat
      return note(user + username, repeat, (yield* access.check(user, repeat.profile))?.expires_at, now)
    }),

    /** As `find`, without waiting: the window is looked at ahead, behind the answer, as the account is (see `Verdicts`). */
    known: (user: UserId, username: string, now: number): Repeat | undefined => {
      const repeat = repeats.get(user + username, now)
      if (repeat === undefined || !isFresh(repeat, now)) return undefined
      if (!repeat.renewing && now - repeat.checkedAt >= windowRenewedAfter) {
        repeat.renewing = true
        if (due.push({ user, username, profile: repeat.profile, repeat }) === 1) {
          behind(Effect.exit(Effect.delay(lookAtDue, gatheredFor)))
        }
      }
      return repeat
    }
  }
})

/** A clock that was set back since makes nothing fresh. */
const isFresh = ({ checkedAt }: Repeat, now: number) => now >= checkedAt && now - checkedAt < windowCheckedEvery

interface Due {
  readonly user: UserId
  readonly username: string
  readonly profile: ProfileId
  readonly repeat: Repeat
}

const remembered = 200_000
const perStatement = 1_000
/** How long windows that are due wait for others. */
const gatheredFor = Duration.millis(100)
/** Milliseconds: a reload within this time is the same look-up, so a window is exact to the minute. */
const repeatFor = 60_000
/** Milliseconds: how late a window that was revoked or has ended stops the answers of its holder. */
const windowCheckedEvery = 2_000
/** Milliseconds: how old what is known of a window is when it is looked at ahead. */
const windowRenewedAfter = 1_500
