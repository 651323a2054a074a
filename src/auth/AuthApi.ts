import { Schema } from "effect"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import { Touches } from "../alignment/Touches.ts"
import { recorded } from "../audit/Recorded.ts"
import { answersSecret, Repeats, repeatsAlike } from "../idempotency/IdempotencyApi.ts"
import { SignInLimits } from "../ratelimits/LimitsApi.ts"
import { AccountBanned, AccountSuspended, AnonymousAccount, AuthUnavailable } from "./AuthErrors.ts"
import { Authorization } from "./Authorization.ts"
import { Email, isMailed, mailed, NewPassword, Password, RefreshToken, Session } from "./Credentials.ts"
import {
  AuthRateLimited,
  CodeInvalid,
  EmailNotConfirmed,
  EmailRefused,
  InvalidCredentials,
  RefreshTokenInvalid,
  SignUpClosed,
  WeakPassword
} from "./SignInErrors.ts"

/** The same whether or not somebody has the address. */
export const Asked = Schema.Struct({ status: Schema.Literal("asked"), next: Schema.String }).annotate({ identifier: "Asked" })
const Accepted = Asked.pipe(HttpApiSchema.status(202))

const failing = [AuthRateLimited, AuthUnavailable] as const
const admitting = [AccountSuspended, AccountBanned, AnonymousAccount, ...failing] as const
const account = { reads: ["auth_users", "user_profiles"], writes: ["auth_users", "user_profiles", ...recorded] } as const
const nothing = { reads: [], writes: [] } as const

/** Signing up, in and out. Everything is done by Supabase Auth; this service keeps no password and no session. */
export class AuthApi extends HttpApiGroup.make("auth")
  .add(
    HttpApiEndpoint.post("register", "/auth/register", {
      payload: Schema.Struct({ email: Email, password: NewPassword }),
      success: Accepted,
      error: [WeakPassword, EmailRefused, SignUpClosed, ...failing]
    })
      .middleware(SignInLimits)
      .annotate(Repeats, repeatsAlike)
      .annotate(Touches, nothing)
      .annotate(OpenApi.Summary, "Sign up")
      .annotate(
        OpenApi.Description,
        "The same answer for a new address and for one that is taken. A new one gets a mail with a code, where the project asks for "
          + "confirmation; then POST /auth/login gives the tokens."
      ),
    HttpApiEndpoint.post("confirm", "/auth/email/confirm", {
      payload: Schema.Struct(mailed).check(isMailed),
      success: Session,
      error: [CodeInvalid, ...admitting]
    })
      .middleware(SignInLimits)
      .annotate(Repeats, answersSecret)
      .annotate(Touches, account)
      .annotate(OpenApi.Summary, "Confirm the address by what was mailed, and sign in"),
    HttpApiEndpoint.post("resend", "/auth/email/resend", {
      payload: Schema.Struct({ email: Email }),
      success: Accepted,
      error: failing
    })
      .middleware(SignInLimits)
      .annotate(Repeats, repeatsAlike)
      .annotate(Touches, nothing)
      .annotate(OpenApi.Summary, "Mail the confirmation again; the same answer for every address"),
    HttpApiEndpoint.post("login", "/auth/login", {
      payload: Schema.Struct({ email: Email, password: Password }),
      success: Session,
      error: [InvalidCredentials, EmailNotConfirmed, ...admitting]
    })
      .middleware(SignInLimits)
      .annotate(Repeats, answersSecret)
      .annotate(Touches, account)
      .annotate(OpenApi.Summary, "Sign in"),
    HttpApiEndpoint.post("refresh", "/auth/refresh", {
      payload: Schema.Struct({ refresh_token: RefreshToken }),
      success: Session,
      error: [RefreshTokenInvalid, ...failing]
    })
      .annotate(Repeats, answersSecret)
      .annotate(Touches, nothing)
      .annotate(OpenApi.Summary, "Exchange the refresh token for the next tokens of its session")
      .annotate(
        OpenApi.Description,
        "Each answer holds a new refresh token, and the one before is good for a few seconds more, for a client that missed the answer. "
          + "Shown later it ends the session."
      ),
    HttpApiEndpoint.post("logout", "/auth/logout", {
      payload: [
        Schema.Struct({
          scope: Schema.optionalKey(
            Schema.Literals(["local", "global", "others"]).annotate({
              description: "This session (the default), all sessions of the user, or all but this one"
            })
          )
        }),
        Schema.Null
      ],
      success: HttpApiSchema.NoContent,
      error: AuthRateLimited
    })
      .annotate(Repeats, repeatsAlike)
      .middleware(Authorization)
      .annotate(Touches, nothing)
      .annotate(OpenApi.Summary, "Sign out: the tokens of the session are refused from then on"),
    HttpApiEndpoint.post("forgot", "/auth/password/forgot", {
      payload: Schema.Struct({ email: Email }),
      success: Accepted,
      error: failing
    })
      .middleware(SignInLimits)
      .annotate(Repeats, repeatsAlike)
      .annotate(Touches, nothing)
      .annotate(OpenApi.Summary, "Mail a code for a new password; the same answer for every address"),
    HttpApiEndpoint.post("reset", "/auth/password/reset", {
      payload: Schema.Struct({ ...mailed, password: NewPassword }).check(isMailed),
      success: Session,
      error: [CodeInvalid, WeakPassword, ...admitting]
    })
      .middleware(SignInLimits)
      .annotate(Repeats, answersSecret)
      .annotate(Touches, account)
      .annotate(OpenApi.Summary, "Set a password by what was mailed, and sign in; every other session ends")
      .annotate(OpenApi.Description, "The code is used up even where the password is refused: then ask for another one.")
  )
  .annotate(OpenApi.Description, "Signing up, in and out, by Supabase Auth. No sign-in, but for signing out.")
{}
