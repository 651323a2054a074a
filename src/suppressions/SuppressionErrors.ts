import { Schema } from "effect"
import * as HttpApiError from "effect/http-api/HttpApiError"
import { problemFields } from "../http/Problem.ts"

/** The account was erased on request: nothing of it is fetched, stored or shown. Nobody was asked and nothing charged. */
export class ProfileSuppressed extends HttpApiError.Problem<ProfileSuppressed>()("ProfileSuppressed", {
  type: "/problems/profile-suppressed",
  status: 451,
  title: "This profile is not available here"
}, { username: Schema.String, ...problemFields }) {
  static of(username: string) {
    return new ProfileSuppressed({
      username,
      detail:
        "Nothing of this account is fetched, stored or shown, on request. Nothing was charged; asking again changes nothing."
    })
  }
}

/** This installation has no key to remember erased creators with. */
export class ErasuresUnavailable extends HttpApiError.Problem<ErasuresUnavailable>()("ErasuresUnavailable", {
  type: "/problems/erasures-unavailable",
  status: 503,
  title: "Erasures are not set up here"
}, problemFields) {
  static readonly problem = new ErasuresUnavailable({
    detail: "Nothing was erased. The operator of this installation has to set SUPPRESSION_KEYS."
  })
}

/** No such erasure. */
export class ErasureNotFound extends HttpApiError.Problem<ErasureNotFound>()("ErasureNotFound", {
  type: "/problems/erasure-not-found",
  status: 404,
  title: "No such erasure"
}, problemFields) {
  static readonly problem = new ErasureNotFound({ detail: "There is no erasure of this id. GET /admin/erasures lists them." })
}

/** An answer of the vendor is about somebody who was erased: under this name, or by the account's id under another one. */
export class AnswerSuppressed extends Schema.TaggedError<AnswerSuppressed>()("AnswerSuppressed", {
  erasure_id: Schema.String
}) {}
