import { Effect, Layer, Schema } from "effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { refuse } from "./AuthApiError.ts"
import { AuthUserRepo, type CodeKind } from "./AuthUserRepo.ts"
import { emailOf } from "./Credentials.ts"
import { EmulatorSettings } from "./EmulatorSettings.ts"
import { body, endpoint, openEndpoint, query } from "./Endpoint.ts"
import { hashOfCode, MailCodes } from "./MailCodes.ts"
import { Sessions } from "./Sessions.ts"

/** `POST /recover`: mails a code to an address that is registered, and says the same for one that is not. */
const recover = endpoint(
  "POST",
  "/recover",
  Effect.gen(function*() {
    const { email } = yield* body(Schema.Struct({ email: Schema.String }))
    yield* mail("recovery", yield* emailOf(email))
    return HttpServerResponse.jsonUnsafe({})
  })
)

/** `POST /resend`: mails the confirmation of a sign-up again. */
const resend = endpoint(
  "POST",
  "/resend",
  Effect.gen(function*() {
    const { email, type } = yield* body(Schema.Struct({ email: Schema.String, type: Schema.String }))
    if (type !== "signup") {
      return yield* refuse(400, "validation_failed", "Missing one of these types: signup, email_change, sms, phone_change")
    }
    yield* mail("signup", yield* emailOf(email))
    return HttpServerResponse.jsonUnsafe({})
  })
)

/** `POST /verify`: a session for a mailed code, shown with its address or as the hash from the link. */
const verify = endpoint(
  "POST",
  "/verify",
  Effect.gen(function*() {
    const request = yield* body(Verify)
    const hash = request.token_hash ?? hashOfCode(yield* emailOf(request.email ?? ""), request.token ?? "")
    return HttpServerResponse.jsonUnsafe(yield* sessionFor(request.type, hash))
  })
)

/** `GET /verify`: the link in a mail. Leads to the site with the session, or the error, in the fragment. */
const followLink = openEndpoint(
  "GET",
  "/verify",
  Effect.gen(function*() {
    const { siteUrl } = yield* EmulatorSettings
    const type = yield* query("type")
    const fragment = yield* sessionFor(type, yield* query("token")).pipe(
      Effect.map(({ access_token, expires_at, expires_in, refresh_token, token_type }) => ({
        access_token,
        expires_at: String(expires_at),
        expires_in: String(expires_in),
        refresh_token,
        token_type,
        type
      })),
      Effect.catchTag(
        "AuthApiError",
        ({ code, message }) => Effect.succeed({ error: "access_denied", error_code: code, error_description: message })
      )
    )
    const target = (yield* query("redirect_to")) || siteUrl
    return HttpServerResponse.redirect(`${target}#${new URLSearchParams(fragment)}`, { status: 303 })
  })
)

export const mailRoutes = Layer.mergeAll(recover, resend, verify, followLink)

const mail = Effect.fnUntraced(function*(kind: "signup" | "recovery", email: string) {
  const user = yield* Effect.flatMap(AuthUserRepo, (users) => users.findByEmail(email))
  if (user === undefined || (kind === "signup" && user.email_confirmed_at !== undefined)) return
  const [codes, redirectTo] = yield* Effect.all([MailCodes, query("redirect_to")])
  yield* codes.send(kind, email, user, redirectTo)
})

const sessionFor = Effect.fnUntraced(function*(type: string, hash: string) {
  const kinds = kindsOf[type]
  if (kinds === undefined) return yield* refuse(400, "validation_failed", "Verify requires a verification type")
  const codes = yield* MailCodes
  const user = yield* Effect.firstSuccessOf(kinds.map((kind) => codes.redeem(kind, hash)))
  return yield* Effect.flatMap(Sessions, (sessions) => sessions.begin(user, "otp"))
})

/** "email" stands for whatever was mailed last. */
const kindsOf: Readonly<Record<string, ReadonlyArray<CodeKind>>> = {
  signup: ["signup"],
  recovery: ["recovery"],
  email_change: ["email_change"],
  email: ["signup", "recovery"]
}

const Verify = Schema.Struct({
  type: Schema.String,
  email: Schema.optionalKey(Schema.String),
  token: Schema.optionalKey(Schema.String),
  token_hash: Schema.optionalKey(Schema.String)
})
