import * as HttpApiError from "effect/http-api/HttpApiError"
import { problemFields } from "../http/Problem.ts"

/** The address was not made by this server. */
export class CallbackUnknown extends HttpApiError.Problem<CallbackUnknown>()("CallbackUnknown", {
  type: "/problems/callback-unknown",
  status: 404,
  title: "No such callback"
}, problemFields) {}
