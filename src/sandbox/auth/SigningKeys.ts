import { Clock, Context, Effect, Layer, Redacted, Schema } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import * as jose from "jose"
import { createHmac, randomBytes, randomUUID } from "node:crypto"
import { type AuthApiError, refuse } from "./AuthApiError.ts"
import { addKey, allKeys, createKeyTable, type StoredKey } from "./SigningKeyRepo.ts"

/** What the emulator itself reads of a token it issued. */
export const Claims = Schema.Struct({
  sub: Schema.optionalKey(Schema.String),
  session_id: Schema.optionalKey(Schema.String),
  role: Schema.optionalKey(Schema.String)
})

/** The project's keys: ES256 for access tokens (published), one secret for the two API keys and for refresh tokens. */
export class SigningKeys extends Context.Service<SigningKeys, {
  readonly anonKey: Redacted.Redacted<string>
  readonly serviceRoleKey: Redacted.Redacted<string>
  isApiKey(key: string): boolean
  /** The public keys, the current one first; retired ones follow. */
  readonly jwks: Effect.Effect<jose.JSONWebKeySet>
  sign(claims: jose.JWTPayload): Effect.Effect<string>
  verify(token: string): Effect.Effect<typeof Claims.Type, AuthApiError>
  /** 32 bytes that only this project can make from these. */
  tag(data: Uint8Array): Uint8Array
  /** Signs with a new key from now on; tokens of the earlier ones stay valid. */
  readonly rotate: Effect.Effect<void, SqlError | Schema.SchemaError>
}>()("analytics-following/sandbox/auth/SigningKeys") {
  static readonly layer = Layer.effect(SigningKeys, Effect.suspend(() => make))
}

const make = Effect.gen(function*() {
  const services = yield* Effect.context<SqlClient>()
  const now = Math.floor((yield* Clock.currentTimeMillis) / 1000)
  yield* createKeyTable
  yield* addKey({ kid: secretId, created: now, jwk: { kty: "oct", k: randomBytes(32).toString("base64url") } })

  let stored = yield* allKeys
  const addSigningKey = Effect.gen(function*() {
    yield* addKey(yield* generate(now))
    stored = yield* allKeys
  })
  if (signing(stored).length === 0) yield* addSigningKey

  const { created, secret } = yield* secretOf(stored)
  const apiKey = (role: string) =>
    Effect.promise(() =>
      new jose.SignJWT({ iss: "supabase", ref: "sandbox", role, iat: created, exp: created + tenYears })
        .setProtectedHeader({ alg: "HS256", typ: "JWT" }).sign(secret)
    )
  const anonKey = yield* apiKey("anon")
  const serviceRoleKey = yield* apiKey("service_role")

  const sign = Effect.fnUntraced(function*(claims: jose.JWTPayload) {
    const current = signing(stored)[0]
    if (current === undefined) return yield* Effect.die("no signing key")
    return yield* Effect.promise(() =>
      new jose.SignJWT(claims).setProtectedHeader({ alg: "ES256", kid: current.kid, typ: "JWT" }).sign(current.jwk)
    )
  })

  const verify = Effect.fnUntraced(function*(token: string) {
    const currentDate = new Date(yield* Clock.currentTimeMillis)
    const { payload } = yield* Effect.tryPromise({
      // Each kind of key is tried with its own algorithm alone, so that a public key never serves as a secret.
      try: async () =>
        jose.decodeProtectedHeader(token).alg === "HS256"
          ? jose.jwtVerify(token, secret, { algorithms: ["HS256"], currentDate })
          : jose.jwtVerify(token, jose.createLocalJWKSet(publicSet(stored)), { algorithms: ["ES256"], currentDate }),
      catch: () => refuse(403, "bad_jwt", "invalid JWT: unable to parse or verify signature, or token is expired")
    })
    return yield* Effect.mapError(decodeClaims(payload), () => refuse(403, "bad_jwt", "invalid claim"))
  })

  return SigningKeys.of({
    anonKey: Redacted.make(anonKey),
    serviceRoleKey: Redacted.make(serviceRoleKey),
    isApiKey: (key) => key === anonKey || key === serviceRoleKey,
    jwks: Effect.sync(() => publicSet(stored)),
    sign,
    verify,
    tag: (data) => createHmac("sha256", secret).update(data).digest(),
    rotate: Effect.provideContext(addSigningKey, services)
  })
})

const secretId = "secret"
const tenYears = 10 * 365 * 86_400

const generate = (created: number) =>
  Effect.promise(async (): Promise<StoredKey> => {
    const { privateKey } = await jose.generateKeyPair("ES256", { extractable: true })
    const { crv, d, kty, x, y } = await jose.exportJWK(privateKey)
    return { kid: randomUUID(), created, jwk: { kty: kty ?? "", crv: crv ?? "", x: x ?? "", y: y ?? "", d: d ?? "" } }
  })

const signing = (stored: ReadonlyArray<StoredKey>) => stored.filter(({ kid }) => kid !== secretId)

const publicSet = (stored: ReadonlyArray<StoredKey>): jose.JSONWebKeySet => ({
  keys: signing(stored).map(({ jwk: { d: _private, ...open }, kid }) => ({
    ...open,
    kid,
    alg: "ES256",
    use: "sig",
    key_ops: ["verify"]
  }))
})

const secretOf = Effect.fnUntraced(function*(stored: ReadonlyArray<StoredKey>) {
  const key = stored.find(({ kid }) => kid === secretId)
  if (key === undefined) return yield* Effect.die("no secret")
  return { created: key.created, secret: Buffer.from(key.jwk["k"] ?? "", "base64url") }
})

const decodeClaims = Schema.decodeUnknownEffect(Claims)
