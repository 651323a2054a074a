import { Effect, Exit } from "effect"
import { millisOf } from "../database/Instant.ts"
import { accountProblem, unreadable } from "./AccountStanding.ts"
import { type AuthError, Unauthorized } from "./AuthErrors.ts"
import { type KeyHolder, KeyHolders } from "./KeyHolders.ts"
import { makeVerdicts } from "./Verdicts.ts"

/** Judges API keys and the accounts behind them. A verdict on a good key is remembered for two seconds; others are passed anew. */
export const makeKeyStanding = Effect.gen(function*() {
  const keys = yield* KeyHolders
  const verdicts = yield* makeVerdicts({
    capacity: 10_000,
    ttl: "2 seconds",
    judge: Effect.fnUntraced(function*(key: string, now: number) {
      if (!keys.wellFormed(key)) return yield* mistyped
      const holder = yield* judge(yield* Effect.catch(keys.find(key), unreadable), now)
      return {
        user: holder.user_id,
        verdict: Exit.succeed(holder),
        until: holder.expires_at === null ? Infinity : millisOf(holder.expires_at)
      }
    })
  })

  return {
    isKey: keys.isKey,
    of: (key: string): Effect.Effect<KeyHolder, AuthError> => verdicts.of(key, key),
    known: (key: string, now: number): KeyHolder | undefined => verdicts.known(key, key, now),
    invalidate: verdicts.invalidate
  }
})

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
