import { Context, Effect, Layer, Result } from "effect"
import { type CreditsRequired, userIsThere } from "../credits/CreditErrors.ts"
import type { FreeReason, Reservation } from "../credits/CreditReservation.ts"
import { type Asked, type Charge, Credits } from "../credits/Credits.ts"
import { holding } from "../credits/Holding.ts"
import { freeFor, type Quote } from "../credits/Quote.ts"
import type * as Column from "../database/Column.ts"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { Transaction } from "../database/Transaction.ts"
import type { ProfileId } from "../profiles/Profile.ts"
import type { Username } from "../profiles/Username.ts"
import type { UserId } from "../users/UserId.ts"
import { AccessTracker } from "./AccessTracker.ts"
import type { Window } from "./UnlockedProfile.ts"

/** A profile that is stored. */
export interface Lockable {
  readonly profile: ProfileId
  readonly username: Username
}

/** Someone to whom a profile is to be opened, and what they have reserved for it. */
export interface Opener {
  readonly id: UserId
  readonly reservation: Reservation | null
}

/** A window, and what this opening or renewal of it cost: nothing where it was open. */
export interface Opened {
  readonly expiresAt: Column.Instant
  readonly charge: Charge
}

/** What became of each who asked; nothing of one whose account has gone. */
export type Openings = ReadonlyMap<UserId, Result.Result<Opened, CreditsRequired>>

/**
 * Windows and what is paid for them, always in one transaction: a window that is open is read for nothing and stays as it is, one that is
 * not is opened and charged. While credits are off every look-up extends its window, and its opening is recorded as free.
 */
