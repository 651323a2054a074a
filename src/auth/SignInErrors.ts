import { Schema } from "effect"
import * as HttpApiError from "effect/http-api/HttpApiError"
import { problemFields } from "../http/Problem.ts"

/** Address and password do not belong together. The same for an unknown address, a wrong password and a banned account. */
export class InvalidCredentials extends HttpApiError.Problem<InvalidCredentials>()("InvalidCredentials", {
  type: "/problems/invalid-credentials",
  status: 401,
  title: "Address or password is wrong"
}, problemFields) {
  static readonly problem = new InvalidCredentials({
    detail:
      "Check both and try again. POST /auth/password/forgot mails a code for a new password; a closed account cannot sign in."
  })
}

/** The password is right, and the address has not been confirmed yet. */
export class EmailNotConfirmed extends HttpApiError.Problem<EmailNotConfirmed>()("EmailNotConfirmed", {
  type: "/problems/email-not-confirmed",
  status: 403,
  title: "Confirm your e-mail address first"
}, problemFields) {
  static readonly problem = new EmailNotConfirmed({
    detail: "Follow the link in the mail or send its code to POST /auth/email/confirm. POST /auth/email/resend mails another one."
  })
}

/** The project does not take this password. */
export class WeakPassword extends HttpApiError.Problem<WeakPassword>()("WeakPassword", {
  type: "/problems/weak-password",
  status: 422,
  title: "This password cannot be taken"
}, {
  /** `length`, `characters` (kinds that are missing), `pwned` (known from a leak), `same` (the one in use). */
  reasons: Schema.Array(Schema.String),
  ...problemFields
}) {
  static because(reasons: ReadonlyArray<string>): WeakPassword {
    return new WeakPassword({ reasons, detail: "Choose another password; `reasons` says what is wrong with this one." })
  }
}

/** The project does not take this address. Says nothing of whether anybody has it. */
export class EmailRefused extends HttpApiError.Problem<EmailRefused>()("EmailRefused", {
  type: "/problems/email-refused",
  status: 422,
  title: "This e-mail address cannot be taken"
}, problemFields) {
  static readonly problem = new EmailRefused({ detail: "Use another address: no mail can be sent to this one." })
}

export class SignUpClosed extends HttpApiError.Problem<SignUpClosed>()("SignUpClosed", {
  type: "/problems/sign-up-closed",
  status: 403,
  title: "New accounts are by invitation"
}, problemFields) {
  static readonly problem = new SignUpClosed({ detail: "Ask the operator of this service for an account." })
}

/** The session does not go on. `used`: the token had been exchanged before, so that a copy may be in other hands; its session is over. */
export class RefreshTokenInvalid extends HttpApiError.Problem<RefreshTokenInvalid>()("RefreshTokenInvalid", {
  type: "/problems/refresh-token-invalid",
  status: 401,
  title: "This session has ended"
}, {
  reason: Schema.Literals(["unknown", "used", "expired"]),
  ...problemFields
}) {
  static because(reason: RefreshTokenInvalid["reason"]): RefreshTokenInvalid {
    return new RefreshTokenInvalid({
      reason,
      detail: "Sign in again with POST /auth/login. Each refresh gives a new refresh token: keep the latest only."
    })
  }
}

/** A mailed code or link that is wrong, too old, or has been used. */
export class CodeInvalid extends HttpApiError.Problem<CodeInvalid>()("CodeInvalid", {
  type: "/problems/code-invalid",
  status: 422,
  title: "This code is wrong or too old"
}, problemFields) {
  static readonly problem = new CodeInvalid({
    detail: "A code is good once and for a short time. Ask for a new one: POST /auth/password/forgot or /auth/email/resend."
  })
}

/** Supabase Auth counts sign-ins, refreshes and mails, and had enough of them. */
export class AuthRateLimited extends HttpApiError.Problem<AuthRateLimited>()("AuthRateLimited", {
  type: "/problems/auth-rate-limited",
  status: 429,
  title: "Too many attempts"
}, {
  /** Whole seconds, at least 1. */
  retry_after: Schema.Int,
  ...problemFields
}) {}

/** What was to be confirmed by the password was not. */
export class WrongPassword extends HttpApiError.Problem<WrongPassword>()("WrongPassword", {
  type: "/problems/wrong-password",
  status: 403,
  title: "This is not your password"
}, problemFields) {
  static readonly problem = new WrongPassword({ detail: "Nothing was changed. Send the password that you sign in with." })
}

/** What cannot be undone needs the password, or a sign-in that is a few minutes old at most. */
export class ConfirmationRequired extends HttpApiError.Problem<ConfirmationRequired>()("ConfirmationRequired", {
  type: "/problems/confirmation-required",
  status: 403,
  title: "Confirm that it is you"
}, problemFields) {
  static readonly problem = new ConfirmationRequired({
    detail: "Nothing was changed. Send `password`, or sign in again and repeat the request within five minutes."
  })
}
