import { Schema } from "effect"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import { Touches } from "../../alignment/Touches.ts"
import { Authorization } from "../../auth/Authorization.ts"
import { DatabaseUnavailable, RowMismatch, RowRefused } from "../../database/DatabaseErrors.ts"
import { AccessRequired, InvalidUsername, ProfileNotFound } from "../../profiles/ProfileErrors.ts"
import { Report } from "./Report.ts"

/** A report that people look at. */
export class ReportApi extends HttpApiGroup.make("report")
  .add(
    HttpApiEndpoint.get("report", "/profile/:username/report", {
      params: { username: Schema.String },
      query: {
        format: Schema.optionalKey(Schema.Literals(["html", "json"]).annotate({ description: "Instead of the Accept header" }))
      },
      headers: {
        accept: Schema.optionalKey(
          Schema.String.annotate({ description: "application/json for the same as JSON; a page without" })
        ),
        "if-none-match": Schema.optionalKey(Schema.String)
      },
      success: [Report, Schema.String.pipe(HttpApiSchema.asText({ contentType: "text/html" }))],
      error: [InvalidUsername, ProfileNotFound, AccessRequired, DatabaseUnavailable, RowMismatch, RowRefused]
    })
      .annotate(Touches, {
        reads: [
          "profiles",
          "user_profile_access",
          "posts",
          "post_profiles",
          "profile_snapshots",
          "creator_metadata",
          "comment_sentiment",
          "audience_demographics",
          "vendor_answers"
        ],
        writes: ["creator_metadata"]
      })
      .annotate(OpenApi.Summary, "Everything known of an unlocked profile, as a page or as JSON")
      .annotate(
        OpenApi.Description,
        "A page of its own, with its charts in it: it needs no internet and no script, prints, and follows the reader's light or dark. Stored data only; it costs nothing."
      )
      .middleware(Authorization)
  )
  .annotate(OpenApi.Description, "A report that people look at.")
{}
