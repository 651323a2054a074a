import { Schema } from "effect"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import { Touches } from "../alignment/Touches.ts"
import { recorded } from "../audit/Recorded.ts"
import { AdminOnly } from "../auth/AdminOnly.ts"
import { Authorization } from "../auth/Authorization.ts"
import { creditAccount } from "../credits/CreditsApi.ts"
import { DatabaseUnavailable, RowMismatch, RowRefused } from "../database/DatabaseErrors.ts"
import { InvalidRequest } from "../http/HttpErrors.ts"
import { Listing, listQuery } from "../http/Lists.ts"
import { Repeats } from "../idempotency/IdempotencyApi.ts"
import { InvalidUsername } from "../profiles/ProfileErrors.ts"
import { creatorTables } from "./CreatorData.ts"
import { ErasureDone, ErasureView, NewErasure } from "./ErasureView.ts"
import { ErasureNotFound, ErasuresUnavailable } from "./SuppressionErrors.ts"

const error = [DatabaseUnavailable, RowMismatch, RowRefused] as const

/** What administrators do when a creator, a person on Instagram, asks to be forgotten. */
export class ErasuresApi extends HttpApiGroup.make("erasures")
  .add(
    HttpApiEndpoint.post("erase", "/admin/erasures", {
      payload: NewErasure,
      success: ErasureDone,
      error: [InvalidRequest, InvalidUsername, ErasuresUnavailable, ...error]
    })
      .annotate(Repeats, { how: "ignored", because: "It says who is to be gone: once more takes what is there by then." })
      .annotate(Touches, {
        reads: [...creatorTables, "profile_fetch_callers", "jobs", "suppressions", ...creditAccount.reads],
        writes: [
          ...creatorTables,
          "profile_fetch_callers",
          "jobs",
          "suppressions",
          "vendor_absences",
          ...creditAccount.writes,
          ...recorded
        ]
      })
      .annotate(OpenApi.Summary, "Erase a creator and keep them from coming back")
      .annotate(
        OpenApi.Description,
        "All that is kept under the name and the id goes in one transaction; what the stored answers of others say of them follows within minutes. "
          + "Of the creator keyed hashes stay, by which every way in refuses them from now on. Once more does the same again."
      ),
    HttpApiEndpoint.get("list", "/admin/erasures", {
      query: {
        ...listQuery,
        username: Schema.optionalKey(
          Schema.String.check(Schema.isMaxLength(200)).annotate({
            description: "Only the erasure of this name: how one that is to be lifted is found"
          })
        )
      },
      success: Listing(ErasureView).annotate({ identifier: "ErasureList" }),
      error: [InvalidRequest, InvalidUsername, ...error]
    })
      .annotate(Touches, { reads: ["suppressions"], writes: [] })
      .annotate(OpenApi.Summary, "Erasures of creators, latest first; without names, for none are kept"),
    HttpApiEndpoint.delete("lift", "/admin/erasures/:id", {
      params: { id: Schema.String.check(Schema.isUUID()).annotate({ format: "uuid" }) },
      success: HttpApiSchema.NoContent,
      error: [ErasureNotFound, ...error]
    })
      .annotate(Repeats, { how: "ignored", because: "It says what is to be gone: once more finds nothing." })
      .annotate(Touches, { reads: ["suppressions"], writes: ["suppressions", ...recorded] })
      .annotate(OpenApi.Summary, "Lift an erasure: the creator may be looked up again")
  )
  .middleware(AdminOnly)
  .middleware(Authorization)
  .annotate(OpenApi.Description, "Erasure of creators on request, for administrators.")
{}
