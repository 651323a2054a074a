import { Clock, Context, Duration, Effect, Layer, Result } from "effect"
import { randomUUID } from "node:crypto"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { instantOf } from "../database/Instant.ts"
import { Transaction } from "../database/Transaction.ts"
import { CallKey } from "../idempotency/CallKey.ts"
import type { UserId } from "../users/UserId.ts"
import { type Corrected, type Correction, makeCorrections } from "./Corrections.ts"
import type { CreditsRequired, CreditsShort, NotCharged, UserUnknown } from "./CreditErrors.ts"
import type { Action, FreeReason, Reservation } from "./CreditReservation.ts"
import { makeLeases } from "./Leases.ts"
import { available, Ledger } from "./Ledger.ts"
import { type AccountRow, LedgerRepo } from "./LedgerRepo.ts"
import { PlanRepo } from "./PlanRepo.ts"
import { makePriceOf, required } from "./Pricing.ts"
import type { Quote } from "./Quote.ts"
import { ReservationRepo } from "./ReservationRepo.ts"

export interface CreditsOptions {
  /** Off: everything is free, and recorded as that. */
  readonly enabled: boolean
  /** How long a reservation holds credits when nobody ends it. */
  readonly lease: Duration.Input
  /** How long a call that is repeated with its Idempotency-Key is the same one. */
  readonly callsKeptFor: Duration.Input
}

/** Something that can cost credits. `subject` is what it is about in the user's words, such as a username: the same one is paid once at a time. */
export interface Asked {
  readonly action: Action
  readonly subject: string | null
  readonly quantity?: number
}

/** What became of a reservation, as the answer's `X-Credits-*` headers say it. */
export interface Charge {
  readonly charged: number
  /** What can be spent after it; null where credits are off. */
  readonly remaining: number | null
  readonly free_reason: FreeReason | null
}

/**
 * What users have and pay. An action is reserved before the work, then committed in the transaction that stores the work and opens the
 * access, or released. A reservation of the same user, action, subject and quantity that is open is joined, so that any number of calls
 * for one thing pay once.
 */
