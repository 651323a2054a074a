import { Schema } from "effect"
import { flag } from "../http/QueryValues.ts"
import { Action, FreeReason } from "./CreditReservation.ts"
import type { Price } from "./Plan.ts"

/** What a call would cost, and whether the account has it. */
export const Quote = Schema.Struct({
  action: Action,
  quantity: Schema.Int,
  free_quantity: Schema.Int.annotate({ description: "How many of them this month's allowance covers" }),
  required: Schema.Int.annotate({ description: "Credits that the call would charge" }),
  balance: Schema.NullOr(Schema.Int).annotate({ description: "Credits that can be spent now; null: credits are switched off" }),
  sufficient: Schema.Boolean,
  free_reason: Schema.NullOr(FreeReason)
}).annotate({ identifier: "CreditQuote" })
export type Quote = typeof Quote.Type

/** What so many cost at a price, of which so many are free this month already used. */
export const priced = (price: Pick<Price, "credits" | "free_per_month"> | undefined, quantity: number, freeUsed: number) => {
  const credits = price?.credits ?? 0
  const free = credits === 0 ? 0 : Math.min(quantity, Math.max(0, (price?.free_per_month ?? 0) - freeUsed))
  return {
    free_quantity: free,
    amount: (quantity - free) * credits,
    free_reason: credits === 0 ? "no_price" as const : free === quantity ? "allowance" as const : null
  }
}

/** The quote of something that is free for another reason than its price; while credits are off it says that. */
export const freeFor = (quote: Quote, free_reason: typeof FreeReason.Type): Quote =>
  quote.free_reason === "credits_off" ? quote : { ...quote, required: 0, free_quantity: 0, sufficient: true, free_reason }

/** Query of a call that can cost: `dry_run=true` answers with the quote and does nothing. */
export const dryRunQuery = {
  dry_run: Schema.optionalKey(flag.annotate({ description: "`true`: answers with what it would cost, and does nothing" }))
}
