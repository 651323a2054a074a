import { Effect } from "effect"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { Transaction } from "../database/Transaction.ts"
import type { UserId } from "../users/UserId.ts"
import type { CreditEntry } from "./CreditEntry.ts"
import { CreditsShort, NotCharged } from "./CreditErrors.ts"
import { available, Ledger } from "./Ledger.ts"
import { type AccountRow, LedgerRepo } from "./LedgerRepo.ts"

/** A change made by a person. The same `reference` twice is entered once. */
export interface Correction {
  readonly credits: number
  readonly reason: string
  readonly reference: string
}

/** The entry of a correction. */
export interface Corrected {
  readonly entry: CreditEntry
  /** False: the same reference had entered it before. */
  readonly isNew: boolean
}

/** The part of `Credits` that gives and takes by hand. */
export const makeCorrections = Effect.gen(function*() {
  const ledger = yield* Ledger
  const repo = yield* LedgerRepo
  const transaction = yield* Transaction

  /** Enters what was not entered before under the line's key; a key of another user's account is refused by `enter`. */
  const once = <E>(
    user: UserId,
    key: string,
    enter: (holder: AccountRow) => Effect.Effect<CreditEntry, E | DatabaseError>
  ) =>
    transaction.run(Effect.gen(function*() {
      const holder = yield* ledger.locked(user)
      const known = yield* repo.findByKey(key)
      return known?.user_id === user ? { entry: known, isNew: false } : { entry: yield* enter(holder), isNew: true }
    }))

  const refund = Effect.fn("Credits.refund")(function*(user: UserId, reservation: string, reason: string) {
    const key = `refund:${reservation}`
    return yield* once(user, key, (holder) =>
      Effect.gen(function*() {
        const charge = yield* repo.findByKey(`charge:${reservation}`)
        if (charge === undefined || charge.user_id !== user || charge.action === null) return yield* NotCharged.problem
        const { action, amount, subject } = charge
        return yield* ledger.post(holder, { kind: "refund", amount: -amount, action, reservation, subject, note: reason, key })
      }))
  })

  const refundEntry = Effect.fn("Credits.refundEntry")(function*(user: UserId, entry: string, reason: string) {
    const charge = yield* repo.findEntry(user, entry)
    if (charge?.kind !== "charge" || charge.reservation_id === null) return yield* NotCharged.problem
    return yield* refund(user, charge.reservation_id, reason)
  })

  const adjust = Effect.fn("Credits.adjust")((user: UserId, { credits, reason, reference }: Correction) => {
    const key = `adjustment:${user}:${reference}`
    return once(user, key, (holder) =>
      -credits > available(holder)
        ? Effect.fail(short(available(holder)))
        : ledger.post(holder, { kind: "adjustment", amount: credits, note: reason, key }))
  })

  return { refund, refundEntry, adjust }
})

const short = (balance: number) =>
  new CreditsShort({ balance, detail: `${balance} credits can be taken, no more. Nothing was changed.` })
