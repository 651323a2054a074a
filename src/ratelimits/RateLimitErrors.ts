import { Schema } from "effect"
import * as HttpApiError from "effect/http-api/HttpApiError"
import { problemFields } from "../http/Problem.ts"

/** The caller has used what a policy gives for this window. */
export class TooManyRequests extends HttpApiError.Problem<TooManyRequests>()("TooManyRequests", {
  type: "/problems/too-many-requests",
  status: 429,
  title: "Too many requests"
}, {
  policy: Schema.String,
  limit: Schema.Int,
  retry_after: Schema.Int,
  ...problemFields
}) {}
