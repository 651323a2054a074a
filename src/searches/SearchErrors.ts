import * as HttpApiError from "effect/http-api/HttpApiError"
import { problemFields } from "../http/Problem.ts"

/** The user has no look-up of that id. */
export class SearchNotFound extends HttpApiError.Problem<SearchNotFound>()("SearchNotFound", {
  type: "/problems/search-not-found",
  status: 404,
  title: "No such look-up"
}, problemFields) {
  static readonly problem = new SearchNotFound({ detail: "Nothing was deleted. GET /me/searches lists what there is." })
}
