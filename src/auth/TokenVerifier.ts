import { Clock, Context, Duration, Effect, Layer, Option, Redacted, Schema } from "effect"
import { decodeProtectedHeader } from "jose/decode/protected_header"
import * as errors from "jose/errors"
import { jwtVerify } from "jose/jwt/verify"
import { TtlMap } from "../cache/TtlMap.ts"
import { type AuthUnavailable, InvalidToken } from "./AuthErrors.ts"
import { Jwks, type JwksOptions } from "./Jwks.ts"
import { decodeClaims, type VerifiedToken } from "./VerifiedToken.ts"

export interface TokenVerifierOptions extends JwksOptions {
  /** The exact `iss`: `https://<project>.supabase.co/auth/v1`. */
  readonly issuer: string
  readonly audience: string
  /** The legacy shared secret of a Supabase project. HS256 tokens are refused without one. */
  readonly hs256Secret: Option.Option<Redacted.Redacted<string>>
  /** How far clocks may differ. */
  readonly leewaySeconds: number
  /** How many verified tokens are remembered. */
  readonly cacheCapacity: number
  /** How long at most: a key the issuer withdraws is trusted this much longer than `jwksTtl`. */
  readonly cacheTtl: Duration.Input
}

export const tokenVerifierDefaults = {
  audience: "authenticated",
  hs256Secret: Option.none<Redacted.Redacted<string>>(),
  leewaySeconds: 10,
  jwksTtl: "10 minutes",
  jwksCooldown: "10 seconds",
  cacheCapacity: 10_000,
  cacheTtl: "60 seconds"
} as const satisfies Partial<TokenVerifierOptions>

/** Verifies Supabase access tokens here, without asking Supabase. Says nothing of the account's state: see `AccountStanding`. */
export class TokenVerifier extends Context.Service<TokenVerifier, {
  /** A plain string is taken too: on the hot path `Redacted` costs as much as all the rest. */
  verify(token: string | Redacted.Redacted<string>): Effect.Effect<VerifiedToken, InvalidToken | AuthUnavailable>
  /** What a token says that was verified lately, without waiting. `now` is milliseconds since 1970. */
  known(token: string, now: number): VerifiedToken | undefined
}>()("analytics-following/auth/TokenVerifier") {
  static readonly layerNoDeps = (options: TokenVerifierOptions) => Layer.effect(TokenVerifier, make(options))
  static readonly layer = (options: TokenVerifierOptions) => this.layerNoDeps(options).pipe(Layer.provide(Jwks.layer(options)))
}

/** RFC 7518 section 3.2: a shorter secret can be guessed from any one token. */
export class WeakSecret extends Schema.TaggedError<WeakSecret>()("WeakSecret", { min_bytes: Schema.Int }) {}

