import { Clock, Effect, Exit, FiberSet } from "effect"
import { TtlMap } from "../cache/TtlMap.ts"
import { millisOf } from "../database/Instant.ts"
import { accountProblem, unreadable } from "./AccountStanding.ts"
import { type AuthError, Unauthorized } from "./AuthErrors.ts"
import { type KeyHolder, KeyHolders } from "./KeyHolders.ts"
import { makeSingleFlight } from "./SingleFlight.ts"

/** Judges API keys and the accounts behind them, and remembers the verdict on a good one for two seconds, counted from before it was asked for. */
export const makeKeyStanding = Effect.gen(function*() {
  const keys = yield* KeyHolders
  const known = new TtlMap<Standing>(capacity)
  const flight = yield* makeSingleFlight<KeyHolder, AuthError>()
  const behind = yield* FiberSet.makeRuntime()
  let epoch = 0

  const ask = Effect.fnUntraced(function*(key: string, asked: number) {
    const now = yield* Clock.currentTimeMillis
    const holder = yield* Effect.catch(keys.find(key), unreadable)
    const verdict = yield* judge(holder, now)
    if (asked === epoch) {
      known.set(
        key,
        { holder: verdict, renewFrom: now + ttl * 0.75 },
        now,
        Math.min(now + ttl, verdict.expires_at === null ? Infinity : millisOf(verdict.expires_at))
      )
    }
    return verdict
  })

  const asking = (key: string) => flight(`${epoch}/${key}`, ask(key, epoch))

  return {
    isKey: keys.isKey,
    of: (key: string): Effect.Effect<KeyHolder, AuthError> =>
      Effect.clockWith((clock) => {
        const standing = known.get(key, clock.currentTimeMillisUnsafe())
        if (standing !== undefined) return Effect.succeed(standing.holder)
        return keys.wellFormed(key) ? asking(key) : Effect.fail(mistyped)
      }),
    /** The holder of a key that was let in lately, without waiting; looked at ahead, behind the answer, as an account is (see `AccountStanding`). */
    known: (key: string, now: number): KeyHolder | undefined => {
      const standing = known.get(key, now)
      if (standing === undefined) return undefined
      if (now >= standing.renewFrom) {
        standing.renewFrom = Infinity
        behind(Effect.exit(asking(key)))
      }
      return standing.holder
    },
    /** Forgets the keys of a user, and what is being asked at this moment. */
    invalidate: (user: KeyHolder["user_id"]): void => {
      epoch++
      known.deleteWhere(({ holder }) => holder.user_id === user)
    }
  }
})

interface Standing {
  readonly holder: KeyHolder
  /** Milliseconds since 1970; never, once somebody asks. */
  renewFrom: number
}

/** Milliseconds. */
const ttl = 2000
const capacity = 10_000

const judge = (holder: KeyHolder | undefined, now: number): Exit.Exit<KeyHolder, AuthError> => {
  if (holder === undefined || holder.revoked_at !== null || holder.deleted_at !== null) return Exit.fail(unknownKey)
  if (holder.expires_at !== null && millisOf(holder.expires_at) <= now) return Exit.fail(expired)
  const problem = accountProblem(holder, now)
  return problem === undefined ? Exit.succeed(holder) : Exit.fail(problem)
}

const mistyped = new Unauthorized({
  reason: "invalid",
  detail: "The API key is mistyped or cut off. Send it whole: `Authorization: Bearer af_live_…`."
})
const unknownKey = new Unauthorized({
  reason: "invalid",
  detail: "The API key is not valid, or was revoked. Its owner can make another one with POST /me/api-keys."
})
const expired = new Unauthorized({
  reason: "expired",
  detail: "The API key has expired. Its owner can make another one with POST /me/api-keys."
})
