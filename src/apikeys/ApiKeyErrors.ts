import { Schema } from "effect"
import * as HttpApiError from "effect/http-api/HttpApiError"
import { problemFields } from "../http/Problem.ts"

/** The caller has no such key. */
export class ApiKeyNotFound extends HttpApiError.Problem<ApiKeyNotFound>()("ApiKeyNotFound", {
  type: "/problems/api-key-not-found",
  status: 404,
  title: "No such API key"
}, problemFields) {
  static readonly problem = new ApiKeyNotFound({ detail: "You have no key of this id. GET /me/api-keys lists yours." })
}

/** The caller has as many usable keys as there may be. */
export class TooManyApiKeys extends HttpApiError.Problem<TooManyApiKeys>()("TooManyApiKeys", {
  type: "/problems/too-many-api-keys",
  status: 409,
  title: "You have as many API keys as there may be"
}, { limit: Schema.Int, ...problemFields }) {}

/** The key is revoked or has expired, and cannot be changed or rotated. */
export class ApiKeyEnded extends HttpApiError.Problem<ApiKeyEnded>()("ApiKeyEnded", {
  type: "/problems/api-key-ended",
  status: 409,
  title: "This API key has ended"
}, problemFields) {
  static readonly problem = new ApiKeyEnded({
    detail: "It was revoked or has expired, which is for good. Make a new one with POST /me/api-keys."
  })
}
