import { Schema } from "effect"
import * as HttpApiError from "effect/http-api/HttpApiError"
import * as Column from "../database/Column.ts"
import { problemFields } from "../http/Problem.ts"

/** Work that goes on after the request that asked for it. */
export const Job = Schema.Struct({
  id: Schema.String,
  type: Schema.Literal("profile_lookup"),
  status: Schema.Literals(["running", "succeeded", "failed"]),
  username: Schema.String,
  created_at: Column.Instant,
  finished_at: Schema.NullOr(Column.Instant),
  /** Where the job itself is. */
  href: Schema.String,
  /** Where the result is, once it has succeeded. */
  result_href: Schema.NullOr(Schema.String),
  /** The problem it ended with: its type, and a sentence that says what to do. */
  problem: Schema.NullOr(Schema.Struct({ type: Schema.String, title: Schema.String, detail: Schema.String }))
}).annotate({ identifier: "Job" })
export type Job = typeof Job.Type

/** No such job, or another user's. */
export class JobNotFound extends HttpApiError.Problem<JobNotFound>()("JobNotFound", {
  type: "/problems/job-not-found",
  status: 404,
  title: "No such job"
}, problemFields) {}
