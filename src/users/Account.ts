import { Clock, Context, Effect, Layer, type Redacted } from "effect"
import { Audit } from "../audit/Audit.ts"
import { Authenticator } from "../auth/Authenticator.ts"
import type { Session } from "../auth/Credentials.ts"
import type { CurrentUser } from "../auth/CurrentUser.ts"
import { ConfirmationRequired, type WeakPassword, WrongPassword } from "../auth/SignInErrors.ts"
import { SupabaseAuth } from "../auth/SupabaseAuth.ts"
import type { Failing } from "../auth/SupabaseCalls.ts"
import { TokenVerifier } from "../auth/TokenVerifier.ts"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { AccountData } from "./AccountData.ts"

type User = CurrentUser["Service"]

export interface Erasure {
  /** Rows that went, by table. */
  readonly erased: Readonly<Record<string, number>>
  readonly sign_in: "deleted" | "signed_out" | "kept"
}

/** What a user does to the account as a whole, and proves for it that it is theirs. */
export class Account extends Context.Service<Account, {
  /** Ends every session and begins a new one. */
  changePassword(
    user: User,
    current: Redacted.Redacted<string>,
    next: Redacted.Redacted<string>
  ): Effect.Effect<Session, WrongPassword | WeakPassword | Failing>
  /**
   * Erases the account, given the password or a token of a sign-in that is five minutes old at most. Our rows go first: where Supabase Auth
   * then fails, nothing is left but a sign-in.
   */
  erase(user: User, accessToken: string, password: Redacted.Redacted<string> | undefined): Effect.Effect<
    Erasure,
    WrongPassword | ConfirmationRequired | Failing | DatabaseError
  >
}>()("analytics-following/users/Account") {
  static readonly layerNoDeps = Layer.effect(
    Account,
    Effect.gen(function*() {
      const supabase = yield* SupabaseAuth
      const authenticator = yield* Authenticator
      const verifier = yield* TokenVerifier
      const data = yield* AccountData
      const audit = yield* Audit

      const changePassword = Effect.fn("Account.changePassword")(function*(
        { email, id }: User,
        current: Redacted.Redacted<string>,
        next: Redacted.Redacted<string>
      ) {
        if (email === null) return yield* WrongPassword.problem
        const session = yield* Effect.catchTag(supabase.changePassword({ email, password: current }, next), wrong, wrongPassword)
        yield* authenticator.invalidate(id)
        yield* audit.recordDone({ action: "password.change", subject: { type: "user", user: id } })
        return session
      })

      const provenByPassword = ({ email }: User, password: Redacted.Redacted<string>) =>
        email === null ? wrongPassword() : Effect.catchTag(supabase.signIn({ email, password }), wrong, wrongPassword)

      const provenByToken = Effect.fnUntraced(function*(accessToken: string) {
        const { authenticated_at } = yield* Effect.catchTag(
          verifier.verify(accessToken),
          "InvalidToken",
          () => Effect.fail(ConfirmationRequired.problem)
        )
        const now = yield* Clock.currentTimeMillis
        if (authenticated_at === null || now - authenticated_at * 1000 > freshFor) return yield* ConfirmationRequired.problem
      })

      const erase = Effect.fn("Account.erase")(function*(
        user: User,
        accessToken: string,
        password: Redacted.Redacted<string> | undefined
      ) {
        yield* password === undefined ? provenByToken(accessToken) : provenByPassword(user, password)
        // Whoever hangs up meanwhile would else leave a sign-in behind, and nobody to erase it.
        return yield* Effect.uninterruptible(erased(user, accessToken))
      })

      const erased = Effect.fnUntraced(function*(user: User, accessToken: string) {
        const erased = yield* data.erase(user.id)
        yield* authenticator.invalidate(user.id)
        const sign_in = yield* supabase.deleteUser(user.id).pipe(
          Effect.flatMap((deleted) =>
            deleted
              ? Effect.succeed("deleted" as const)
              : Effect.as(supabase.signOut(accessToken, "global"), "signed_out" as const)
          ),
          // Why it failed is in the log, and that it did in the answer.
          Effect.catch(() => Effect.succeed("kept" as const))
        )
        yield* Effect.logInfo("An account was erased", { sign_in })
        return { erased, sign_in }
      })

      return { changePassword, erase }
    })
  )
}

/** Milliseconds: how old the sign-in of a fresh token may be. */
const freshFor = 5 * 60_000

/** The address is known to be the caller's: whatever is wrong, the password is. */
const wrong = ["InvalidCredentials", "EmailNotConfirmed"] as const
const wrongPassword = () => Effect.fail(WrongPassword.problem)
