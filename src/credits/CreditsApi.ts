import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as OpenApi from "effect/http-api/OpenApi"
import { Touches } from "../alignment/Touches.ts"
import { Authorization } from "../auth/Authorization.ts"
import { DatabaseUnavailable, RowMismatch, RowRefused } from "../database/DatabaseErrors.ts"
import { Listing, listQuery } from "../http/Lists.ts"
import { Balance, Entry, Month, Pricing, Statement, SubscriptionView } from "./Statement.ts"

const error = [DatabaseUnavailable, RowMismatch, RowRefused] as const
/** Reading an account does what was due on it: leases that ended, resets, grants. */
export const creditAccount = {
  reads: ["credit_accounts", "credit_entries", "credit_reservations", "plans", "user_profiles", "subscriptions"],
  writes: ["credit_accounts", "credit_entries", "credit_reservations"]
} as const

/** What things cost, and what the caller has. */
export class CreditsApi extends HttpApiGroup.make("credits")
  .add(
    HttpApiEndpoint.get("pricing", "/credits/pricing", { success: Pricing, error })
      .annotate(Touches, { reads: ["plans", "prices"], writes: [] })
      .annotate(OpenApi.Summary, "What each action costs, what is free each month, and what each plan gives"),
    HttpApiEndpoint.get("balance", "/me/credits", { success: Balance, error })
      .annotate(Touches, creditAccount)
      .annotate(OpenApi.Summary, "What the caller has, what is held of it, and when the plan gives more"),
    HttpApiEndpoint.get("entries", "/me/credits/entries", {
      query: listQuery,
      success: Listing(Entry).annotate({ identifier: "CreditEntryList" }),
      error
    })
      .annotate(Touches, creditAccount)
      .annotate(
        OpenApi.Summary,
        "Every credit given and taken, latest first: what, when, why, about what, and the balance after it"
      ),
    HttpApiEndpoint.get("statement", "/me/credits/statements", { query: { month: Month }, success: Statement, error })
      .annotate(Touches, creditAccount)
      .annotate(
        OpenApi.Summary,
        "A calendar month in the caller's time zone: the balances at both ends, and the sums between them"
      ),
    HttpApiEndpoint.get("subscription", "/me/subscription", { success: SubscriptionView, error })
      .annotate(Touches, { reads: ["plans", "user_profiles", "subscriptions"], writes: [] })
      .annotate(OpenApi.Summary, "The caller's plan, and until when it is paid for")
  )
  .middleware(Authorization)
  .annotate(OpenApi.Description, "What things cost, and what the caller has. The rules are in docs/credits.md.")
{}

/** Says in the document what the answers of operations that can cost credits carry. */
export const describeCharges = (operation: OpenApi.OpenAPISpecOperation): OpenApi.OpenAPISpecOperation =>
  "402" in operation.responses && "200" in operation.responses
    ? { ...operation, responses: { ...operation.responses, 200: { ...operation.responses["200"], headers } } }
    : operation

const headers = {
  "X-Credits-Charged": {
    description: "Credits that this answer cost; absent while credits are off",
    required: false,
    schema: { type: "integer", minimum: 0, maximum: 1_000_000 }
  },
  "X-Credits-Remaining": {
    description: "Credits that can be spent after it; absent where nothing was to be charged",
    required: false,
    schema: { type: "integer", minimum: 0, maximum: Number.MAX_SAFE_INTEGER }
  }
}
