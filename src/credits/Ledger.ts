import { Clock, Context, Effect, Layer } from "effect"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { instantOf, millisOf } from "../database/Instant.ts"
import type { UserId } from "../users/UserId.ts"
import { counterAccounts, type CreditEntry, type EntryKind } from "./CreditEntry.ts"
import { UserUnknown } from "./CreditErrors.ts"
import { type AccountRow, LedgerRepo } from "./LedgerRepo.ts"
import { dayOf, zoneOf } from "./Periods.ts"
import { PlanRepo } from "./PlanRepo.ts"
import { firstPeriod, type Renewal, renewals } from "./Renewal.ts"
import { ReservationRepo } from "./ReservationRepo.ts"

/** What is to be entered in an account. */
export interface Line {
  readonly kind: EntryKind
  readonly amount: number
  /** How much of the amount belongs to what resets take; for what is spent the ledger decides. */
  readonly expiring?: number
  /** Credits that were held for it. */
  readonly reserved?: number
  readonly action?: string
  readonly reservation?: string
  readonly subject?: string | null
  readonly note?: string | null
  readonly key: string
}

/** The accounts of this room, each under its lock: for use inside a transaction. */
export class Ledger extends Context.Service<Ledger, {
  /** The account, opened where there is none, with everything done that was due: leases that ended, resets, grants. */
  locked(user: UserId): Effect.Effect<AccountRow, UserUnknown | DatabaseError>
  /** Enters a line of a locked account. */
  post(account: AccountRow, line: Line): Effect.Effect<CreditEntry, DatabaseError>
  /** Holds so many credits of a locked account more, or fewer. */
  hold(account: AccountRow, change: number): Effect.Effect<void, DatabaseError>
  /** The account where nothing is due on it, without a lock; undefined otherwise. */
  settled(user: UserId): Effect.Effect<AccountRow | undefined, DatabaseError>
}>()("analytics-following/credits/Ledger") {
  static readonly layerNoDeps = Layer.effect(
    Ledger,
    Effect.gen(function*() {
      const repo = yield* LedgerRepo
      const reservations = yield* ReservationRepo
      const plans = yield* PlanRepo
      const nowInstant = Effect.map(Clock.currentTimeMillis, instantOf)

      const post = Effect.fn("Ledger.post")(function*(account: AccountRow, line: Line) {
        return yield* repo.post(account.user_id, {
          kind: line.kind,
          counter: counterAccounts[line.kind],
          amount: line.amount,
          expiring: line.expiring ?? (line.amount < 0 ? -Math.min(account.expiring, -line.amount) : 0),
          reserved: line.reserved ?? 0,
          action: line.action ?? null,
          reservation: line.reservation ?? null,
          subject: line.subject ?? null,
          note: line.note ?? null,
          key: line.key
        }, yield* nowInstant)
      })

      const there = Effect.fnUntraced(function*(user: UserId) {
        const found = yield* repo.lock(user)
        if (found !== undefined) return found
        const holder = yield* repo.findHolder(user)
        if (holder === undefined) return yield* UserUnknown.problem
        const now = yield* Clock.currentTimeMillis
        yield* repo.insert(user, firstPeriod(holder, now), instantOf(now))
        return (yield* repo.lock(user)) ?? (yield* Effect.die(new Error("an account that was opened is not there")))
      })

      const renew = Effect.fnUntraced(function*(account: AccountRow, { expired, granted, period }: Renewal) {
        const now = yield* nowInstant
        const { anchored_at: anchor, period_granted: total, period_starts_at: start, tier } = period
        const zone = zoneOf(account.timezone)
        const month = [start, period.period_ends_at].map((instant) => dayOf(millisOf(instant), zone)).join(" to ")
        if (expired > 0) {
          yield* post(account, {
            kind: "expiry",
            amount: -expired,
            expiring: -expired,
            note: `Not carried over into the month ${month} by the plan ${tier}`,
            key: `expiry:${account.user_id}:${anchor}:${start}:${tier}`
          })
        }
        if (granted > 0) {
          yield* post(account, {
            kind: "grant",
            amount: granted,
            expiring: granted,
            note: `Plan ${tier}, month ${month}${granted === total ? "" : `: the rest of its ${total}`}`,
            key: `grant:${account.user_id}:${anchor}:${start}:${tier}:${total}`
          })
        }
        yield* repo.updatePeriod(account.user_id, period, now)
      })

      const locked = Effect.fn("Ledger.locked")(function*(user: UserId) {
        const account = yield* there(user)
        const now = yield* Clock.currentTimeMillis
        const freed = yield* reservations.expire(user, instantOf(now))
        if (freed > 0) yield* repo.updateReserved(user, -freed, instantOf(now))
        // Renewals are told what is held after the leases that ended.
        const due = renewals(
          { ...account, reserved: account.reserved - freed },
          account,
          yield* plans.plans,
          now
        )
        for (const renewal of due) yield* renew(account, renewal)
        return freed === 0 && due.length === 0
          ? account
          : (yield* repo.lock(user)) ?? (yield* Effect.die(new Error("a locked account went")))
      })

      const settled = Effect.fn("Ledger.settled")(function*(user: UserId) {
        const account = yield* repo.find(user)
        if (account === undefined) return undefined
        const now = yield* Clock.currentTimeMillis
        const due = renewals(account, account, yield* plans.plans, now).length > 0
        return due || (yield* reservations.hasLapsed(user, instantOf(now))) ? undefined : account
      })

      const hold = Effect.fn("Ledger.hold")(function*(account: AccountRow, change: number) {
        yield* repo.updateReserved(account.user_id, change, yield* nowInstant)
      })

      return { locked, post, hold, settled }
    })
  )

  static readonly layer = this.layerNoDeps.pipe(Layer.provide([LedgerRepo.layer, ReservationRepo.layer, PlanRepo.layer]))
}

/** What can be spent: what is not held. */
export const available = ({ balance, reserved }: Pick<AccountRow, "balance" | "reserved">): number => balance - reserved
