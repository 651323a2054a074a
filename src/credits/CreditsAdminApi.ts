import { Schema } from "effect"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as OpenApi from "effect/http-api/OpenApi"
import { Touches } from "../alignment/Touches.ts"
import { recorded } from "../audit/Recorded.ts"
import { AdminOnly } from "../auth/AdminOnly.ts"
import { Authorization } from "../auth/Authorization.ts"
import { DatabaseUnavailable, RowMismatch, RowRefused } from "../database/DatabaseErrors.ts"
import { name } from "../http/Text.ts"
import { Repeats } from "../idempotency/IdempotencyApi.ts"
import { CreditsShort, UserUnknown } from "./CreditErrors.ts"
import { Entry } from "./Statement.ts"

/** A correction by an administrator. */
export const CreditCorrection = Schema.Struct({
  credits: Schema.Int.check(
    Schema.isBetween({ minimum: -1_000_000_000, maximum: 1_000_000_000 }),
    Schema.makeFilter((credits: number) => credits !== 0 || "Expected another number than 0")
  ).annotate({ description: "Positive: added, and never expires; negative: taken, never below what is held" }),
  reason: name(500).annotate({ description: "Shown to the user" }),
  reference: name(200).annotate({ description: "Names the correction, such as a ticket: the same one twice is entered once" })
}).annotate({ identifier: "CreditCorrection" })

/** What administrators do to users' credits. */
export class CreditsAdminApi extends HttpApiGroup.make("credits-admin")
  .add(
    HttpApiEndpoint.post("adjust", "/admin/users/:id/credits", {
      params: { id: Schema.String.check(Schema.isUUID()).annotate({ format: "uuid" }) },
      payload: CreditCorrection,
      success: Entry,
      error: [UserUnknown, CreditsShort, DatabaseUnavailable, RowMismatch, RowRefused]
    })
      .annotate(Touches, {
        reads: ["credit_accounts", "credit_entries", "credit_reservations", "plans", "user_profiles", "subscriptions"],
        writes: ["credit_accounts", "credit_entries", "credit_reservations", ...recorded]
      })
      .annotate(Repeats, { how: "ignored", because: "The correction is named by its reference: once more does nothing." })
      .annotate(OpenApi.Summary, "Add credits to a user's account or take some, with the reason")
  )
  .middleware(AdminOnly)
  .middleware(Authorization)
  .annotate(OpenApi.Description, "What administrators do to users' credits.")
{}
