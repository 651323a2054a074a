import { Context, Effect, Layer, Option, Redacted } from "effect"
import * as HttpServer from "effect/http/HttpServer"
import { randomBytes } from "node:crypto"
import * as App from "../app.ts"
import * as Database from "../database/Database.ts"
import { Migrator } from "../database/Migrator.ts"
import { nodeServer } from "../http/NodeServer.ts"
import { logging } from "../observability/Logging.ts"
import { Settings } from "../settings/Settings.ts"
import { Standings } from "../users/Standings.ts"
import { UserId } from "../users/UserId.ts"
import { AuthEmulator } from "./auth/AuthEmulator.ts"
import { EmbeddedPostgres } from "./postgres/EmbeddedPostgres.ts"
import { installSupabase } from "./postgres/Supabase.ts"
import { VendorSimulator } from "./vendor/VendorSimulator.ts"

export interface SandboxOptions {
  /** Of the API; 0 takes a free one. */
  readonly port: number
  /** Where the database keeps its data between runs. */
  readonly dataDir: string
  /**
   * Settings of the server, as in `.env`, except where the vendor and Supabase are: those are simulated here, whatever is set. The vendor
   * simulator takes the credentials that are set. `DATABASE_URL` switches to a real server.
   */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** `false` trades safety against a power cut for speed: for tests. */
  readonly durable: boolean
  readonly vendorLatency: { readonly min: number; readonly max: number } | undefined
  readonly onProgress: (line: string) => Effect.Effect<void>
}

/** The product without an account anywhere: embedded PostgreSQL, vendor simulator, auth emulator, and the real server over them. */
export class Sandbox extends Context.Service<Sandbox, {
  readonly url: string
  readonly token: string
  readonly userId: string
  /** Of a second user, who is an administrator. */
  readonly adminToken: string
  readonly databaseUrl: string
  readonly vendorUrl: string
  readonly authUrl: string
  readonly anonKey: string
}>()("analytics-following/sandbox/Sandbox") {
  static readonly layer = (options: SandboxOptions) => Layer.effect(Sandbox, make(options))
}

/** The user that the ready token belongs to. */
export const sandboxUser = { email: "you@sandbox.invalid", password: "sandbox-password" }

/** The administrator that the other token belongs to. */
export const sandboxAdmin = { email: "admin@sandbox.invalid", password: "sandbox-password" }

/** Known to everybody, as everything in the sandbox is: what it encrypts is as safe as plain text. */
const sandboxWebhookKeys = `sandbox:${Buffer.alloc(32, "sandbox").toString("base64")}`

const make = Effect.fnUntraced(function*(options: SandboxOptions) {
  const given = (name: string) => options.environment[name]?.trim() || undefined
  const vendorUsername = given("SMARTPROXY_USERNAME") ?? "sandbox"
  const vendorPassword = given("SMARTPROXY_PASSWORD") ?? randomBytes(12).toString("hex")
  const databaseUrl = given("DATABASE_URL") ?? Redacted.value(
    (yield* Layer.build(database(options)).pipe(
      Effect.map(Context.get(EmbeddedPostgres))
    )).url
  )
  const admin = Database.writeLayer(Database.localOptions(databaseUrl, 3))
  yield* Effect.scoped(prepare(options).pipe(Effect.provide(App.migratorLayer.pipe(Layer.provideMerge(admin)))))
  yield* options.onProgress("Starting the auth emulator and the vendor simulator …")
  const parts = yield* Layer.build(Layer.merge(
    AuthEmulator.layer().pipe(Layer.provide(admin)),
    VendorSimulator.layer({
      username: vendorUsername,
      password: Redacted.make(vendorPassword),
      recordings: Option.fromUndefinedOr(given("SANDBOX_RECORDINGS")),
      ...(options.vendorLatency === undefined ? {} : { latency: options.vendorLatency })
    })
  ))
  const auth = Context.get(parts, AuthEmulator)
  const vendor = Context.get(parts, VendorSimulator)
  const environment = {
    LOG_FORMAT: "pretty",
    LOG_LEVEL: "Warn",
    SHUTDOWN_TIMEOUT: "1 second",
    WEBHOOK_KEYS: sandboxWebhookKeys,
    WEBHOOK_ALLOW_PRIVATE: "true",
    ...options.environment,
    DATABASE_URL: databaseUrl,
    SUPABASE_URL: auth.url,
    SUPABASE_ANON_KEY: Redacted.value(auth.anonKey),
    SMARTPROXY_USERNAME: vendorUsername,
    SMARTPROXY_PASSWORD: vendorPassword,
    DECODO_BASE_URL: vendor.url
  }
  const settings = Settings.layer(environment)
  const app = App.layer({
    headers: { "x-sandbox": "true" },
    node: nodeServer(),
    listen: { host: "127.0.0.1", port: options.port, gracefulShutdownTimeout: "1 second" }
  }).pipe(
    Layer.provide(logging),
    Layer.provide(settings)
  )
  const address = Context.get(yield* Layer.build(app), HttpServer.HttpServer).address
  const signedIn = yield* auth.ensureUser(sandboxUser.email, sandboxUser.password)
  const administrator = yield* auth.ensureUser(sandboxAdmin.email, sandboxAdmin.password)
  yield* Standings.use((standings) => standings.set(UserId.make(administrator.user_id), { role: "admin" })).pipe(
    Effect.provide(Standings.layer.pipe(Layer.provide(Database.layer(Database.localOptions(databaseUrl, 1)))))
  )
  return {
    url: HttpServer.formatAddress(address),
    token: signedIn.access_token,
    userId: signedIn.user_id,
    adminToken: administrator.access_token,
    databaseUrl,
    vendorUrl: vendor.url,
    authUrl: auth.url,
    anonKey: Redacted.value(auth.anonKey)
  }
})

const database = (options: SandboxOptions) =>
  EmbeddedPostgres.layer({ dataDir: options.dataDir, durable: options.durable, onProgress: options.onProgress })

/** A Supabase-like database brought to this version's shape. */
const prepare = Effect.fnUntraced(function*(options: SandboxOptions) {
  yield* installSupabase
  const migrator = yield* Migrator
  const applied = yield* migrator.migrate
  if (applied.length > 0) yield* options.onProgress(`Applied ${applied.length} migrations.`)
})
