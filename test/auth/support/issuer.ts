import { Effect, Layer } from "effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientError from "effect/http/HttpClientError"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from "jose"
import { createHmac } from "node:crypto"
import { tokenVerifierDefaults, type TokenVerifierOptions } from "../../../src/auth/TokenVerifier.ts"

export const issuer = "https://project.supabase.co/auth/v1"
export const userId = "0b0f9c3e-6a53-4b53-9d0f-1c2d3e4f5a6b"
export const sessionId = "7c1d2e3f-0000-4000-8000-aabbccddeeff"

export const options: TokenVerifierOptions = {
  ...tokenVerifierDefaults,
  issuer,
  jwksUrl: `${issuer}/.well-known/jwks.json`
}

export interface SigningKey {
  readonly kid: string
  readonly alg: "ES256" | "RS256"
  readonly privateKey: CryptoKey
  readonly publicJwk: JWK
}

export const makeKey = async (alg: "ES256" | "RS256", kid: string): Promise<SigningKey> => {
  const pair = await generateKeyPair(alg, { extractable: true })
  const publicJwk = { ...(await exportJWK(pair.publicKey)), kid, alg, use: "sig", key_ops: ["verify"] }
  return { kid, alg, privateKey: pair.privateKey, publicJwk }
}

/** The claims Supabase writes, at a second of the test clock. */
export const claimsAt = (second: number, changes: Record<string, unknown> = {}): Record<string, unknown> => {
  const claims = {
    iss: issuer,
    sub: userId,
    aud: "authenticated",
    exp: second + 3600,
    iat: second,
    email: "someone@example.com",
    phone: "",
    app_metadata: { provider: "email", providers: ["email"] },
    user_metadata: { role: "admin", status: "active" },
    role: "authenticated",
    aal: "aal1",
    amr: [{ method: "password", timestamp: second }],
    session_id: sessionId,
    is_anonymous: false,
    ...changes
  }
  return Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined))
}

export const sign = (key: SigningKey, claims: Record<string, unknown>, header: Record<string, unknown> = {}) =>
  new SignJWT(claims).setProtectedHeader({ alg: key.alg, kid: key.kid, typ: "JWT", ...header }).sign(key.privateKey)

const part = (value: unknown) => Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url")

/** A token with any header and payload at all, signed by HMAC-SHA-256 when there is a secret. */
export const forge = (header: unknown, payload: unknown, secret?: string | Uint8Array): string => {
  const input = `${part(header)}.${part(payload)}`
  return `${input}.${secret === undefined ? "" : createHmac("sha256", secret).update(input).digest("base64url")}`
}

/** Any header over real claims, signed with a real key whatever the header says. */
export const signRaw = async (key: SigningKey, header: unknown, payload: unknown): Promise<string> => {
  const input = `${part(header)}.${part(payload)}`
  const algorithm = key.alg === "ES256" ? { name: "ECDSA", hash: "SHA-256" } : "RSASSA-PKCS1-v1_5"
  const signature = await crypto.subtle.sign(algorithm, key.privateKey, new TextEncoder().encode(input))
  return `${input}.${Buffer.from(signature).toString("base64url")}`
}

/** The issuer's key endpoint: counts the calls and answers what `answer` says at that moment. */
export class FakeJwks {
  calls = 0
  answer: Effect.Effect<Response> | "down"

  constructor(answer: ReadonlyArray<SigningKey> | "down") {
    this.answer = answer === "down" ? answer : jwksOf(answer)
  }

  publish(...keys: ReadonlyArray<SigningKey>): void {
    this.answer = jwksOf(keys)
  }

  readonly layer = Layer.succeed(
    HttpClient.HttpClient,
    HttpClient.make((request) =>
      Effect.suspend(() => {
        this.calls++
        return this.answer === "down"
          ? Effect.fail(
            new HttpClientError.HttpClientError({ reason: new HttpClientError.TransportError({ request, description: "down" }) })
          )
          : Effect.map(this.answer, (response) => HttpClientResponse.fromWeb(request, response))
      })
    )
  )
}

export const jwksOf = (keys: ReadonlyArray<SigningKey>) => respond({ keys: keys.map((key) => key.publicJwk) })

export const respond = (body: unknown, init?: ResponseInit) =>
  Effect.sync(() => new Response(typeof body === "string" ? body : JSON.stringify(body), init))
