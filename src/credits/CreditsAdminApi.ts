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
import { CreditsShort, NotCharged, UserUnknown } from "./CreditErrors.ts"
import { creditAccount } from "./CreditsApi.ts"
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

/** A charge that is given back. */
export const CreditRefund = Schema.Struct({
  entry: Schema.String.check(Schema.isUUID()).annotate({ format: "uuid", description: "The `id` of the charge's entry" }),
  reason: name(500).annotate({ description: "Shown to the user" })
}).annotate({ identifier: "CreditRefund" })

const params = { id: Schema.String.check(Schema.isUUID()).annotate({ format: "uuid" }) }
const touches = {
  reads: creditAccount.reads,
  writes: [...creditAccount.writes, ...recorded]
} as const

/** What administrators do to users' credits. */
export class CreditsAdminApi extends HttpApiGroup.make("credits-admin")
  .add(
    HttpApiEndpoint.post("adjust", "/admin/users/:id/credits", {
      params,
      payload: CreditCorrection,
      success: Entry,
      error: [UserUnknown, CreditsShort, DatabaseUnavailable, RowMismatch, RowRefused]
    })
      .annotate(Touches, touches)
      .annotate(Repeats, { how: "ignored", because: "The correction is named by its reference: once more does nothing." })
      .annotate(OpenApi.Summary, "Add credits to a user's account or take some, with the reason"),
    HttpApiEndpoint.post("refund", "/admin/users/:id/credits/refunds", {
      params,
      payload: CreditRefund,
      success: Entry,
      error: [UserUnknown, NotCharged, DatabaseUnavailable, RowMismatch, RowRefused]
    })
      .annotate(Touches, touches)
      .annotate(Repeats, { how: "ignored", because: "A charge is given back once: once more does nothing." })
      .annotate(OpenApi.Summary, "Give a charge back, with the reason")
      .annotate(OpenApi.Description, "What comes back never expires. A window that was paid for stays open.")
  )
  .middleware(AdminOnly)
  .middleware(Authorization)
  .annotate(OpenApi.Description, "What administrators do to users' credits.")
{}
