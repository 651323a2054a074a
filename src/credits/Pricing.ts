import { Clock, Effect } from "effect"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { CreditsRequired } from "./CreditErrors.ts"
import type { Action } from "./CreditReservation.ts"
import { available } from "./Ledger.ts"
import type { AccountRow } from "./LedgerRepo.ts"
import { PlanRepo } from "./PlanRepo.ts"
import { priced } from "./Quote.ts"
import { validAt } from "./Renewal.ts"
import { ReservationRepo } from "./ReservationRepo.ts"

type Priced = ReturnType<typeof priced>

/** What so many of an action cost an account now, after what is left of the month's allowance. */
export const makePriceOf = Effect.gen(function*() {
  const plans = yield* PlanRepo
  const reservations = yield* ReservationRepo
  return Effect.fnUntraced(
    function*(holder: AccountRow, action: Action, quantity: number): Effect.fn.Return<Priced, DatabaseError> {
      const now = yield* Clock.currentTimeMillis
      const price = validAt(yield* plans.prices, now).find((one) => one.action === action)
      const used = price === undefined || price.free_per_month === 0
        ? 0
        : yield* reservations.countFree(holder.user_id, action, holder.period_starts_at)
      return priced(price, quantity, used)
    }
  )
})

/** The refusal of what an account cannot pay. */
export const required = (action: Action, amount: number, holder: AccountRow) =>
  new CreditsRequired({
    action,
    required: amount,
    balance: available(holder),
    next_grant_at: holder.period_ends_at,
    pricing: "/credits/pricing",
    detail:
      `This costs ${amount} credits and ${
        available(holder)
      } can be spent. The plan gives credits again at ${holder.period_ends_at}; `
      + "a higher plan gives more at once. Nothing was charged."
  })