const make = Effect.fnUntraced(function*(options: TokenVerifierOptions) {
  const jwks = yield* Jwks
  const secret = Option.isNone(options.hs256Secret) ? undefined : yield* importSecret(options.hs256Secret.value)
  const cacheTtl = Duration.toMillis(options.cacheTtl)
  const verified = new TtlMap<{ readonly token: string; readonly claims: VerifiedToken }>(options.cacheCapacity)
  const known = (token: string, now: number): VerifiedToken | undefined => {
    const entry = verified.get(signatureEnd(token), now)
    return entry?.token === token ? entry.claims : undefined
  }

  const keyFor = Effect.fnUntraced(function*(header: typeof Header.Type) {
    if (header.alg === "HS256") return secret ?? (yield* refused("alg"))
    if (header.kid === undefined) return yield* refused("kid")
    const found = yield* jwks.find(header.kid)
    if (found === undefined) return yield* refused("kid")
    return found.alg === header.alg ? found.key : yield* refused("alg")
  })

  const verifyNew = Effect.fnUntraced(function*(token: string, now: number) {
    const header = yield* readHeader(token)
    const key = yield* keyFor(header)
    const { payload } = yield* Effect.promise(() =>
      jwtVerify(token, key, {
        algorithms: [header.alg],
        issuer: options.issuer,
        audience: options.audience,
        clockTolerance: options.leewaySeconds,
        currentDate: new Date(now),
        requiredClaims: ["sub", "exp", "iat"]
      })
    ).pipe(Effect.catchDefect((error) => error instanceof errors.JOSEError ? Effect.fail(toInvalid(error)) : Effect.die(error)))
    const claims = yield* Effect.mapError(decodeClaims(payload), () => invalid("claims"))
    if (claims.iat > now / 1000 + options.leewaySeconds) return yield* refused("iat")
    // By a clock that is set back, too: the signature stays good, and checked anew the token would be of the future. Who may come is looked up apart.
    verified.set(signatureEnd(token), { token, claims }, -Infinity, Math.min(now + cacheTtl, claims.exp * 1000))
    return claims
  })

  return TokenVerifier.of({
    verify: (token) =>
      Effect.clockWith((clock: Clock.Clock) => {
        const raw = typeof token === "string" ? token : Redacted.value(token)
        if (raw.length > maxTokenLength) return refused("size")
        const now = clock.currentTimeMillisUnsafe()
        const claims = known(raw, now)
        return claims === undefined ? verifyNew(raw, now) : Effect.succeed(claims)
      }),
    known
  })
})

/**
 * Names a token in a map: a Map hashes every character of a string it has not seen, which costs 3 µs for a whole token, as much as
 * SHA-256. The signature's end is as unique; the token itself is compared, which costs a tenth of a microsecond.
 */
const signatureEnd = (token: string): string => token.slice(-43)

/** Characters; a token is ASCII. */
const maxTokenLength = 8_192

/** `crit` and every header that brings or names its own key are refused, not ignored: Supabase sends none of them. */
const Header = Schema.Struct({
  alg: Schema.Literals(["ES256", "RS256", "HS256"]),
  typ: Schema.optionalKey(Schema.Literals(["JWT", "jwt", "at+jwt"])),
  kid: Schema.optionalKey(Schema.NonEmptyString.check(Schema.isMaxLength(256))),
  crit: Schema.optionalKey(Schema.Never),
  jwk: Schema.optionalKey(Schema.Never),
  jku: Schema.optionalKey(Schema.Never),
  x5u: Schema.optionalKey(Schema.Never),
  x5c: Schema.optionalKey(Schema.Never)
})

const decodeHeader = Schema.decodeUnknownEffect(Header)

/** `jose` tolerates blanks, padding and stray bits, so that one token could be written in many ways and fill the cache: one is taken. */
const isCompact = (token: string): boolean => {
  const signature = /^[\w-]+\.[\w-]+\.([\w-]+)$/.exec(token)?.[1]
  return signature !== undefined && Buffer.from(signature, "base64url").toString("base64url") === signature
}

const readHeader = Effect.fnUntraced(function*(token: string) {
  if (!isCompact(token)) return yield* refused("format")
  const header = yield* Effect.try({ try: () => decodeProtectedHeader(token), catch: () => invalid("format") })
  return yield* Effect.mapError(decodeHeader(header), () => invalid("header"))
})

const importSecret = (secret: Redacted.Redacted<string>) =>
  Effect.suspend(() => {
    const bytes = new TextEncoder().encode(Redacted.value(secret))
    return bytes.length < 32
      ? Effect.fail(new WeakSecret({ min_bytes: 32 }))
      : Effect.promise(() => crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["verify"]))
  })

const toInvalid = (error: errors.JOSEError): InvalidToken => {
  if (error instanceof errors.JWTExpired) return new InvalidToken({ reason: "expired", check: error.claim })
  if (error instanceof errors.JWTClaimValidationFailed) return invalid(error.claim)
  return invalid(error instanceof errors.JWSSignatureVerificationFailed ? "signature" : error.code)
}

const invalid = (check: string) => new InvalidToken({ reason: "invalid", check })

const refused = (check: string) => Effect.fail(invalid(check))
