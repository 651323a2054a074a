import { Schema } from "effect"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import { Touches } from "../alignment/Touches.ts"
import { Authorization } from "../auth/Authorization.ts"
import { DatabaseUnavailable, RowMismatch, RowRefused } from "../database/DatabaseErrors.ts"
import { InvalidRequest } from "../http/HttpErrors.ts"
import { Listing, listQuery } from "../http/Lists.ts"
import { Idempotency } from "../idempotency/IdempotencyApi.ts"
import { AsksVendor } from "../ratelimits/LimitsApi.ts"
import { ProfileSuppressed } from "../suppressions/SuppressionErrors.ts"
import { BulkJobView, Job, JobItemView, NewJob } from "./Job.ts"
import { JobNotFound } from "./JobErrors.ts"

const params = { id: Schema.String }
const databaseErrors = [DatabaseUnavailable, RowMismatch, RowRefused] as const
const errors = [JobNotFound, ...databaseErrors] as const
const reading = { reads: ["jobs", "job_items", "profiles"], writes: [] } as const

/** Work that goes on after the request that asked for it. */
export class JobsApi extends HttpApiGroup.make("jobs")
  .add(
    HttpApiEndpoint.post("create", "/jobs", {
      payload: NewJob,
      success: BulkJobView.pipe(HttpApiSchema.status(202)),
      error: [InvalidRequest, ProfileSuppressed, ...databaseErrors]
    })
      .middleware(Idempotency)
      .annotate(AsksVendor, true)
      .annotate(Touches, { reads: ["jobs", "job_items", "suppressions"], writes: ["jobs", "job_items"] })
      .annotate(OpenApi.Summary, "Look many profiles up")
      .annotate(
        OpenApi.Description,
        "Each name is looked up as by `GET /profile/{username}`: fresh stored ones cost no call, each opens the caller's 30-day access and records a "
          + "search. Results can be read as they come (`items_href`), progress by asking again or as events (`events_href`)."
      ),
    HttpApiEndpoint.get("list", "/jobs", {
      query: listQuery,
      success: Listing(BulkJobView).annotate({ identifier: "JobList" }),
      error: databaseErrors
    })
      .annotate(Touches, reading)
      .annotate(OpenApi.Summary, "The caller's bulk jobs, latest first"),
    HttpApiEndpoint.get("get", "/jobs/:id", { params, success: [Job, BulkJobView], error: errors })
      .annotate(Touches, { reads: ["jobs", "job_items", "profile_fetches", "profile_fetch_callers"], writes: [] })
      .annotate(OpenApi.Summary, "A job: of many profiles, or of one that took longer than its request"),
    HttpApiEndpoint.delete("cancel", "/jobs/:id", { params, success: HttpApiSchema.NoContent, error: errors })
      .middleware(Idempotency)
      .annotate(Touches, {
        reads: ["jobs", "job_items", "profile_fetches", "profile_fetch_callers"],
        writes: ["jobs", "job_items", "profile_fetches", "profile_fetch_callers"]
      })
      .annotate(OpenApi.Summary, "Cancel a job")
      .annotate(
        OpenApi.Description,
        "What is done stays. A fetch that others wait for too goes on for them. The same answer for a job that has ended."
      ),
    HttpApiEndpoint.get("items", "/jobs/:id/items", {
      params,
      query: listQuery,
      success: Listing(JobItemView).annotate({ identifier: "JobItemList" }),
      error: errors
    })
      .annotate(Touches, reading)
      .annotate(OpenApi.Summary, "The names of a bulk job, with what has come of each so far"),
    HttpApiEndpoint.get("export", "/jobs/:id/export", {
      params,
      success: HttpApiSchema.StreamUint8Array({ contentType: "text/csv" }),
      error: errors
    })
      .annotate(Touches, reading)
      .annotate(OpenApi.Summary, "The same as CSV, safe to open in a spreadsheet"),
    HttpApiEndpoint.get("events", "/jobs/:id/events", {
      params,
      headers: {
        "last-event-id": Schema.optionalKey(
          Schema.String.check(Schema.isPattern(/^\d{1,9}$/)).annotate({
            description: "Goes on after this event"
          })
        )
      },
      success: HttpApiSchema.StreamUint8Array({ contentType: "text/event-stream" }),
      error: errors
    })
      .annotate(Touches, reading)
      .annotate(OpenApi.Summary, "What happens to a bulk job, as it happens")
      .annotate(
        OpenApi.Description,
        "Server-sent events: `item` for each name that ends (a JobItem), then `ended` (the BulkJob), after which the stream is over. Each "
          + "has an `id`; a client that lost the stream sends the last one as `Last-Event-ID` and misses nothing."
      )
  )
  .middleware(Authorization)
  .annotate(OpenApi.Description, "Jobs: bulk look-ups, and look-ups that took longer than their request.")
{}
