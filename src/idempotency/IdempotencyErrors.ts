import { Schema } from "effect"
import * as HttpApiError from "effect/http-api/HttpApiError"
import { problemFields } from "../http/Problem.ts"

/** The request that this key was first sent with is under way. */
export class IdempotencyKeyInUse extends HttpApiError.Problem<IdempotencyKeyInUse>()("IdempotencyKeyInUse", {
  type: "/problems/idempotency-key-in-use",
  status: 409,
  title: "A request with this key is under way"
}, { retry_after: Schema.Int, ...problemFields }) {
  static after(millis: number): IdempotencyKeyInUse {
    return new IdempotencyKeyInUse({
      retry_after: Math.max(1, Math.ceil(millis / 1000)),
      detail:
        "Nothing was done a second time. Send the same request again after `retry_after` seconds: it gets the answer of the first."
    })
  }
}

/** The key was sent before, with another method, address or body. */
export class IdempotencyKeyReused extends HttpApiError.Problem<IdempotencyKeyReused>()("IdempotencyKeyReused", {
  type: "/problems/idempotency-key-reused",
  status: 422,
  title: "This key belongs to another request"
}, problemFields) {
  static readonly problem = new IdempotencyKeyReused({
    detail:
      "Nothing was done. Send a new Idempotency-Key with each new request; the same key only with the same method, address and body."
  })
}
