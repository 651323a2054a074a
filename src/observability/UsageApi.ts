import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as OpenApi from "effect/http-api/OpenApi"
import { Touches } from "../alignment/Touches.ts"
import { Authorization } from "../auth/Authorization.ts"
import { DatabaseUnavailable, RowMismatch, RowRefused } from "../database/DatabaseErrors.ts"
import { Usage } from "./ApiUsage.ts"

/** How much of the API the caller uses. */
export class UsageApi extends HttpApiGroup.make("usage")
  .add(
    HttpApiEndpoint.get("own", "/me/usage", { success: Usage, error: [DatabaseUnavailable, RowMismatch, RowRefused] })
      .annotate(Touches, { reads: ["api_usage"], writes: [] })
      .annotate(OpenApi.Summary, "The caller's calls of the last 30 days, by day and part of the API")
      .annotate(OpenApi.Description, "Counted in batches: the last seconds are not in it yet.")
  )
  .middleware(Authorization)
  .annotate(OpenApi.Description, "How much of the API the caller uses.")
{}
