import { Schema } from "effect"
import * as HttpApiError from "effect/http-api/HttpApiError"
import * as HttpApiMiddleware from "effect/http-api/HttpApiMiddleware"
import { problemFields } from "./Problem.ts"

/** The request does not have the form the endpoint declares. `errors` names each wrong field, never its value. */
export class InvalidRequest extends HttpApiError.Problem<InvalidRequest>()("InvalidRequest", {
  type: "/problems/invalid-request",
  status: 400,
  title: "The request is not valid"
}, {
  errors: Schema.Array(
    Schema.Struct({ path: Schema.Array(Schema.Union([Schema.String, Schema.Finite])), message: Schema.String })
  ),
  ...problemFields
}) {
  static of(errors: InvalidRequest["errors"]): InvalidRequest {
    return new InvalidRequest({
      detail: "Correct the fields named in `errors` and send the request again; nothing was done.",
      errors
    })
  }
}

export class RouteNotFound extends HttpApiError.Problem<RouteNotFound>()("RouteNotFound", {
  type: "/problems/route-not-found",
  status: 404,
  title: "No such address"
}, problemFields) {}

export class MethodNotAllowed extends HttpApiError.Problem<MethodNotAllowed>()("MethodNotAllowed", {
  type: "/problems/method-not-allowed",
  status: 405,
  title: "This address does not take that method"
}, { allow: Schema.Array(Schema.String), ...problemFields }) {}

export class PayloadTooLarge extends HttpApiError.Problem<PayloadTooLarge>()("PayloadTooLarge", {
  type: "/problems/payload-too-large",
  status: 413,
  title: "The request body is too large"
}, problemFields) {}

export class UnsupportedMediaType extends HttpApiError.Problem<UnsupportedMediaType>()("UnsupportedMediaType", {
  type: "/problems/unsupported-media-type",
  status: 415,
  title: "This endpoint takes application/json"
}, problemFields) {}

/** What arrived is no HTTP request that could be served. */
export class MalformedRequest extends HttpApiError.Problem<MalformedRequest>()("MalformedRequest", {
  type: "/problems/malformed-request",
  status: 400,
  title: "This is not an HTTP request"
}, problemFields) {}

/** The process ends before the answer was ready. */
export class ServerStopping extends HttpApiError.Problem<ServerStopping>()("ServerStopping", {
  type: "/problems/server-stopping",
  status: 503,
  title: "The server is being stopped"
}, { retry_after: Schema.Int, ...problemFields }) {}

/** Something of ours broke. The request id is the reference under which the log has the cause; nothing of it is answered. */
export class InternalError extends HttpApiError.Problem<InternalError>()("InternalError", {
  type: "/problems/internal-error",
  status: 500,
  title: "Something went wrong on our side"
}, problemFields) {}

/** Turns a request that does not decode into an `InvalidRequest`; on the whole API. */
export class RequestValidation
  extends HttpApiMiddleware.Service<RequestValidation>()("analytics-following/http/RequestValidation", {
    error: InvalidRequest
  })
{}
