import { DateTime, Effect, Layer, Schema } from "effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { refuse } from "./AuthApiError.ts"
import { AuthSessionRepo } from "./AuthSessionRepo.ts"
import { merge, Metadata } from "./AuthUser.ts"
import { AuthUserRepo, type UserChange } from "./AuthUserRepo.ts"
import { caller } from "./Caller.ts"
import { emailOf, passwordOf } from "./Credentials.ts"
import { EmulatorSettings } from "./EmulatorSettings.ts"
import { body, endpoint, query } from "./Endpoint.ts"
import { MailCodes } from "./MailCodes.ts"

/** `GET /user`. */
const getUser = endpoint("GET", "/user", Effect.map(caller, ({ user }) => HttpServerResponse.jsonUnsafe(user)))

/** `PUT /user`: password, address, own metadata. A new password ends the user's other sessions. */
const updateUser = endpoint(
  "PUT",
  "/user",
  Effect.gen(function*() {
    const users = yield* AuthUserRepo
    const { session, user } = yield* caller
    const request = yield* body(UserUpdate)

    const password = request.password ? yield* passwordOf(request.password) : undefined
    if (password !== undefined && (yield* users.hasPassword(user.id, password))) {
      return yield* refuse(422, "same_password", "New password should be different from the old password.")
    }
    const email = request.email ? yield* emailOf(request.email) : undefined
    const address = email === undefined || email === user.email ? {} : yield* addressChange(email)
    const updated = yield* users.update(user.id, {
      ...address,
      ...(password === undefined ? {} : { password }),
      ...(request.data ? { user_metadata: merge(user.user_metadata, request.data) } : {})
    })
    if (password !== undefined) {
      yield* Effect.flatMap(AuthSessionRepo, (sessions) => sessions.end(user.id, { except: session.id }))
    }
    if (address.email_change !== undefined) {
      const [codes, redirectTo] = yield* Effect.all([MailCodes, query("redirect_to")])
      yield* codes.send("email_change", address.email_change, user, redirectTo)
    }
    return HttpServerResponse.jsonUnsafe(updated ?? user)
  })
)

/** `POST /logout`: ends all sessions of the caller, or this one, or the others. Access tokens run out by themselves, as on Supabase. */
const logout = endpoint(
  "POST",
  "/logout",
  Effect.gen(function*() {
    const sessions = yield* AuthSessionRepo
    const { session, user } = yield* caller
    const scope = (yield* query("scope")) || "global"
    const which = scopes[scope]
    if (which === undefined) return yield* refuse(400, "validation_failed", `Unsupported logout scope "${scope}"`)
    yield* sessions.end(user.id, which(session.id))
    return HttpServerResponse.empty({ status: 204 })
  })
)

export const userRoutes = Layer.mergeAll(getUser, updateUser, logout)

const addressChange = Effect.fnUntraced(function*(email: string): Effect.fn.Return<
  UserChange,
  Effect.Error<ReturnType<AuthUserRepo["Service"]["findByEmail"]>> | ReturnType<typeof refuse>,
  AuthUserRepo | EmulatorSettings
> {
  const users = yield* AuthUserRepo
  const { autoConfirm } = yield* EmulatorSettings
  if ((yield* users.findByEmail(email)) !== undefined) {
    return yield* refuse(422, "email_exists", "A user with this email address has already been registered")
  }
  return autoConfirm ? { email, email_confirmed_at: DateTime.formatIso(yield* DateTime.now) } : { email_change: email }
})

const scopes: Readonly<Record<string, (sessionId: string) => { readonly only?: string; readonly except?: string }>> = {
  global: () => ({}),
  local: (only) => ({ only }),
  others: (except) => ({ except })
}

const UserUpdate = Schema.Struct({
  email: Schema.optionalKey(Schema.NullOr(Schema.String)),
  password: Schema.optionalKey(Schema.NullOr(Schema.String)),
  data: Schema.optionalKey(Schema.NullOr(Metadata))
})
