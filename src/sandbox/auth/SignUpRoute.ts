import { Effect, Schema } from "effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { refuse } from "./AuthApiError.ts"
import { Metadata } from "./AuthUser.ts"
import { AuthUserRepo } from "./AuthUserRepo.ts"
import { emailOf, passwordOf } from "./Credentials.ts"
import { EmulatorSettings } from "./EmulatorSettings.ts"
import { body, endpoint, query } from "./Endpoint.ts"
import { MailCodes } from "./MailCodes.ts"
import { Sessions } from "./Sessions.ts"

/** `POST /signup`: a session where addresses need no confirmation, else the user and a mail. */
export const signUpRoute = endpoint(
  "POST",
  "/signup",
  Effect.gen(function*() {
    const users = yield* AuthUserRepo
    const { autoConfirm } = yield* EmulatorSettings
    const request = yield* body(SignUp)
    if (request.phone) return yield* refuse(400, "phone_provider_disabled", "Phone signups are disabled")
    if (!request.email) return yield* refuse(422, "anonymous_provider_disabled", "Anonymous sign-ins are disabled")
    if (!request.password) return yield* refuse(400, "validation_failed", "Signup requires a valid password")
    const password = yield* passwordOf(request.password)
    const email = yield* emailOf(request.email)

    const existing = yield* users.findByEmail(email)
    // An address that was never confirmed may sign up again: nothing of the first attempt is overwritten, only the mail is repeated.
    if (existing?.email_confirmed_at !== undefined) return yield* taken
    const user = existing ?? (yield* users.insert({
      email,
      password,
      confirmed: autoConfirm,
      user_metadata: { ...request.data, email, email_verified: autoConfirm, phone_verified: false }
    }))
    if (user === undefined) return yield* taken

    if (autoConfirm && existing === undefined) {
      return HttpServerResponse.jsonUnsafe(yield* Effect.flatMap(Sessions, (sessions) => sessions.begin(user, "password")))
    }
    yield* Effect.flatMap(
      Effect.all([MailCodes, query("redirect_to")]),
      ([codes, redirectTo]) => codes.send("signup", email, user, redirectTo)
    )
    return HttpServerResponse.jsonUnsafe((yield* users.findById(user.id)) ?? user)
  })
)

const taken = refuse(422, "user_already_exists", "User already registered")

const SignUp = Schema.Struct({
  email: Schema.optionalKey(Schema.NullOr(Schema.String)),
  phone: Schema.optionalKey(Schema.NullOr(Schema.String)),
  password: Schema.optionalKey(Schema.NullOr(Schema.String)),
  data: Schema.optionalKey(Schema.NullOr(Metadata))
})
