import { Schema } from "effect"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as OpenApi from "effect/http-api/OpenApi"
import { Touches } from "../alignment/Touches.ts"
import { recorded } from "../audit/Recorded.ts"
import { AdminOnly } from "../auth/AdminOnly.ts"
import { Authorization } from "../auth/Authorization.ts"
import { DatabaseUnavailable, RowMismatch, RowRefused } from "../database/DatabaseErrors.ts"
import { InvalidRequest } from "../http/HttpErrors.ts"
import { Listing, listQuery } from "../http/Lists.ts"
import { name } from "../http/Text.ts"
import { UtcInstant } from "../http/UtcInstant.ts"
import { Repeats } from "../idempotency/IdempotencyApi.ts"
import { BulkJob } from "./BulkJob.ts"
import { JobNotFound } from "./JobErrors.ts"
import { Backlog, FetchOverview, JobOverview } from "./JobOverview.ts"

const uuid = Schema.String.check(Schema.isUUID()).annotate({ format: "uuid" })
const error = [DatabaseUnavailable, RowMismatch, RowRefused] as const

/** What administrators see of the work of everybody, and do to it. */
export class JobsAdminApi extends HttpApiGroup.make("jobs-admin")
  .add(
    HttpApiEndpoint.get("list", "/admin/jobs", {
      query: {
        ...listQuery,
        state: Schema.optionalKey(BulkJob.fields.state),
        user: Schema.optionalKey(uuid),
        created_before: Schema.optionalKey(UtcInstant)
      },
      success: Listing(JobOverview).annotate({ identifier: "JobOverviewList" }),
      error: [InvalidRequest, ...error]
    })
      .annotate(Touches, { reads: ["jobs", "job_items"], writes: recorded })
      .annotate(OpenApi.Summary, "Bulk jobs of all users, latest first"),
    HttpApiEndpoint.post("cancel", "/admin/jobs/:id/cancel", {
      params: { id: uuid },
      payload: Schema.Struct({
        reason: name(500).annotate({ description: "For the audit log; it is kept for ever, so name nobody" })
      }),
      success: JobOverview,
      error: [JobNotFound, ...error]
    })
      .annotate(Repeats, { how: "ignored", because: "A job that has ended stays as it is: once more is the same." })
      .annotate(Touches, {
        reads: ["jobs", "job_items", "profile_fetches", "profile_fetch_callers"],
        writes: ["jobs", "job_items", "profile_fetches", "profile_fetch_callers", ...recorded]
      })
      .annotate(OpenApi.Summary, "Cancel a user's bulk job")
      .annotate(OpenApi.Description, "As its owner would: what is done stays, nothing more is begun or charged."),
    HttpApiEndpoint.get("fetches", "/admin/fetches", {
      query: { limit: listQuery.limit },
      success: Schema.Struct({ data: Schema.Array(FetchOverview) }).annotate({ identifier: "FetchOverviewList" }),
      error
    })
      .annotate(Touches, { reads: ["profile_fetches", "profile_fetch_callers"], writes: [] })
      .annotate(OpenApi.Summary, "Fetches of profiles under way, the oldest first"),
    HttpApiEndpoint.get("backlog", "/admin/backlog", { success: Backlog, error })
      .annotate(Touches, { reads: ["jobs", "profile_fetches", "webhook_deliveries"], writes: [] })
      .annotate(OpenApi.Summary, "What waits and what is under way in all processes: how much, and since when")
  )
  .middleware(AdminOnly)
  .middleware(Authorization)
  .annotate(OpenApi.Description, "The work of everybody, for administrators.")
{}
