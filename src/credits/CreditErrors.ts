import { Effect, Schema } from "effect"
import * as HttpApiError from "effect/http-api/HttpApiError"
import { problemFields } from "../http/Problem.ts"
import { Action } from "./CreditReservation.ts"

/** The account has not enough for what was asked. Nothing was done and nothing charged. */
export class CreditsRequired extends HttpApiError.Problem<CreditsRequired>()("CreditsRequired", {
  type: "/problems/credits-required",
  status: 402,
  title: "This needs more credits"
}, {
  action: Action,
  /** Credits that the request costs. */
  required: Schema.Int,
  /** Credits that can be spent: the balance without what other requests hold. */
  balance: Schema.Int,
  /** When the plan gives credits again. */
  next_grant_at: Schema.String,
  pricing: Schema.String,
  ...problemFields
}) {}

/** A correction would take more than there is. Nothing was done. */
export class CreditsShort extends HttpApiError.Problem<CreditsShort>()("CreditsShort", {
  type: "/problems/credits-short",
  status: 422,
  title: "The account does not have that many credits"
}, { balance: Schema.Int, ...problemFields }) {}

/** There is no such user. */
export class UserUnknown extends HttpApiError.Problem<UserUnknown>()("UserUnknown", {
  type: "/problems/user-unknown",
  status: 404,
  title: "No such user"
}, problemFields) {
  static readonly problem = new UserUnknown({ detail: "Nobody has this id. Take it from `GET /me` of the user." })
}

/** For whoever has been let in: an account that is not there was deleted in between, which no answer is for. */
export const userIsThere = <A, E, R>(effect: Effect.Effect<A, E | UserUnknown, R>) =>
  Effect.catchIf(effect, (error): error is UserUnknown => error instanceof UserUnknown, Effect.die)

/** The charge that is to be given back is none, or not this user's. */
export class NotCharged extends HttpApiError.Problem<NotCharged>()("NotCharged", {
  type: "/problems/not-charged",
  status: 404,
  title: "Nothing was charged for this"
}, problemFields) {
  static readonly problem = new NotCharged({
    detail: "Nothing was changed. Name a charge of this user by the `id` of its entry, as `GET /me/credits/entries` has it."
  })
}
