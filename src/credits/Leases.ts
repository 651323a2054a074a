import { Clock, Effect } from "effect"
import { instantOf } from "../database/Instant.ts"
import { Transaction } from "../database/Transaction.ts"
import type { Reservation } from "./CreditReservation.ts"
import { available, Ledger } from "./Ledger.ts"
import { makePriceOf } from "./Pricing.ts"
import { ReservationRepo } from "./ReservationRepo.ts"

/** The part of `Credits` that lengthens and ends what is held; `lease` is milliseconds. */
export const makeLeases = Effect.fnUntraced(function*(lease: number) {
  const ledger = yield* Ledger
  const reservations = yield* ReservationRepo
  const transaction = yield* Transaction
  const priceOf = yield* makePriceOf

  /** What had lapsed is held again at the price of now, unless the same thing is held by another or the credits are gone. */
  const holdAgain = ({ id, user_id }: Reservation, until: ReturnType<typeof instantOf>) =>
    transaction.run(Effect.gen(function*() {
      const holder = yield* ledger.locked(user_id)
      const found = yield* reservations.find(id, user_id)
      if (found?.status !== "expired") return
      const { action, quantity, subject } = found
      if (subject !== null && (yield* reservations.findOpen({ ...found, subject })) !== undefined) return
      const { amount, free_quantity, free_reason } = found.free_quantity === 0 ? found : yield* priceOf(holder, action, quantity)
      if (amount > available(holder)) return
      yield* reservations.reopen(id, { amount, free_quantity, free_reason }, until)
      if (amount > 0) yield* ledger.hold(holder, amount)
    }))

  const keep = Effect.fn("Credits.keep")(function*(given: ReadonlyArray<Reservation>) {
    if (given.length === 0) return
    const until = instantOf((yield* Clock.currentTimeMillis) + lease)
    const kept = new Set(yield* reservations.extend(given.map(({ id }) => id), until))
    for (const one of given) {
      // Whose account has gone has nothing to hold.
      if (!kept.has(one.id)) yield* Effect.catchTag(holdAgain(one, until), "UserUnknown", () => Effect.void)
    }
  })

  const sweep = Effect.gen(function*() {
    const users = yield* reservations.lapsed(instantOf(yield* Clock.currentTimeMillis), 100)
    for (const user of users) yield* Effect.catchTag(transaction.run(ledger.locked(user)), "UserUnknown", Effect.die)
    return users.length
  }).pipe(Effect.withSpan("Credits.sweep"))

  return { keep, sweep }
})