export class Credits extends Context.Service<Credits, {
  readonly enabled: boolean
  /** What it would cost now. Changes nothing. */
  quote(user: UserId, asked: Asked): Effect.Effect<Quote, UserUnknown | DatabaseError>
  /**
   * Holds what it costs until `commit`, `release`, or the end of the lease. A call that is repeated with its Idempotency-Key gets what it
   * had reserved, charged or not.
   */
  reserve(user: UserId, asked: Asked): Effect.Effect<Reservation, CreditsRequired | UserUnknown | DatabaseError>
  /**
   * Charges what was reserved: call it inside the transaction that stores what was paid for; the entry has the note. Once however often it is called; what was
   * released or has lapsed is charged if the credits are still there, and what the allowance was to cover counts anew. Of several users in
   * one transaction, commit in the order of their ids.
   */
  commit(reservation: Reservation, note?: string): Effect.Effect<Charge, CreditsRequired | UserUnknown | DatabaseError>
  /** What the call under way has been charged for before, when it was sent with the same Idempotency-Key; undefined where it has not. */
  charged(user: UserId, action: Action): Effect.Effect<Charge | undefined, UserUnknown | DatabaseError>
  /** Whatever of these is not settled holds its credits for another lease; what had lapsed holds them again where they are still there. */
  keep(reservations: ReadonlyArray<Reservation>): Effect.Effect<void, DatabaseError>
  /** Milliseconds. */
  readonly lease: number
  /** The work failed or was given up: nothing is held any longer. Does nothing to what has been committed. */
  release(reservation: Reservation): Effect.Effect<void, UserUnknown | DatabaseError>
  /** What has been charged for a reservation so far. Changes nothing. */
  charge(reservation: Reservation): Effect.Effect<Charge, UserUnknown | DatabaseError>
  /** Records accesses that are free by another room's rule: call it inside the transaction that gives them. */
  free(users: ReadonlyArray<UserId>, asked: Asked, reason: FreeReason): Effect.Effect<void, DatabaseError>
  /** Gives the charge of a reservation back, once: what comes back never expires. What was paid for stays. */
  refund(user: UserId, reservation: string, reason: string): Effect.Effect<Corrected, NotCharged | UserUnknown | DatabaseError>
  /** As `refund`, of the charge with this entry. */
  refundEntry(user: UserId, entry: string, reason: string): Effect.Effect<Corrected, NotCharged | UserUnknown | DatabaseError>
  /** Adds credits that never expire, or takes some (negative). */
  adjust(user: UserId, correction: Correction): Effect.Effect<Corrected, CreditsShort | UserUnknown | DatabaseError>
  /** The account as it is now, everything due done. */
  account(user: UserId): Effect.Effect<AccountRow, UserUnknown | DatabaseError>
  /** Ends the reservations whose lease is over, of a batch of users; answers with how many users there were. */
  readonly sweep: Effect.Effect<number, DatabaseError>
}>()("analytics-following/credits/Credits") {
  static readonly layerNoDeps = (options: CreditsOptions) =>
    Layer.effect(
      Credits,
      Effect.gen(function*() {
        const ledger = yield* Ledger
        const reservations = yield* ReservationRepo
        const transaction = yield* Transaction
        const lease = Duration.toMillis(options.lease)
        const callsKeptFor = Duration.toMillis(options.callsKeptFor)
        const corrections = yield* makeCorrections
        const leases = yield* makeLeases(lease)

        const account = Effect.fn("Credits.account")(function*(user: UserId) {
          return (yield* ledger.settled(user)) ?? (yield* transaction.run(ledger.locked(user)))
        })

        const priceOf = yield* makePriceOf

        const quote = Effect.fn("Credits.quote")(function*(user: UserId, { action, quantity = 1 }: Asked) {
          const asked = { action, quantity }
          if (!options.enabled) {
            return {
              ...asked,
              free_quantity: 0,
              required: 0,
              balance: null,
              sufficient: true,
              free_reason: "credits_off" as const
            }
          }
          const holder = yield* account(user)
          const { amount, free_quantity, free_reason } = yield* priceOf(holder, action, quantity)
          const balance = available(holder)
          return { ...asked, free_quantity, required: amount, balance, sufficient: amount <= balance, free_reason }
        })

        const reservationOf = Effect.fnUntraced(function*(user: UserId, { action, quantity = 1, subject }: Asked) {
          const now = yield* Clock.currentTimeMillis
          return {
            id: randomUUID(),
            user_id: user,
            action,
            subject,
            quantity,
            created_at: instantOf(now),
            expires_at: instantOf(now + lease)
          }
        })

        /** What the call under way was reserved for when it was sent before. */
        const called = Effect.fnUntraced(function*(user: UserId, action: Action) {
          const call = yield* CallKey
          if (call === undefined) return undefined
          const since = instantOf((yield* Clock.currentTimeMillis) - callsKeptFor)
          return yield* reservations.findCalled(user, action, call, since)
        })

        const reserve = Effect.fn("Credits.reserve")(function*(user: UserId, asked: Asked) {
          const given = yield* reservationOf(user, asked)
          // Nothing is held: the row is written with the access.
          if (!options.enabled) return { ...given, free_quantity: 0, amount: 0, free_reason: "credits_off" as const }
          const result = yield* transaction.run(Effect.gen(function*() {
            const holder = yield* ledger.locked(user)
            const before = yield* called(user, given.action)
            if (before !== undefined) return Result.succeed(held(before))
            const call = yield* CallKey
            const open = given.subject === null ? undefined : yield* reservations.findOpen({ ...given, subject: given.subject })
            if (open !== undefined) {
              yield* reservations.join(open.id, given.expires_at, call)
              return Result.succeed<Reservation>({ ...held(open), expires_at: given.expires_at })
            }
            const price = yield* priceOf(holder, given.action, given.quantity)
            // A refusal is no reason to undo what was due on the account.
            if (price.amount > available(holder)) return Result.fail(required(given.action, price.amount, holder))
            const reservation: Reservation = { ...given, ...price }
            yield* reservations.insert(reservation, "open", call)
            if (price.amount > 0) yield* ledger.hold(holder, price.amount)
            return Result.succeed(reservation)
          }))
          return yield* Effect.fromResult(result)
        })

        const commit = Effect.fn("Credits.commit")(function*(reservation: Reservation, note?: string) {
          const now = instantOf(yield* Clock.currentTimeMillis)
          if (reservation.free_reason === "credits_off") {
            yield* reservations.insert(reservation, now)
            return { charged: 0, remaining: null, free_reason: reservation.free_reason }
          }
          return yield* transaction.run(Effect.gen(function*() {
            const holder = yield* ledger.locked(reservation.user_id)
            const found = yield* reservations.find(reservation.id, reservation.user_id)
            if (found === undefined) return yield* Effect.die(new Error("a reservation that was made is not there"))
            const { status, subject } = found
            if (status === "committed") {
              return { charged: found.amount, remaining: available(holder), free_reason: found.free_reason }
            }
            const isHeld = status === "open" ? found.amount : 0
            // What others may have had of the allowance since, when nothing kept it any longer.
            const { amount, free_quantity, free_reason } = status === "open" || found.free_quantity === 0
              ? found
              : yield* priceOf(holder, found.action, found.quantity)
            if (amount === 0) {
              yield* reservations.settle(
                found.id,
                { status: "committed", amount, free_quantity, free_reason, entry_id: null },
                now
              )
              return { charged: 0, remaining: available(holder), free_reason }
            }
            const paid = subject === null ? undefined : yield* reservations.findPaid({ ...found, subject }, found.created_at)
            if (paid !== undefined) {
              const settlement = { amount: 0, free_quantity, free_reason: "already_paid", entry_id: paid.entry_id } as const
              if (isHeld > 0) {
                yield* ledger.hold(holder, -isHeld)
              }
              yield* reservations.settle(found.id, { status: "committed", ...settlement }, now)
              return { charged: 0, remaining: available(holder) + isHeld, free_reason: settlement.free_reason }
            }
            if (amount > available(holder) + isHeld) return yield* required(found.action, amount, holder)
            const entry = yield* ledger.post(holder, {
              kind: "charge",
              amount: -amount,
              reserved: isHeld,
              action: found.action,
              reservation: found.id,
              subject,
              note: note ?? (found.quantity === 1 ? null : `${found.quantity} times, ${free_quantity} of them free`),
              key: `charge:${found.id}`
            })
            yield* reservations.settle(
              found.id,
              { status: "committed", amount, free_quantity, free_reason: null, entry_id: entry.id },
              now
            )
            return { charged: amount, remaining: available(holder) + isHeld - amount, free_reason: null }
          }))
        })

        const release = Effect.fn("Credits.release")(function*(reservation: Reservation) {
          if (reservation.free_reason === "credits_off") return
          const now = instantOf(yield* Clock.currentTimeMillis)
          yield* transaction.run(Effect.gen(function*() {
            const holder = yield* ledger.locked(reservation.user_id)
            const found = yield* reservations.find(reservation.id, reservation.user_id)
            if (found?.status !== "open") return
            if (found.amount > 0) yield* ledger.hold(holder, -found.amount)
            const { amount, free_quantity, free_reason } = found
            yield* reservations.settle(found.id, { status: "released", amount, free_quantity, free_reason, entry_id: null }, now)
          }))
        })

        const charged = Effect.fn("Credits.charged")(function*(user: UserId, action: Action) {
          const found = options.enabled ? yield* called(user, action) : undefined
          return found?.status === "committed" ? yield* charge(held(found)) : undefined
        })

        const charge = Effect.fn("Credits.charge")(function*(reservation: Reservation) {
          if (reservation.free_reason === "credits_off") {
            return { charged: 0, remaining: null, free_reason: reservation.free_reason }
          }
          const found = yield* reservations.find(reservation.id, reservation.user_id)
          const charged = found?.status === "committed" ? found.amount : 0
          return { charged, remaining: available(yield* account(reservation.user_id)), free_reason: found?.free_reason ?? null }
        })

        const free = Effect.fn("Credits.free")(function*(users: ReadonlyArray<UserId>, asked: Asked, reason: FreeReason) {
          const now = instantOf(yield* Clock.currentTimeMillis)
          const given = yield* Effect.forEach(users, (user) => reservationOf(user, asked))
          yield* reservations.insertFree(given.map((one) => ({ ...one, free_quantity: 0, amount: 0, free_reason: reason })), now)
        })

        return {
          enabled: options.enabled,
          lease,
          quote,
          reserve,
          commit,
          charged,
          release,
          charge,
          free,
          account,
          ...corrections,
          ...leases
        }
      })
    )

  static readonly layer = (options: CreditsOptions) =>
    this.layerNoDeps(options).pipe(
      Layer.provide([Ledger.layer, LedgerRepo.layer, ReservationRepo.layer, PlanRepo.layer])
    )
}

const held = (row: Reservation): Reservation => ({
  id: row.id,
  user_id: row.user_id,
  action: row.action,
  subject: row.subject,
  quantity: row.quantity,
  free_quantity: row.free_quantity,
  amount: row.amount,
  free_reason: row.free_reason,
  created_at: row.created_at,
  expires_at: row.expires_at
})
