import { Clock, Context, Effect, Layer, Result } from "effect"
import { randomUUID } from "node:crypto"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { instantOf } from "../database/Instant.ts"
import { Transaction } from "../database/Transaction.ts"
import type { UserId } from "../users/UserId.ts"
import { type CreditsRequired, userIsThere } from "./CreditErrors.ts"
import { type Asked, type Charge, Credits } from "./Credits.ts"
import { holding } from "./Holding.ts"
import { available, Ledger } from "./Ledger.ts"
import { PlanRepo } from "./PlanRepo.ts"
import { makePriceOf, required } from "./Pricing.ts"
import { freeFor, type Quote } from "./Quote.ts"
import { ReservationRepo } from "./ReservationRepo.ts"

/** What has been paid for, or was free by the month's allowance, is not charged again for so long. Milliseconds. */
export const paidForMillis = 24 * 60 * 60 * 1000

/** Something that costs credits. `subject` names it, and is the same whenever the same thing is asked for. */
export interface Payable extends Pick<Asked, "action"> {
  readonly subject: string
  /** What the entry says of it, for people. */
  readonly note: string
}

/** What an answer says of its cost. `remaining` is not asked for where nothing was to be charged. */
export type Announced = Pick<Charge, "charged" | "remaining">

/**
 * What is charged for when it is handed over, beside the windows that `Unlocks` opens. While credits are off nothing is looked at or
 * written, and nothing is said of credits.
 */
export class Charges extends Context.Service<Charges, {
  /** What is said of something that is free here; null while credits are off. */
  readonly nothing: Announced | null
  /** What it would cost now: nothing where it has been paid for within 24 hours. Changes nothing. */
  quote(user: UserId, asked: Payable): Effect.Effect<Quote, DatabaseError>
  /**
   * Charges for an answer that is ready to go: what fails before costs nothing, and what is lost after it comes again for nothing. Once in
   * 24 hours for each action and subject, however many ask at once; null while credits are off.
   */
  pay(user: UserId, payable: Payable): Effect.Effect<Charge | null, CreditsRequired | DatabaseError>
  /**
   * Holds what work will cost while it waits for others. The work runs `commit` inside the transaction that stores what it got; where it
   * does not come to that, nothing is held any longer.
   */
  holding<A, E, R>(
    user: UserId,
    asked: Payable,
    work: (commit: Effect.Effect<Charge | null, CreditsRequired | DatabaseError>) => Effect.Effect<A, E, R>
  ): Effect.Effect<A, E | CreditsRequired | DatabaseError, R>
}>()("analytics-following/credits/Charges") {
  static readonly layerNoDeps = Layer.effect(
    Charges,
    Effect.gen(function*() {
      const credits = yield* Credits
      const ledger = yield* Ledger
      const reservations = yield* ReservationRepo
      const transaction = yield* Transaction
      const priceOf = yield* makePriceOf

      const paid = Effect.fnUntraced(function*(user: UserId, { action, subject }: Payable) {
        const since = instantOf((yield* Clock.currentTimeMillis) - paidForMillis)
        return (yield* reservations.findGiven({ user_id: user, action, subject, quantity: 1 }, since)) !== undefined
      })

      const quote = Effect.fn("Charges.quote")(function*(user: UserId, asked: Payable) {
        const quoted = yield* userIsThere(credits.quote(user, asked))
        return credits.enabled && (yield* paid(user, asked)) ? freeFor(quoted, "already_paid") : quoted
      })

      const payNow = Effect.fnUntraced(function*(user: UserId, payable: Payable) {
        const { action, note, subject } = payable
        const holder = yield* ledger.locked(user)
        // Whoever asked at the same time has paid meanwhile.
        if (yield* paid(user, payable)) return Result.succeed(alreadyPaid(available(holder)))
        const price = yield* priceOf(holder, action, 1)
        // A refusal is no reason to undo what was due on the account.
        if (price.amount > available(holder)) return Result.fail(required(action, price.amount, holder))
        const now = instantOf(yield* Clock.currentTimeMillis)
        const id = randomUUID()
        const given = { id, user_id: user, action, subject, quantity: 1, created_at: now, expires_at: now, ...price }
        if (price.amount === 0) {
          yield* reservations.insert(given, now)
          return Result.succeed({ charged: 0, remaining: available(holder), free_reason: price.free_reason })
        }
        const { amount, free_quantity } = price
        const entry = yield* ledger.post(holder, {
          kind: "charge",
          amount: -amount,
          action,
          reservation: id,
          subject,
          note,
          key: `charge:${id}`
        })
        yield* reservations.insert(given, "open")
        yield* reservations.settle(id, { status: "committed", amount, free_quantity, free_reason: null, entry_id: entry.id }, now)
        return Result.succeed({ charged: amount, remaining: available(holder) - amount, free_reason: null })
      })

      const pay = Effect.fn("Charges.pay")(function*(user: UserId, payable: Payable) {
        if (!credits.enabled) return null
        // A repeat waits for nobody.
        if (yield* paid(user, payable)) return alreadyPaid(available(yield* userIsThere(credits.account(user))))
        return yield* Effect.fromResult(yield* userIsThere(transaction.run(payNow(user, payable))))
      })

      const whileHeld: Charges["Service"]["holding"] = (user, asked, work) =>
        credits.enabled
          ? holding(credits, user, asked, (reservation) => work(userIsThere(credits.commit(reservation, asked.note))))
          : work(Effect.succeed(null))

      return { nothing: credits.enabled ? { charged: 0, remaining: null } : null, quote, pay, holding: whileHeld }
    })
  )

  static readonly layer = this.layerNoDeps.pipe(Layer.provide([Ledger.layer, ReservationRepo.layer, PlanRepo.layer]))
}

const alreadyPaid = (remaining: number): Charge => ({ charged: 0, remaining, free_reason: "already_paid" })
