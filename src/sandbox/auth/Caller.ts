import { Effect } from "effect"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import { refuse } from "./AuthApiError.ts"
import { AuthSessionRepo } from "./AuthSessionRepo.ts"
import { AuthUserRepo } from "./AuthUserRepo.ts"
import { SigningKeys } from "./SigningKeys.ts"

/** The user who asks and the session they ask in, both as they are now: an access token outlives neither here. */
export const caller = Effect.gen(function*() {
  const { session_id, sub } = yield* claims
  if (sub === undefined) return yield* refuse(403, "bad_jwt", "invalid claim: missing sub claim")
  const user = yield* Effect.flatMap(AuthUserRepo, (users) => users.findById(sub))
  if (user === undefined) return yield* refuse(403, "user_not_found", "User from sub claim in JWT does not exist")
  const session = session_id && (yield* Effect.flatMap(AuthSessionRepo, (sessions) => sessions.find(session_id)))
  if (!session) {
    return yield* refuse(403, "session_not_found", "Session from session_id claim in JWT does not exist")
  }
  return { user, session }
})

/** Lets only the service role's key through. */
export const requireServiceRole = Effect.flatMap(
  Effect.suspend(() => claims),
  ({ role }) => role === "service_role" ? Effect.void : Effect.fail(refuse(403, "not_admin", "User not allowed"))
)

const claims = Effect.gen(function*() {
  const { headers } = yield* HttpServerRequest.HttpServerRequest
  const [, token] = /^bearer (.+)$/i.exec(headers["authorization"] ?? "") ?? []
  if (token === undefined) return yield* refuse(401, "no_authorization", "This endpoint requires a valid Bearer token")
  return yield* Effect.flatMap(SigningKeys, (keys) => keys.verify(token))
})
