import { Clock, Effect, Schema } from "effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { refuse } from "./AuthApiError.ts"
import { isBanned } from "./AuthUser.ts"
import { AuthUserRepo } from "./AuthUserRepo.ts"
import { emailOf } from "./Credentials.ts"
import { body, endpoint, query } from "./Endpoint.ts"
import { Sessions } from "./Sessions.ts"

/** `POST /token`: a session for a password, or the next one for a refresh token. */
export const tokenRoute = endpoint(
  "POST",
  "/token",
  Effect.gen(function*() {
    switch (yield* query("grant_type")) {
      case "password":
        return HttpServerResponse.jsonUnsafe(yield* signIn)
      case "refresh_token":
        return HttpServerResponse.jsonUnsafe(yield* refresh)
      default:
        return yield* refuse(400, "validation_failed", "unsupported_grant_type")
    }
  })
)

const signIn = Effect.gen(function*() {
  const users = yield* AuthUserRepo
  const request = yield* body(PasswordGrant)
  // The same answer for an unknown address and a wrong password: nobody learns who is registered.
  const wrong = refuse(400, "invalid_credentials", "Invalid login credentials")
  const email = yield* Effect.mapError(emailOf(request.email), () => wrong)
  const user = yield* users.findByEmail(email)
  if (user === undefined) return yield* wrong
  if (isBanned(user, yield* Clock.currentTimeMillis)) return yield* refuse(400, "user_banned", "User is banned")
  if (!(yield* users.hasPassword(user.id, request.password))) return yield* wrong
  if (user.email_confirmed_at === undefined) return yield* refuse(400, "email_not_confirmed", "Email not confirmed")
  return yield* Effect.flatMap(Sessions, (sessions) => sessions.begin(user, "password"))
})

const refresh = Effect.gen(function*() {
  const { refresh_token } = yield* body(RefreshGrant)
  return yield* Effect.flatMap(Sessions, (sessions) => sessions.refresh(refresh_token))
})

const PasswordGrant = Schema.Struct({ email: Schema.String, password: Schema.String })
const RefreshGrant = Schema.Struct({ refresh_token: Schema.String })
