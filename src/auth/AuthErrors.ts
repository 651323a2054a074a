import { Effect, Schema } from "effect"
import * as HttpApiError from "effect/http-api/HttpApiError"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as HttpServerRespondable from "effect/http/HttpServerRespondable"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { problemFields } from "../http/Problem.ts"

/** Nobody is signed in. Says whether a token is missing, expired or otherwise invalid, and never which check an invalid one failed. */
export class Unauthorized extends HttpApiError.Problem<Unauthorized>()("Unauthorized", {
  type: "/problems/unauthorized",
  status: 401,
  title: "Sign in to use this"
}, {
  reason: Schema.Literals(["missing", "invalid", "expired"]),
  ...problemFields
}) {
  static because(reason: Unauthorized["reason"]): Unauthorized {
    return new Unauthorized({ reason, detail: unauthorizedDetails[reason] })
  }

  /** The `WWW-Authenticate` value, as RFC 6750 section 3 writes it: no error code when no token was sent. */
  get challenge(): string {
    return challenges[this.reason]
  }

  override [HttpServerRespondable.symbol]() {
    return Effect.map(
      super[HttpServerRespondable.symbol](),
      HttpServerResponse.setHeader("www-authenticate", this.challenge)
    )
  }
}

/**
 * `Unauthorized` as an endpoint answers it, its challenge declared. An endpoint can declare no other 401 problem beside it: one
 * status with one media type is told apart by nothing else once headers differ.
 */
export const UnauthorizedResponse = Unauthorized.pipe(HttpApiSchema.encodeToWithHeaders({
  body: Unauthorized,
  headers: { "www-authenticate": Schema.String }
}, {
  decode: ({ body }) => body,
  encode: (error) => ({ body: error, headers: { "www-authenticate": error.challenge } })
}))

/** An administrator suspended the account. */
export class AccountSuspended extends HttpApiError.Problem<AccountSuspended>()("AccountSuspended", {
  type: "/problems/account-suspended",
  status: 403,
  title: "This account is suspended"
}, problemFields) {}

/** The account is banned until `banned_until`. */
export class AccountBanned extends HttpApiError.Problem<AccountBanned>()("AccountBanned", {
  type: "/problems/account-banned",
  status: 403,
  title: "This account is banned"
}, {
  banned_until: Schema.String,
  ...problemFields
}) {}

/** Supabase lets visitors in without an identity; there is nobody whom anything here could belong to. */
export class AnonymousAccount extends HttpApiError.Problem<AnonymousAccount>()("AnonymousAccount", {
  type: "/problems/anonymous-account",
  status: 403,
  title: "Sign up to use this"
}, problemFields) {
  static readonly problem = new AnonymousAccount({
    detail: "This session has no e-mail address and no phone number behind it. Sign up with POST /auth/register."
  })
}

/** The address is for administrators. */
export class AdminRequired extends HttpApiError.Problem<AdminRequired>()("AdminRequired", {
  type: "/problems/admin-required",
  status: 403,
  title: "This is for administrators"
}, problemFields) {
  static readonly problem = new AdminRequired({ detail: "Ask an administrator to do it, or to give you the role." })
}

/** Who is calling cannot be established at the moment: the signing keys or the account cannot be read. Nobody is let in meanwhile. */
export class AuthUnavailable extends HttpApiError.Problem<AuthUnavailable>()("AuthUnavailable", {
  type: "/problems/auth-unavailable",
  status: 503,
  title: "Sign-in cannot be checked at the moment"
}, {
  /** Whole seconds, at least 1. */
  retry_after: Schema.Int,
  ...problemFields
}) {
  static after(millis: number): AuthUnavailable {
    return new AuthUnavailable({
      retry_after: Math.max(1, Math.ceil(millis / 1000)),
      detail: "Nothing was done. Repeat the request after `retry_after` seconds; the token need not be renewed."
    })
  }

  override [HttpServerRespondable.symbol]() {
    return Effect.map(
      super[HttpServerRespondable.symbol](),
      HttpServerResponse.setHeader("retry-after", String(this.retry_after))
    )
  }
}

/** The API key may not do this. `required` is the scope that it would need; null: no key may, a person has to sign in. */
export class ApiKeyNotAllowed extends HttpApiError.Problem<ApiKeyNotAllowed>()("ApiKeyNotAllowed", {
  type: "/problems/api-key-not-allowed",
  status: 403,
  title: "This API key may not do this"
}, {
  required: Schema.NullOr(Schema.String),
  ...problemFields
}) {}

export type AuthError = ApiKeyNotAllowed | Unauthorized | AccountSuspended | AccountBanned | AnonymousAccount | AuthUnavailable

/** A token was refused. `check` names what failed, for the operator's log; it is never answered. */
export class InvalidToken extends Schema.TaggedError<InvalidToken>()("InvalidToken", {
  reason: Schema.Literals(["invalid", "expired"]),
  check: Schema.String
}) {}

const unauthorizedDetails = {
  missing: "Send an access token: `Authorization: Bearer <token>`. POST /auth/login gives one.",
  invalid: "The access token is not valid here. Sign in again with POST /auth/login.",
  expired: "The access token has expired. Renew it with POST /auth/refresh, then repeat the request."
}

const challenges = {
  missing: "Bearer realm=\"analytics-following\"",
  invalid: "Bearer realm=\"analytics-following\", error=\"invalid_token\", error_description=\"The access token is invalid\"",
  expired: "Bearer realm=\"analytics-following\", error=\"invalid_token\", error_description=\"The access token expired\""
}
