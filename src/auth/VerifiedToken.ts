import { Effect, Option, Schema } from "effect"
import { UserId } from "../users/UserId.ts"

/** What a verified Supabase access token says. Its `app_metadata` is the issuer's word; `user_metadata` is the user's own and decides nothing. */
export interface VerifiedToken {
  readonly id: UserId
  readonly email: string | null
  readonly phone: string | null
  readonly session_id: string | null
  /** Signed in without an identity: Supabase gives such users the role `authenticated` too. */
  readonly is_anonymous: boolean
  /** When the user last proved who they are, in seconds since 1970; a refresh proves nothing. Null where the token does not say. */
  readonly authenticated_at: number | null
  readonly app_metadata: Schema.JsonObject
  readonly user_metadata: Schema.JsonObject
  /** Seconds since 1970. */
  readonly iat: number
  /** Seconds since 1970. */
  readonly exp: number
}

/** Reads the claims of a token whose signature, issuer and audience are already known to be right. */
export const decodeClaims = (claims: unknown) => Effect.map(decode(claims), fromClaims)

const Metadata = Schema.Record(Schema.String, Schema.Json)

const Claims = Schema.Struct({
  sub: UserId,
  // The keys `anon` and `service_role` are tokens of the same issuer; neither is a user.
  role: Schema.Literal("authenticated"),
  iat: Schema.Finite,
  exp: Schema.Finite,
  email: Schema.optionalKey(Schema.String),
  phone: Schema.optionalKey(Schema.String),
  session_id: Schema.optionalKey(Schema.String),
  is_anonymous: Schema.optionalKey(Schema.Boolean),
  amr: Schema.optionalKey(Schema.Json),
  app_metadata: Schema.optionalKey(Metadata),
  user_metadata: Schema.optionalKey(Metadata)
})

const decode = Schema.decodeUnknownEffect(Claims)

const fromClaims = (claims: typeof Claims.Type): VerifiedToken => ({
  id: claims.sub,
  email: emptyIsNull(claims.email),
  phone: emptyIsNull(claims.phone),
  session_id: emptyIsNull(claims.session_id),
  is_anonymous: claims.is_anonymous ?? false,
  authenticated_at: latestProof(claims.amr),
  app_metadata: claims.app_metadata ?? {},
  user_metadata: claims.user_metadata ?? {},
  iat: claims.iat,
  exp: claims.exp
})

/** Supabase writes how and when: `[{ method, timestamp }]`. Entries of another form, as RFC 8176 has them, say no time. */
const latestProof = (amr: Schema.Json | undefined): number | null => {
  const times = (Array.isArray(amr) ? amr : []).flatMap((entry) => Option.toArray(decodeProof(entry)))
    .filter(({ method }) => method !== "token_refresh")
    .map(({ timestamp }) => timestamp)
  return times.length === 0 ? null : Math.max(...times)
}

const decodeProof = Schema.decodeUnknownOption(Schema.Struct({ method: Schema.String, timestamp: Schema.Finite }))

/** Supabase writes an absent email or phone as "". */
const emptyIsNull = (text: string | undefined): string | null => text === undefined || text === "" ? null : text
