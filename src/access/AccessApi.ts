import { Schema } from "effect"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as OpenApi from "effect/http-api/OpenApi"
import { Touches } from "../alignment/Touches.ts"
import { Authorization } from "../auth/Authorization.ts"
import { DatabaseUnavailable, RowMismatch, RowRefused } from "../database/DatabaseErrors.ts"
import { Listing, listQuery } from "../http/Lists.ts"
import { wholeNumber } from "../http/QueryValues.ts"
import { UnlockedProfile } from "./UnlockedProfile.ts"

/** The caller's 30-day windows. */
export class AccessApi extends HttpApiGroup.make("access")
  .add(
    HttpApiEndpoint.get("list", "/me/access", {
      query: {
        ...listQuery,
        state: Schema.optionalKey(
          Schema.Literals(["active", "expired", "all"]).annotate({ description: "Default: active" })
        ),
        expiring_within_days: Schema.optionalKey(
          wholeNumber({ minimum: 1, maximum: 365 }, "Windows that end within so many days")
        )
      },
      success: Listing(UnlockedProfile).annotate({ identifier: "UnlockedList" }),
      error: [DatabaseUnavailable, RowMismatch, RowRefused]
    }).annotate(Touches, { reads: ["user_profile_access", "profiles"], writes: [] })
      .annotate(OpenApi.Summary, "Profiles the caller has unlocked, latest-ending first")
  )
  .middleware(Authorization)
  .annotate(OpenApi.Description, "Which profiles the caller may see, and until when.")
{}
