import { Clock, Context, DateTime, Effect, Layer, type Schema } from "effect"
import type { SqlError } from "effect/sql/SqlError"
import { randomUUID } from "node:crypto"
import { type AuthApiError, refuse } from "./AuthApiError.ts"
import { AuthSessionRepo, type Session } from "./AuthSessionRepo.ts"
import { type AuthUser, isBanned } from "./AuthUser.ts"
import { AuthUserRepo } from "./AuthUserRepo.ts"
import { EmulatorSettings } from "./EmulatorSettings.ts"
import { decodeRefreshToken, encodeRefreshToken } from "./RefreshToken.ts"
import { SigningKeys } from "./SigningKeys.ts"

/** What a client gets when it has proven who it is. */
export interface SessionAnswer {
  readonly access_token: string
  readonly token_type: "bearer"
  readonly expires_in: number
  readonly expires_at: number
  readonly refresh_token: string
  readonly user: AuthUser
}

/** Begins sessions and goes on with them. */
export class Sessions extends Context.Service<Sessions, {
  /** `method` is how the user proved who they are, as Supabase names it: "password", "otp". */
  begin(user: AuthUser, method: string): Effect.Effect<SessionAnswer, SqlError | Schema.SchemaError>
  refresh(token: string): Effect.Effect<SessionAnswer, AuthApiError | SqlError | Schema.SchemaError>
}>()("analytics-following/sandbox/auth/Sessions") {
  static readonly layerNoDeps = Layer.effect(Sessions, Effect.suspend(() => make))
}

const make = Effect.gen(function*() {
  const keys = yield* SigningKeys
  const sessions = yield* AuthSessionRepo
  const users = yield* AuthUserRepo
  const { accessTokenSeconds, issuer, refreshReuseSeconds } = yield* EmulatorSettings

  const answer = Effect.fnUntraced(function*(user: AuthUser, session: Session, counter: number) {
    const now = Math.floor((yield* Clock.currentTimeMillis) / 1000)
    const access_token = yield* keys.sign({
      iss: issuer,
      sub: user.id,
      aud: user.aud,
      exp: now + accessTokenSeconds,
      iat: now,
      email: user.email,
      phone: user.phone,
      app_metadata: user.app_metadata,
      user_metadata: user.user_metadata,
      role: user.role,
      aal: "aal1",
      amr: [{ method: session.method, timestamp: session.created }],
      session_id: session.id,
      is_anonymous: user.is_anonymous
    })
    return {
      access_token,
      token_type: "bearer",
      expires_in: accessTokenSeconds,
      expires_at: now + accessTokenSeconds,
      refresh_token: encodeRefreshToken({ sessionId: session.id, counter }, keys.tag),
      user
    } satisfies SessionAnswer
  })

  const begin = Effect.fn("Sessions.begin")(function*(user: AuthUser, method: string) {
    const now = DateTime.formatIso(yield* DateTime.now)
    const signedIn = yield* users.update(user.id, { last_sign_in_at: now })
    const session = yield* sessions.insert({ id: randomUUID(), user_id: user.id, method })
    return yield* answer(signedIn ?? user, session, 0)
  })

  const refresh = Effect.fn("Sessions.refresh")(function*(token: string) {
    const claims = decodeRefreshToken(token, keys.tag)
    const session = claims && (yield* sessions.find(claims.sessionId))
    const user = session && (yield* users.findById(session.user_id))
    if (claims === undefined || session === undefined || user === undefined) return yield* notFound
    const now = yield* Clock.currentTimeMillis
    if (session.ends !== null && session.ends * 1000 <= now) {
      return yield* refuse(400, "session_expired", "Invalid Refresh Token: Session Expired")
    }
    if (isBanned(user, now)) {
      return yield* refuse(400, "user_banned", "Invalid Refresh Token: User Banned")
    }
    const rotation = yield* sessions.rotate(session.id, claims.counter, refreshReuseSeconds)
    switch (rotation._tag) {
      case "Rotated":
      case "Repeated":
        return yield* answer(user, session, rotation.counter)
      case "Reused":
        return yield* refuse(400, "refresh_token_already_used", "Invalid Refresh Token: Already Used")
      case "Unknown":
        return yield* notFound
    }
  })

  return Sessions.of({ begin, refresh })
})

const notFound = refuse(400, "refresh_token_not_found", "Invalid Refresh Token: Refresh Token Not Found")
