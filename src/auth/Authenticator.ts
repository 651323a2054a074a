import { Context, Effect, Layer } from "effect"
import type * as Headers from "effect/http/Headers"
import type { Scope } from "../apikeys/ApiKey.ts"
import type { UserId } from "../users/UserId.ts"
import { type AccountStandingOptions, makeAccountStanding } from "./AccountStanding.ts"
import { ApiKeyNotAllowed, type AuthError, type AuthUnavailable, type InvalidToken, Unauthorized } from "./AuthErrors.ts"
import type { CurrentUser } from "./CurrentUser.ts"
import type { KeyHolder } from "./KeyHolders.ts"
import { makeKeyStanding } from "./KeyStanding.ts"
import { TokenVerifier } from "./TokenVerifier.ts"

export const authenticatorDefaults = {
  accountTtl: "2 seconds",
  accountCapacity: 10_000
} as const satisfies AccountStandingOptions

/**
 * Who sends these request headers. `Authorization` asks here for the endpoints of the API; a hot route on the bare router asks itself,
 * and answers a failure with `HttpServerRespondable.toResponse`. A further kind of credential is recognised here and nowhere else.
 */
export class Authenticator extends Context.Service<Authenticator, {
  /** `needs` is the scope without which an API key is refused; null refuses them all. */
  authenticate(headers: Headers.Headers, needs: Scope | null): Effect.Effect<CurrentUser["Service"], AuthError>
  /** As `authenticate`, where that needs no waiting and lets the user in. `now` is milliseconds since 1970. */
  known(authorization: string | undefined, needs: Scope | null, now: number): CurrentUser["Service"] | undefined
  /** Call it after changing a user's role or status, or ending a session: this process notices at once, others within `accountTtl`. */
  invalidate(user: UserId): Effect.Effect<void>
}>()("analytics-following/auth/Authenticator") {
  static readonly layerNoDeps = (options: AccountStandingOptions) =>
    Layer.effect(
      Authenticator,
      Effect.gen(function*() {
        const verifier = yield* TokenVerifier
        const standing = yield* makeAccountStanding(options)
        const keys = yield* makeKeyStanding

        return Authenticator.of({
          authenticate: (headers, needs) => {
            const token = bearerToken(headers["authorization"])
            if (token === undefined) return Effect.fail(Unauthorized.because("missing"))
            return keys.isKey(token)
              ? Effect.flatMap(keys.of(token), within(needs))
              : Effect.flatMap(Effect.catch(verifier.verify(token), answered), standing.of)
          },
          known: (authorization, needs, now) => {
            const token = bearerToken(authorization)
            if (token === undefined) return undefined
            if (keys.isKey(token)) {
              const holder = keys.known(token, now)
              return holder !== undefined && mayDo(holder, needs) ? userOf(holder) : undefined
            }
            const claims = verifier.known(token, now)
            return claims === undefined ? undefined : standing.known(claims, now)
          },
          invalidate: (user) =>
            Effect.sync(() => {
              keys.invalidate(user)
              standing.invalidate(user)
            })
        })
      })
    )
}

/** The credential of `Authorization: Bearer …`; the scheme's case is free (RFC 9110, section 11.1). */
export const bearerToken = (authorization: string | undefined): string | undefined => {
  if (authorization === undefined) return undefined
  if (!authorization.startsWith("Bearer ") && authorization.slice(0, 7).toLowerCase() !== "bearer ") return undefined
  const token = authorization.slice(7).trim()
  return token === "" ? undefined : token
}

const mayDo = ({ scopes }: KeyHolder, needs: Scope | null): boolean => needs !== null && scopes.includes(needs)

/** The user that a key stands for. A key is nobody's administrator. */
const userOf = ({ email, id, tier, user_id }: KeyHolder): CurrentUser["Service"] => ({
  id: user_id,
  email,
  role: "user",
  session_id: null,
  api_key: id,
  tier
})

/** The user that a key stands for, where it may do this. */
const within = (needs: Scope | null) => (key: KeyHolder): Effect.Effect<CurrentUser["Service"], ApiKeyNotAllowed> =>
  mayDo(key, needs)
    ? Effect.succeed(userOf(key))
    : Effect.fail(
      new ApiKeyNotAllowed({
        required: needs,
        detail: needs === null
          ? "No API key may do this: sign in with POST /auth/login and send the access token."
          : "Use a key that has the scope in `required`; its owner can add it with PATCH /me/api-keys/{id}."
      })
    )

const answered = (error: InvalidToken | AuthUnavailable): Effect.Effect<never, AuthError> =>
  error._tag === "AuthUnavailable"
    ? Effect.fail(error)
    : Effect.andThen(
      Effect.logDebug("A token was refused", { check: error.check }),
      Effect.fail(Unauthorized.because(error.reason))
    )
