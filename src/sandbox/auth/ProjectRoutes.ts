import { Effect, Layer } from "effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { EmulatorSettings } from "./EmulatorSettings.ts"
import { openEndpoint } from "./Endpoint.ts"
import { SigningKeys } from "./SigningKeys.ts"

const health = openEndpoint(
  "GET",
  "/health",
  Effect.sync(() => HttpServerResponse.jsonUnsafe({ name: "GoTrue", version: "sandbox", description: "Supabase Auth, emulated" }))
)

const settings = openEndpoint(
  "GET",
  "/settings",
  Effect.map(EmulatorSettings, ({ autoConfirm }) =>
    HttpServerResponse.jsonUnsafe({
      external: { email: true, phone: false, anonymous_users: false },
      disable_signup: false,
      mailer_autoconfirm: autoConfirm,
      phone_autoconfirm: false,
      sms_provider: "",
      saml_enabled: false
    }))
)

const jwks = openEndpoint(
  "GET",
  "/.well-known/jwks.json",
  Effect.flatMap(
    SigningKeys,
    (keys) =>
      Effect.map(keys.jwks, (set) => HttpServerResponse.jsonUnsafe(set, { headers: { "cache-control": "public, max-age=600" } }))
  )
)

/** What is public about the project: health, settings, the keys that verify its access tokens. */
export const projectRoutes = Layer.mergeAll(health, settings, jwks)
