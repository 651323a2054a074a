import { Clock, Context, Duration, Effect, Exit, Layer, Schema, Stream } from "effect"
import * as HttpClient from "effect/http/HttpClient"
import type { HttpClientError } from "effect/http/HttpClientError"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import type { CryptoKey } from "jose"
import { importJWK } from "jose/key/import"
import { AuthUnavailable } from "./AuthErrors.ts"
import { makeSingleFlight } from "./SingleFlight.ts"

export interface JwksOptions {
  readonly jwksUrl: string
  /** How old keys grow before the next token has them fetched again, behind its back; at twice the age it waits for them. */
  readonly jwksTtl: Duration.Input
  /** The least time from one fetch to the next, whatever tokens arrive and however fetches end. */
  readonly jwksCooldown: Duration.Input
}

export interface PublicKey {
  readonly alg: "ES256" | "RS256"
  readonly key: CryptoKey
}

/** The issuer's public keys (RFC 7517). Once fetched they stay in use until a later fetch succeeds. */
export class Jwks extends Context.Service<Jwks, {
  /** The key of that id, undefined when the issuer publishes none. Waits only for an unknown id; fails only before the first success. */
  find(kid: string): Effect.Effect<PublicKey | undefined, AuthUnavailable>
}>()("analytics-following/auth/Jwks") {
  static readonly layer = (options: JwksOptions) => Layer.effect(Jwks, make(options))
}

const make = Effect.fnUntraced(function*(options: JwksOptions) {
  const client = yield* HttpClient.HttpClient
  const scope = yield* Effect.scope
  const flight = yield* makeSingleFlight<void>()
  const ttl = Duration.toMillis(options.jwksTtl)
  const cooldown = Duration.toMillis(options.jwksCooldown)
  let keys: ReadonlyMap<string, PublicKey> | undefined
  let fetchedAt = 0
  let nextFetch = 0
  let failing = false

  const fetchAt = (now: number) =>
    Effect.matchCauseEffect(fetchKeys(client, options.jwksUrl), {
      onSuccess: (fetched) => {
        const news = failing || keys === undefined
        keys = fetched
        fetchedAt = now
        failing = false
        return Effect.logWithLevel(news ? "Info" : "Debug")("Signing keys fetched", { kids: [...fetched.keys()] })
      },
      onFailure: (cause) => {
        const news = !failing
        failing = true
        const until = keys === undefined ? "no token can be verified before they are" : "those known stay in use"
        return Effect.logWithLevel(news ? "Warn" : "Debug")(`Signing keys cannot be fetched; ${until}`, cause)
      }
    })

  const refresh = flight(
    "jwks",
    Effect.flatMap(Clock.currentTimeMillis, (now) => {
      if (now < nextFetch) return Effect.void
      nextFetch = now + cooldown
      return fetchAt(now)
    })
  )

  const findAfterRefresh = Effect.fnUntraced(function*(kid: string) {
    yield* refresh
    if (keys === undefined) return yield* AuthUnavailable.after(nextFetch - (yield* Clock.currentTimeMillis))
    return keys.get(kid)
  })

  yield* Effect.forkScoped(refresh)

  return Jwks.of({
    find: (kid) =>
      Effect.clockWith((clock) => {
        const known = keys?.get(kid)
        if (known === undefined) return findAfterRefresh(kid)
        const now = clock.currentTimeMillisUnsafe()
        if (now < fetchedAt + ttl || (failing && now < nextFetch)) return Effect.succeed(known)
        // After a quiet time the key may have been withdrawn long ago: nobody waits in an outage, but here it is worth a fetch.
        if (!failing && now >= fetchedAt + 2 * ttl) return findAfterRefresh(kid)
        return Effect.as(Effect.forkIn(refresh, scope), known)
      })
  })
})

const maxBytes = 65_536

const fetchKeys = Effect.fn("Jwks.fetch")(
  function*(client: HttpClient.HttpClient, url: string) {
    const response = yield* Effect.flatMap(
      client.execute(HttpClientRequest.acceptJson(HttpClientRequest.get(url))),
      HttpClientResponse.filterStatus((status) => status === 200)
    )
    const body = yield* Stream.mkUint8Array(
      Stream.limitBytes<HttpClientError | JwksTooLarge, never>(response.stream, maxBytes, () => tooLarge)
    )
    const set = yield* decodeSet(new TextDecoder().decode(body))
    const keys = new Map<string, PublicKey>()
    for (const entry of set.keys) {
      const jwk = decodeJwk(entry)
      // Keys of other kinds are the issuer's business. A private or ambiguous one is skipped as well, and no token of it is accepted.
      if (jwk._tag === "None" || keys.has(jwk.value.kid)) continue
      const { kid, ...material } = jwk.value
      const alg = material.kty === "EC" ? "ES256" : "RS256"
      const key = yield* Effect.exit(Effect.tryPromise(() => importJWK(material, alg)))
      if (Exit.isFailure(key)) yield* Effect.logWarning("A signing key is malformed and not used", { kid })
      else if (!(key.value instanceof Uint8Array)) keys.set(kid, { alg, key: key.value })
    }
    return keys
  },
  Effect.timeout("5 seconds"),
  Effect.provideService(HttpClient.TracerPropagationEnabled, false)
)

class JwksTooLarge extends Schema.TaggedError<JwksTooLarge>()("JwksTooLarge", { max_bytes: Schema.Int }) {}

const tooLarge = Stream.fail(new JwksTooLarge({ max_bytes: maxBytes }))

const decodeSet = Schema.decodeUnknownEffect(Schema.fromJsonString(Schema.Struct({ keys: Schema.Array(Schema.Unknown) })))

const base64url = (minLength: number) => Schema.String.check(Schema.isPattern(/^[\w-]+$/), Schema.isMinLength(minLength))

const common = {
  kid: Schema.NonEmptyString.check(Schema.isMaxLength(256)),
  use: Schema.optionalKey(Schema.Literal("sig")),
  key_ops: Schema.optionalKey(Schema.mutable(Schema.Tuple([Schema.Literal("verify")]))),
  d: Schema.optionalKey(Schema.Never)
}

/** A public signature key of a kind this service verifies: P-256, or RSA of at least 2,048 bits (342 characters). */
const PublicJwk = Schema.Union([
  Schema.Struct({
    ...common,
    kty: Schema.Literal("EC"),
    crv: Schema.Literal("P-256"),
    x: base64url(43),
    y: base64url(43),
    alg: Schema.optionalKey(Schema.Literal("ES256"))
  }),
  Schema.Struct({
    ...common,
    kty: Schema.Literal("RSA"),
    n: base64url(342),
    e: base64url(2),
    alg: Schema.optionalKey(Schema.Literal("RS256"))
  })
])

const decodeJwk = Schema.decodeUnknownOption(PublicJwk)
