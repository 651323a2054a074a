import * as HttpApiError from "effect/http-api/HttpApiError"
import { problemFields } from "../http/Problem.ts"

/** No such job, or another user's. */
export class JobNotFound extends HttpApiError.Problem<JobNotFound>()("JobNotFound", {
  type: "/problems/job-not-found",
  status: 404,
  title: "No such job"
}, problemFields) {
  static readonly problem = new JobNotFound({
    detail: "The job of a look-up can be read for an hour after it ends, by those who asked for it. Look the profile up again."
  })
}
