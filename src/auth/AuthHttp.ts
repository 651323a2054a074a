import { Effect } from "effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as Headers from "effect/http/Headers"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import { Audit } from "../audit/Audit.ts"
import { Transaction } from "../database/Transaction.ts"
import { Api } from "../http/Api.ts"
import type { UserId } from "../users/UserId.ts"
import { Accounts } from "./Accounts.ts"
import { Authenticator, bearerToken } from "./Authenticator.ts"
import { AuthUnavailable } from "./AuthErrors.ts"
import type { Session } from "./Credentials.ts"
import { CurrentUser } from "./CurrentUser.ts"
import { CodeInvalid, InvalidCredentials } from "./SignInErrors.ts"
import { SupabaseAuth } from "./SupabaseAuth.ts"

/** Handlers of `/auth`. */
export const layer = HttpApiBuilder.group(
  Api,
  "auth",
  Effect.fn(function*(handlers) {
    const supabase = yield* SupabaseAuth
    const authenticator = yield* Authenticator
    const accounts = yield* Accounts
    const audit = yield* Audit
    const transaction = yield* Transaction

    const by = (user: UserId) => ({ actor: user, subject: { type: "user", user } }) as const

    const signedIn = (user: UserId) =>
      Effect.catch(
        transaction.run(Effect.andThen(accounts.recordSignIn(user), audit.record({ action: "session.begin", ...by(user) }))),
        () => Effect.fail(AuthUnavailable.after(2000))
      )

    /** Hands tokens out to those alone whom they will let in; a session that is of no use ends at once. */
    const admit = <E>(session: Session, otherwise: E) =>
      authenticator.authenticate(Headers.fromInput({ authorization: `Bearer ${session.access_token}` }), null).pipe(
        Effect.catchTag("Unauthorized", ({ reason }) =>
          Effect.andThen(
            Effect.logWarning("A session of Supabase Auth is not accepted here", { reason }),
            Effect.fail(otherwise)
          )),
        Effect.catchTag("ApiKeyNotAllowed", (error) => Effect.die(error)),
        Effect.andThen(signedIn(session.user.id)),
        // What became of it is in the log; the caller is told why they are not let in.
        Effect.tapError(() => Effect.exit(supabase.signOut(session.access_token, "local"))),
        Effect.as(session)
      )

    return handlers.handleAll({
      register: Effect.fn("AuthHttp.register")(function*({ payload }) {
        yield* alike(supabase.signUp(payload))
        return {
          status: "asked" as const,
          next: "If the address is new, follow the mail that comes, or sign in where none comes. If it is yours already, sign in."
        }
      }),
      confirm: Effect.fn("AuthHttp.confirm")(function*({ payload }) {
        return yield* admit(yield* supabase.confirm(payload), CodeInvalid.problem)
      }),
      resend: Effect.fn("AuthHttp.resend")(function*({ payload }) {
        yield* alike(supabase.sendConfirmation(payload.email))
        return { status: "asked" as const, next: "If the address waits for its confirmation, a mail is on its way." }
      }),
      login: Effect.fn("AuthHttp.login")(function*({ payload }) {
        return yield* admit(yield* supabase.signIn(payload), InvalidCredentials.problem)
      }),
      refresh: Effect.fn("AuthHttp.refresh")(({ payload }) => supabase.refresh(payload.refresh_token)),
      logout: Effect.fn("AuthHttp.logout")(function*({ payload, request }) {
        const user = yield* CurrentUser
        yield* supabase.signOut(tokenOf(request), payload?.scope ?? "local")
        yield* authenticator.invalidate(user.id)
      }),
      forgot: Effect.fn("AuthHttp.forgot")(function*({ payload }) {
        yield* alike(supabase.sendRecovery(payload.email))
        return { status: "asked" as const, next: "If the address is registered, a mail with a code is on its way." }
      }),
      reset: Effect.fn("AuthHttp.reset")(function*({ payload }) {
        const session = yield* supabase.resetPassword(payload, payload.password)
        yield* authenticator.invalidate(session.user.id)
        const admitted = yield* admit(session, CodeInvalid.problem)
        yield* audit.recordDone({ action: "password.change", ...by(session.user.id) })
        return admitted
      })
    })
  })
)

/** An answer takes this long at least, so that its time does not tell a known address, whose mail takes some, from an unknown one. */
const alike = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.map(Effect.all([effect, Effect.sleep("500 millis")], { concurrency: "unbounded" }), ([answer]) => answer)

const tokenOf = (request: HttpServerRequest.HttpServerRequest): string => bearerToken(request.headers["authorization"]) ?? ""
