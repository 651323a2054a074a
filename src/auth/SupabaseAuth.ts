import { Context, Effect, Layer, Option, Redacted, Schema } from "effect"
import { instantOf } from "../database/Instant.ts"
import { UserId } from "../users/UserId.ts"
import { AuthUnavailable } from "./AuthErrors.ts"
import type { Mailed, Session } from "./Credentials.ts"
import {
  CodeInvalid,
  EmailNotConfirmed,
  EmailRefused,
  InvalidCredentials,
  RefreshTokenInvalid,
  SignUpClosed,
  WeakPassword
} from "./SignInErrors.ts"
import { type Ask, connect, type Failing, overMailLimit, type SupabaseOptions } from "./SupabaseCalls.ts"

export interface SupabaseAuthOptions extends SupabaseOptions {
  readonly anonKey: Redacted.Redacted
  /** Without it users can be signed out, and not deleted. */
  readonly serviceRoleKey: Option.Option<Redacted.Redacted>
}

export interface EmailAndPassword {
  readonly email: string
  readonly password: Redacted.Redacted<string>
}

export type SignOutScope = "local" | "global" | "others"

/** Accounts and sessions at Supabase Auth. What is done for an address is the same whether or not somebody has it. */
export class SupabaseAuth extends Context.Service<SupabaseAuth, {
  signUp(given: EmailAndPassword): Effect.Effect<void, WeakPassword | EmailRefused | SignUpClosed | Failing>
  signIn(given: EmailAndPassword): Effect.Effect<Session, InvalidCredentials | EmailNotConfirmed | Failing>
  /** Exchanges a refresh token for the next tokens of its session. */
  refresh(token: Redacted.Redacted<string>): Effect.Effect<Session, RefreshTokenInvalid | Failing>
  /** Ends the token's session, all of its user's, or the others. One that has ended already is no error. */
  signOut(accessToken: string, scope: SignOutScope): Effect.Effect<void, Failing>
  sendConfirmation(email: string): Effect.Effect<void, Failing>
  sendRecovery(email: string): Effect.Effect<void, Failing>
  confirm(mailed: Mailed): Effect.Effect<Session, CodeInvalid | Failing>
  /** Sets a password by what was mailed, and ends the user's other sessions. */
  resetPassword(mailed: Mailed, next: Redacted.Redacted<string>): Effect.Effect<Session, CodeInvalid | WeakPassword | Failing>
  /** Signs in with the current password, sets another, and ends every other session. */
  changePassword(
    given: EmailAndPassword,
    next: Redacted.Redacted<string>
  ): Effect.Effect<Session, InvalidCredentials | EmailNotConfirmed | WeakPassword | Failing>
  /** Removes the user from the project. False without the service role's key: then nothing was done. */
  deleteUser(user: UserId): Effect.Effect<boolean, Failing>
}>()("analytics-following/auth/SupabaseAuth") {
  static readonly layer = (options: SupabaseAuthOptions) => Layer.sync(SupabaseAuth, () => make(options))
}

