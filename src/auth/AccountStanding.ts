import { type Duration, Effect, Exit } from "effect"
import type * as Column from "../database/Column.ts"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { millisOf } from "../database/Instant.ts"
import { type Account, Accounts } from "./Accounts.ts"
import { AccountBanned, AccountSuspended, AnonymousAccount, type AuthError, AuthUnavailable, Unauthorized } from "./AuthErrors.ts"
import type { CurrentUser } from "./CurrentUser.ts"
import { makeVerdicts } from "./Verdicts.ts"
import type { VerifiedToken } from "./VerifiedToken.ts"

export interface AccountStandingOptions {
  /** How long a suspension, a ban, a new role or a sign-out may take to be noticed by a process that did not make it. */
  readonly accountTtl: Duration.Input
  readonly accountCapacity: number
}

/** Judges the account behind a token; the verdict holds for its session. Where the database cannot answer, nobody is let in. */
export const makeAccountStanding = Effect.fnUntraced(function*(options: AccountStandingOptions) {
  const accounts = yield* Accounts
  const verdicts = yield* makeVerdicts({
    capacity: options.accountCapacity,
    ttl: options.accountTtl,
    judge: (token: VerifiedToken, now) =>
      Effect.map(Effect.catch(accounts.ensure(token), unreadable), (account) => ({
        user: token.id,
        verdict: judge(token, account, now),
        until: Infinity
      }))
  })

  return {
    of: (token: VerifiedToken): Effect.Effect<CurrentUser["Service"], AuthError> =>
      // Not remembered: in the same session the visitor may become somebody.
      token.is_anonymous ? Effect.fail(AnonymousAccount.problem) : verdicts.of(sessionOf(token), token),
    known: (token: VerifiedToken, now: number): CurrentUser["Service"] | undefined =>
      verdicts.known(sessionOf(token), token, now),
    invalidate: verdicts.invalidate
  }
})

const sessionOf = ({ id, session_id }: VerifiedToken): string => session_id ?? id

const judge = (token: VerifiedToken, account: Account, now: number): Exit.Exit<CurrentUser["Service"], AuthError> => {
  if (account.id !== token.id) return Exit.die(new Error("Accounts.ensure answered for another user"))
  if (account.deleted_at !== null || account.session === "ended") return Exit.fail(Unauthorized.because("invalid"))
  const problem = accountProblem(account, now)
  if (problem !== undefined) return Exit.fail(problem)
  return Exit.succeed({
    id: token.id,
    email: token.email,
    role: account.role,
    session_id: token.session_id,
    ...(account.tier === undefined ? {} : { tier: account.tier })
  })
}

/** Why an account is not let in, however it proved who it is. */
export const accountProblem = ({ banned_until, status }: Pick<Account, "status" | "banned_until">, now: number) => {
  if (status !== "active") return suspended()
  return banned_until !== null && millisOf(banned_until) > now ? banned(banned_until) : undefined
}

export const unreadable = (error: DatabaseError) =>
  Effect.andThen(
    Effect.logWarning("An account cannot be read; nobody is let in without", { error: error._tag, detail: error.detail }),
    Effect.fail(AuthUnavailable.after("retry_after" in error ? error.retry_after * 1000 : 30_000))
  )

const suspended = () =>
  new AccountSuspended({ detail: "An administrator suspended this account. Ask support to review the suspension." })

const banned = (until: Column.Instant) =>
  new AccountBanned({
    banned_until: until,
    detail: `This account is banned until ${until}. Wait until then, or ask support to review the ban.`
  })
