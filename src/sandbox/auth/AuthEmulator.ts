import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { Context, DateTime, Effect, Layer, type Redacted, type Schema } from "effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServer from "effect/http/HttpServer"
import type { SqlError } from "effect/sql/SqlError"
import { createServer } from "node:http"
import { adminRoutes } from "./AdminRoutes.ts"
import { AuthSessionRepo } from "./AuthSessionRepo.ts"
import { AuthUserRepo } from "./AuthUserRepo.ts"
import { type AuthEmulatorOptions, EmulatorSettings, type Mail } from "./EmulatorSettings.ts"
import { MailCodes } from "./MailCodes.ts"
import { mailRoutes } from "./MailRoutes.ts"
import { projectRoutes } from "./ProjectRoutes.ts"
import { Sessions } from "./Sessions.ts"
import { SigningKeys } from "./SigningKeys.ts"
import { signUpRoute } from "./SignUpRoute.ts"
import { tokenRoute } from "./TokenRoute.ts"
import { userRoutes } from "./UserRoutes.ts"

/**
 * Supabase Auth for a machine without an account: the HTTP interface that `@supabase/supabase-js` speaks, on 127.0.0.1, with users in the
 * connected database's `auth.users` (see `installSupabase`). Passwords, tokens and errors behave as Supabase's do.
 */
export class AuthEmulator extends Context.Service<AuthEmulator, {
  /** For `createClient(url, key)`. */
  readonly url: string
  readonly anonKey: Redacted.Redacted<string>
  readonly serviceRoleKey: Redacted.Redacted<string>
  readonly jwksUrl: string
  readonly issuer: string
  /** Makes sure the user exists, confirmed, with this password, and signs them in. */
  ensureUser(email: string, password: string): Effect.Effect<{ readonly user_id: string; readonly access_token: string }, Failure>
  /** The mails that would have been sent since the start, oldest first. */
  readonly mails: Effect.Effect<ReadonlyArray<Mail>>
  /** Signs with a new key from now on; the key set holds the earlier ones too. */
  readonly rotateKeys: Effect.Effect<void, Failure>
  /** Makes every route answer 503, or lets them work again. */
  setOutage(active: boolean): Effect.Effect<void>
}>()("analytics-following/sandbox/AuthEmulator") {
  static readonly layer = (options: AuthEmulatorOptions = {}) =>
    Layer.effect(AuthEmulator, make(options)).pipe(
      // Ready before the server listens: a request between listening and the first handler would hang.
      Layer.provide([SigningKeys.layer, AuthUserRepo.layer, AuthSessionRepo.layer])
    )
}

type Failure = SqlError | Schema.SchemaError

const make = Effect.fn("AuthEmulator.make")(function*(options: AuthEmulatorOptions) {
  const keys = yield* SigningKeys
  const users = yield* AuthUserRepo
  const server = yield* NodeHttpServer.make(createServer, { host: "127.0.0.1", port: options.port ?? 0 })
  const url = HttpServer.formatAddress(server.address)
  const issuer = `${url}/auth/v1`

  const mails: Array<Mail> = []
  const outage = { active: false }
  const settings = Layer.succeed(EmulatorSettings, {
    issuer,
    accessTokenSeconds: options.accessTokenSeconds ?? 3600,
    refreshReuseSeconds: options.refreshReuseSeconds ?? 10,
    mailCodeSeconds: options.mailCodeSeconds ?? 3600,
    autoConfirm: options.autoConfirm ?? true,
    siteUrl: options.siteUrl ?? "http://localhost:3000",
    deliver: (mail) =>
      Effect.andThen(
        Effect.sync(() => {
          mails.push(mail)
        }),
        options.onMail?.(mail) ?? Effect.void
      ),
    outage
  })
  const services = yield* Layer.build(
    Layer.mergeAll(Sessions.layerNoDeps, MailCodes.layerNoDeps).pipe(Layer.provideMerge(settings))
  )

  const app = yield* HttpRouter.toHttpEffect(routes).pipe(Effect.provide(services))
  yield* server.serve(Effect.provideContext(app, services))

  const ensureUser = Effect.fn("AuthEmulator.ensureUser")(function*(email: string, password: string) {
    const address = email.trim().toLowerCase()
    const inserted = yield* users.insert({
      email: address,
      password,
      user_metadata: { email: address, email_verified: true, phone_verified: false }
    })
    const user = inserted ?? (yield* users.findByEmail(address))
    if (user === undefined) return yield* Effect.die("the user vanished while being made sure of")
    const ready = yield* users.update(user.id, {
      ...(yield* users.hasPassword(user.id, password)) ? {} : { password },
      ...user.email_confirmed_at === undefined ? { email_confirmed_at: DateTime.formatIso(yield* DateTime.now) } : {}
    })
    const { access_token } = yield* Context.get(services, Sessions).begin(ready ?? user, "password")
    return { user_id: user.id, access_token }
  })

  return AuthEmulator.of({
    url,
    anonKey: keys.anonKey,
    serviceRoleKey: keys.serviceRoleKey,
    jwksUrl: `${issuer}/.well-known/jwks.json`,
    issuer,
    ensureUser,
    mails: Effect.sync(() => [...mails]),
    rotateKeys: keys.rotate,
    setOutage: (active) =>
      Effect.sync(() => {
        outage.active = active
      })
  })
})

const routes = Layer.mergeAll(
  signUpRoute,
  tokenRoute,
  userRoutes,
  mailRoutes,
  adminRoutes,
  projectRoutes,
  HttpRouter.cors({ exposedHeaders: ["x-supabase-api-version", "x-total-count"] })
)