const make = (options: SupabaseAuthOptions): SupabaseAuth["Service"] => {
  const asAnyone = connect(options, options.anonKey)

  const endSession = (ask: Ask, accessToken: string, scope: SignOutScope) =>
    Effect.asVoid(ask("sign out", (auth) => auth.admin.signOut(accessToken, scope), {
      bad_jwt: done,
      user_not_found: done,
      AuthSessionMissingError: done
    }))

  const signUp = Effect.fn("SupabaseAuth.signUp")(function*({ email, password }: EmailAndPassword) {
    const ask = yield* asAnyone
    const begun = yield* ask("sign up", (auth) => auth.signUp({ email, password: Redacted.value(password) }), {
      user_already_exists: done,
      email_exists: done,
      [overMailLimit]: done,
      weak_password: WeakPassword.because,
      signup_disabled: () => SignUpClosed.problem,
      email_provider_disabled: () => SignUpClosed.problem,
      email_address_invalid: () => EmailRefused.problem,
      email_address_not_authorized: () => EmailRefused.problem,
      validation_failed: () => EmailRefused.problem
    })
    // Where addresses need no confirmation the answer is a session, which only a new address gets: nobody is told.
    if (begun?.session) yield* endSession(ask, begun.session.access_token, "local")
  })

  const enter = (ask: Ask, { email, password }: EmailAndPassword) =>
    Effect.flatMap(
      ask("sign in", (auth) => auth.signInWithPassword({ email, password: Redacted.value(password) }), {
        invalid_credentials: () => InvalidCredentials.problem,
        validation_failed: () => InvalidCredentials.problem,
        // Said before the password is looked at: whoever knows the address alone could find out.
        user_banned: () => InvalidCredentials.problem,
        email_not_confirmed: () => EmailNotConfirmed.problem
      }),
      issued
    )

  const redeem = (ask: Ask, mailed: Mailed, type: "recovery" | "email") =>
    Effect.flatMap(
      ask("verify a code", (auth) =>
        auth.verifyOtp(
          mailed.token_hash === undefined
            ? { type, email: mailed.email ?? "", token: mailed.code === undefined ? "" : Redacted.value(mailed.code) }
            : { type, token_hash: Redacted.value(mailed.token_hash) }
        ), {
        otp_expired: () => CodeInvalid.problem,
        validation_failed: () => CodeInvalid.problem,
        user_not_found: () => CodeInvalid.problem,
        user_banned: () => CodeInvalid.problem
      }),
      issued
    )

  /** Sets the password in the session that the client has just begun for it, and which ends with it when that fails. */
  const setPassword = Effect.fnUntraced(function*(ask: Ask, session: Session, next: Redacted.Redacted<string>) {
    yield* ask("set a password", (auth) => auth.updateUser({ password: Redacted.value(next) }), {
      weak_password: WeakPassword.because,
      same_password: () => WeakPassword.because(["same"]),
      validation_failed: () => WeakPassword.because(["length"])
    }).pipe(Effect.tapError(() => endSession(ask, session.access_token, "local")))
    return session
  })

  const mail = Effect.fnUntraced(function*(operation: string, call: Parameters<Ask>[1]) {
    const ask = yield* asAnyone
    // Only an address that somebody has can be mailed too often: told apart, it would say so.
    yield* ask(operation, call, { [overMailLimit]: done })
  })

  return {
    signUp,
    signIn: Effect.fn("SupabaseAuth.signIn")(function*(given) {
      return yield* enter(yield* asAnyone, given)
    }),
    refresh: Effect.fn("SupabaseAuth.refresh")(function*(token) {
      const ask = yield* asAnyone
      const answer = yield* ask("refresh", (auth) => auth.refreshSession({ refresh_token: Redacted.value(token) }), {
        refresh_token_not_found: () => RefreshTokenInvalid.because("unknown"),
        validation_failed: () => RefreshTokenInvalid.because("unknown"),
        user_not_found: () => RefreshTokenInvalid.because("unknown"),
        user_banned: () => RefreshTokenInvalid.because("unknown"),
        refresh_token_already_used: () => RefreshTokenInvalid.because("used"),
        session_expired: () => RefreshTokenInvalid.because("expired"),
        AuthSessionMissingError: () => RefreshTokenInvalid.because("expired")
      })
      return yield* issued(answer)
    }),
    signOut: Effect.fn("SupabaseAuth.signOut")(function*(accessToken, scope) {
      yield* endSession(yield* asAnyone, accessToken, scope)
    }),
    sendConfirmation: (email) => mail("mail a confirmation", (auth) => auth.resend({ type: "signup", email })),
    sendRecovery: (email) => mail("mail a recovery", (auth) => auth.resetPasswordForEmail(email)),
    confirm: Effect.fn("SupabaseAuth.confirm")(function*(mailed) {
      return yield* redeem(yield* asAnyone, mailed, "email")
    }),
    resetPassword: Effect.fn("SupabaseAuth.resetPassword")(function*(mailed, next) {
      const ask = yield* asAnyone
      return yield* setPassword(ask, yield* redeem(ask, mailed, "recovery"), next)
    }),
    changePassword: Effect.fn("SupabaseAuth.changePassword")(function*(given, next) {
      const ask = yield* asAnyone
      return yield* setPassword(ask, yield* enter(ask, given), next)
    }),
    deleteUser: Effect.fn("SupabaseAuth.deleteUser")(function*(user) {
      if (Option.isNone(options.serviceRoleKey)) return false
      const ask = yield* connect(options, options.serviceRoleKey.value)
      yield* ask("delete a user", (auth) => auth.admin.deleteUser(user), { user_not_found: done })
      return true
    })
  }
}

/** A refusal that leaves things as they were to become. */
const done = () => undefined

const issued = (answer: unknown): Effect.Effect<Session, AuthUnavailable> =>
  decodeIssued(answer).pipe(
    Effect.map(({ session: { access_token, expires_at, expires_in, refresh_token, user } }) => ({
      access_token,
      token_type: "bearer" as const,
      expires_in,
      expires_at: instantOf(expires_at * 1000),
      refresh_token,
      user: { id: user.id, email: user.email ? user.email : null }
    })),
    Effect.catchTag("SchemaError", () =>
      Effect.andThen(
        Effect.logWarning("Supabase Auth answered without a session"),
        Effect.fail(AuthUnavailable.after(5000))
      ))
  )

const decodeIssued = Schema.decodeUnknownEffect(Schema.Struct({
  session: Schema.Struct({
    access_token: Schema.NonEmptyString,
    refresh_token: Schema.NonEmptyString,
    expires_in: Schema.Int,
    expires_at: Schema.Int,
    user: Schema.Struct({ id: UserId, email: Schema.optionalKey(Schema.NullOr(Schema.String)) })
  })
}))
