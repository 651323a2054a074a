import { Clock, Duration, Effect, Exit, FiberSet } from "effect"
import { TtlMap } from "../cache/TtlMap.ts"
import type * as Column from "../database/Column.ts"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { millisOf } from "../database/Instant.ts"
import type { UserId } from "../users/UserId.ts"
import { type Account, Accounts } from "./Accounts.ts"
import { AccountBanned, AccountSuspended, AnonymousAccount, type AuthError, AuthUnavailable, Unauthorized } from "./AuthErrors.ts"
import type { CurrentUser } from "./CurrentUser.ts"
import { makeSingleFlight } from "./SingleFlight.ts"
import type { VerifiedToken } from "./VerifiedToken.ts"

export interface AccountStandingOptions {
  /** How long a suspension, a ban, a new role or a sign-out may take to be noticed by a process that did not make it. */
  readonly accountTtl: Duration.Input
  readonly accountCapacity: number
}

/**
 * Judges the account behind a token, and remembers the verdict per session for `accountTtl`, counted from before the database was
 * asked. Where the database cannot answer, nobody is let in.
 */
export const makeAccountStanding = Effect.fnUntraced(function*(options: AccountStandingOptions) {
  const accounts = yield* Accounts
  const ttl = Duration.toMillis(options.accountTtl)
  const known = new TtlMap<Standing>(options.accountCapacity)
  const flight = yield* makeSingleFlight<CurrentUser["Service"], AuthError>()
  const behind = yield* FiberSet.makeRuntime()
  let epoch = 0

  const ask = Effect.fnUntraced(function*(token: VerifiedToken, session: string, asked: number) {
    const now = yield* Clock.currentTimeMillis
    const account = yield* Effect.catch(accounts.ensure(token), unreadable)
    const verdict = judge(token, account, now)
    if (asked === epoch) known.set(session, { user: token.id, verdict, renewFrom: now + ttl * 0.75 }, now, now + ttl)
    return yield* verdict
  })

  const asking = (token: VerifiedToken, session: string) => flight(`${epoch}/${session}`, ask(token, session, epoch))

  return {
    of: (token: VerifiedToken): Effect.Effect<CurrentUser["Service"], AuthError> =>
      Effect.clockWith((clock) => {
        // Not remembered: in the same session the visitor may become somebody.
        if (token.is_anonymous) return Effect.fail(AnonymousAccount.problem)
        const session = token.session_id ?? token.id
        return known.get(session, clock.currentTimeMillisUnsafe())?.verdict ?? asking(token, session)
      }),

    /**
     * The user of a token that was let in lately, without waiting. `now` is milliseconds since 1970. In the last quarter of `accountTtl` the first
     * to ask has the account looked at behind the answer: else all that come until the database has answered would wait for it.
     */
    known: (token: VerifiedToken, now: number): CurrentUser["Service"] | undefined => {
      const session = token.session_id ?? token.id
      const standing = known.get(session, now)
      if (standing?.verdict._tag !== "Success") return undefined
      if (now >= standing.renewFrom) {
        standing.renewFrom = Infinity
        behind(Effect.exit(asking(token, session)))
      }
      return standing.verdict.value
    },

    /** Forgets what is known of a user, and what is being asked at this moment. */
    invalidate: (user: UserId): Effect.Effect<void> =>
      Effect.sync(() => {
        epoch++
        known.deleteWhere((standing) => standing.user === user)
      })
  }
})

interface Standing {
  readonly user: UserId
  readonly verdict: Verdict
  /** Milliseconds since 1970; never, once somebody asks. */
  renewFrom: number
}

type Verdict = Exit.Exit<CurrentUser["Service"], AuthError>

const judge = (token: VerifiedToken, account: Account, now: number): Verdict => {
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
