import { Schema } from "effect"
import * as Column from "../database/Column.ts"
import { text } from "../http/Text.ts"
import { UserId } from "../users/UserId.ts"

export const Email = text(3, 320).check(Schema.isPattern(/^[^\s@]+@[^\s@]+$/, { expected: "an e-mail address" })).annotate({
  format: "email"
})

const secret = (most: number) => Schema.RedactedFromValue(text(1, most).annotate({ format: "password" }))

/** A password to sign in with: whatever it is, it is right or wrong. */
export const Password = secret(1000)

/** A password to be set. bcrypt reads 72 bytes, so that the rest of a longer one would not count. */
export const NewPassword = Schema.RedactedFromValue(
  text(1, 72).check(
    Schema.makeFilter((given: string) => Buffer.byteLength(given) <= 72 || "Expected a password of at most 72 bytes")
  ).annotate({ format: "password", description: "The project's own rules, such as a minimum length, come on top" })
)

export const RefreshToken = secret(8192)

/** What was mailed: the code together with the address, or the hash that the link carries. */
export const mailed = {
  email: Schema.optionalKey(Email),
  code: Schema.optionalKey(secret(20)),
  token_hash: Schema.optionalKey(secret(200))
}

export type Mailed = Schema.Struct<typeof mailed>["Type"]

export const isMailed = Schema.makeFilter((given: Mailed) =>
  (given.token_hash === undefined) === (given.email !== undefined && given.code !== undefined) ||
  "Expected either `token_hash`, or `email` and `code`"
)

/** A session as Supabase gives it, and whose it is. The refresh token is good once. */
export const Session = Schema.Struct({
  access_token: Schema.String.annotate({ description: "For `Authorization: Bearer`" }),
  token_type: Schema.Literal("bearer"),
  expires_in: Schema.Int.annotate({ description: "Seconds" }),
  expires_at: Column.Instant,
  refresh_token: Schema.String.annotate({ description: "For POST /auth/refresh, once: each refresh gives the next one" }),
  user: Schema.Struct({ id: UserId, email: Schema.NullOr(Schema.String) })
}).annotate({ identifier: "Session" })
export type Session = typeof Session.Type
