import * as HttpApiError from "effect/http-api/HttpApiError"
import { problemFields } from "../http/Problem.ts"

/** Administrators change the standing of others, never their own. */
export class OwnStanding extends HttpApiError.Problem<OwnStanding>()("OwnStanding", {
  type: "/problems/own-standing",
  status: 409,
  title: "Nobody changes their own role or status"
}, problemFields) {
  static readonly problem = new OwnStanding({ detail: "Ask another administrator. scripts/grant-admin.ts makes one." })
}