export class Unlocks extends Context.Service<Unlocks, {
  /** Holds what an unlock will cost, before anybody is asked for the profile; null where it will cost nothing. */
  reserve(user: UserId, username: Username, known: ProfileId | undefined): Effect.Effect<
    Reservation | null,
    CreditsRequired | DatabaseError
  >
  /** Opens the windows and charges for them: call it inside the transaction that stores the profile. Who cannot pay costs the others nothing. */
  open(to: Lockable, users: ReadonlyArray<Opener>): Effect.Effect<Openings, DatabaseError>
  /** There will be no window: nothing is held any longer. */
  release(reservations: ReadonlyArray<Reservation | null>): Effect.Effect<void, DatabaseError>
  /**
   * Adds 30 days to an open window, at the price of an unlock, once there is an answer to give with it: what `answer` fails with renews
   * nothing. Undefined where no window is open or credits are off; nothing is answered then.
   */
  renew<A, E, R>(user: UserId, of: Lockable, answer: Effect.Effect<A, E, R>): Effect.Effect<
    { readonly answer: A; readonly opened: Opened } | undefined,
    CreditsRequired | DatabaseError | E,
    R
  >
  /** What the call under way had been charged for a window before, when it was sent with the same Idempotency-Key. */
  charged(user: UserId): Effect.Effect<Charge | undefined, DatabaseError>
  /** Whatever of these waits still goes on holding its credits. */
  readonly keep: Credits["Service"]["keep"]
  /** Milliseconds for which a reservation holds credits unless it is kept. */
  readonly lease: number
  /** What a look-up (or, of an open window, its renewal) would cost now. */
  quote(user: UserId, username: Username, known: ProfileId | undefined, renewal: boolean): Effect.Effect<Quote, DatabaseError>
  /** What was opened for the user by somebody else's transaction; undefined where no window is open. */
  opened(user: UserId, profile: ProfileId, reservation: Reservation | null): Effect.Effect<Opened | undefined, DatabaseError>
  /** Whether anything costs credits. */
  readonly enabled: boolean
}>()("analytics-following/access/Unlocks") {
  static readonly layerNoDeps = Layer.effect(
    Unlocks,
    Effect.gen(function*() {
      const access = yield* AccessTracker
      const credits = yield* Credits
      const transaction = yield* Transaction

      const isOpen = (user: UserId, profile: ProfileId | undefined) =>
        profile === undefined
          ? Effect.succeed(false)
          : Effect.map(access.check(user, profile), (window) => window !== undefined)

      const reserve = Effect.fn("Unlocks.reserve")(function*(user: UserId, username: Username, known: ProfileId | undefined) {
        if (!credits.enabled || (yield* isOpen(user, known))) return null
        return yield* userIsThere(credits.reserve(user, unlockOf(username)))
      })

      const release = (reservations: ReadonlyArray<Reservation | null>) =>
        Effect.forEach(
          inOrder(reservations.filter((one) => one !== null), (one) => one.user_id),
          (reservation) => userIsThere(credits.release(reservation)),
          { discard: true }
        )

      /** The charge that a window was opened with, or none. The window first: its row is what makes several openings one. */
      const openOne = Effect.fnUntraced(function*(to: Lockable, { id, reservation }: Opener) {
        const window = yield* access.open(id, to.profile)
        if (window === undefined) {
          if (reservation !== null) yield* credits.release(reservation)
          const open = yield* access.check(id, to.profile)
          if (open === undefined) return yield* Effect.die(new Error("a window that is open is not there"))
          return { expiresAt: open.expires_at, charge: yield* nothing(id, "window_open") }
        }
        const asked = reservation ?? (yield* credits.reserve(id, unlockOf(to.username)))
        return {
          expiresAt: window.expires_at,
          charge: yield* credits.commit(asked, `Unlocked until ${minuteOf(window.expires_at)}`)
        }
      })

      const nothing = (user: UserId, free_reason: FreeReason) =>
        Effect.map(credits.account(user), ({ balance, reserved }): Charge => ({
          charged: 0,
          remaining: balance - reserved,
          free_reason
        }))

      const openFree = Effect.fnUntraced(function*(to: Lockable, users: ReadonlyArray<Opener>) {
        const windows = yield* access.grant(users.map(({ id }) => id), to.profile)
        yield* credits.free(
          windows.flatMap(({ user_id, was_open }) => was_open ? [] : [user_id]),
          unlockOf(to.username),
          "credits_off"
        )
        const charge = { charged: 0, remaining: null, free_reason: "credits_off" } as const
        return new Map(windows.map(({ expires_at, user_id }) => [user_id, Result.succeed({ expiresAt: expires_at, charge })]))
      })

      const open = Effect.fn("Unlocks.open")(function*(to: Lockable, users: ReadonlyArray<Opener>) {
        if (!credits.enabled && users.length > 0) return yield* openFree(to, users)
        const openings = new Map<UserId, Result.Result<Opened, CreditsRequired>>()
        for (const user of inOrder(users, ({ id }) => id)) {
          // A transaction of its own inside the other: what one cannot pay undoes their window alone.
          const opening = yield* transaction.run(openOne(to, user)).pipe(
            Effect.map((opened) => Result.succeed(opened)),
            Effect.catchTags({
              CreditsRequired: (refusal) => Effect.succeed(Result.fail(refusal)),
              UserUnknown: () => Effect.undefined
            })
          )
          if (opening !== undefined) openings.set(user.id, opening)
        }
        return openings
      })

      const renewed = Effect.fnUntraced(function*(user: UserId, of: Lockable, window: Window, reservation: Reservation) {
        const moved = yield* transaction.run(Effect.gen(function*() {
          // Whoever finds it moved meanwhile asked for the same renewal: it has been paid, and is not given twice.
          const moved = yield* access.extend(user, of.profile, window)
          if (moved === undefined) return undefined
          const charge = yield* userIsThere(credits.commit(reservation, `Renewed until ${minuteOf(moved.expires_at)}`))
          return { expiresAt: moved.expires_at, charge }
        }))
        if (moved !== undefined) return moved
        yield* release([reservation])
        return yield* opened(user, of.profile, reservation)
      })

      const renew: Unlocks["Service"]["renew"] = Effect.fn("Unlocks.renew")(function*(user, of, answer) {
        const window = credits.enabled ? yield* access.check(user, of.profile) : undefined
        if (window === undefined) return undefined
        const renewal = renewalOf(of.username, window.expires_at)
        return yield* holding(
          credits,
          user,
          renewal,
          Effect.fnUntraced(function*(reservation) {
            const answered = yield* answer
            const opened = yield* renewed(user, of, window, reservation)
            return opened === undefined ? undefined : { answer: answered, opened }
          })
        )
      })

      const opened = Effect.fn("Unlocks.opened")(function*(
        user: UserId,
        profile: ProfileId,
        reservation: Reservation | null
      ) {
        const window = yield* access.check(user, profile)
        if (window === undefined) return undefined
        const charge = reservation === null
          ? yield* userIsThere(nothing(user, "window_open"))
          : yield* userIsThere(credits.charge(reservation))
        return { expiresAt: window.expires_at, charge }
      })

      const quote = Effect.fn("Unlocks.quote")(function*(
        ...[user, username, known, renewal]: Parameters<Unlocks["Service"]["quote"]>
      ) {
        const quoted = yield* userIsThere(credits.quote(user, unlockOf(username)))
        return credits.enabled && !renewal && (yield* isOpen(user, known)) ? freeFor(quoted, "window_open") : quoted
      })

      const charged = (user: UserId) => userIsThere(credits.charged(user, "profile_unlock"))

      const { enabled, keep, lease } = credits
      return { enabled, keep, lease, charged, reserve, open, release, renew, quote, opened }
    })
  )
}

/** An instant for people, to the minute. */
const minuteOf = (instant: Column.Instant): string => `${instant.slice(0, 10)} ${instant.slice(11, 16)} UTC`

const unlockOf = (username: Username): Asked => ({ action: "profile_unlock", subject: username })

/** Names the end that it moves, so that two renewals under way together are one, and two in a row are two. */
const renewalOf = (username: Username, end: Column.Instant): Asked => ({
  action: "profile_unlock",
  subject: `${username}, from ${end} on`
})

/** Accounts are always locked in the same order, so that no two transactions wait for each other. */
const inOrder = <A>(all: ReadonlyArray<A>, user: (one: A) => UserId): ReadonlyArray<A> =>
  all.toSorted((one, other) => user(one) < user(other) ? -1 : 1)
