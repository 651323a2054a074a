import { Schema } from "effect"
import { createCipheriv, createDecipheriv, createHmac, randomBytes } from "node:crypto"
import type { UserId } from "../users/UserId.ts"

/** An answer as it is kept. */
export const KeptAnswer = Schema.Struct({
  status: Schema.Int,
  headers: Schema.Record(Schema.String, Schema.String),
  content_type: Schema.NullOr(Schema.String),
  body: Schema.NullOr(Schema.String)
})
export type KeptAnswer = typeof KeptAnswer.Type

/** What one key of one user gives. Nothing that is kept tells the key, the request or the answer to whoever does not have the key. */
export interface IdempotencyKey {
  /** Names the key in the database. */
  readonly digest: string
  readonly fingerprint: (method: string, url: string, body: string) => string
  readonly seal: (answer: KeptAnswer) => string
  /** Dies on what this key has not sealed. */
  readonly open: (sealed: string) => KeptAnswer
}

/**
 * The header's value: 1 to 255 printable ASCII characters, bare or as a quoted string (a structured field, as the IETF draft has it).
 * Undefined for what is neither.
 */
export const parseKey = (header: string): string | undefined => {
  const key = /^"([^"\\]*)"$/.exec(header)?.[1] ?? header
  return /^[\x20-\x7e]{1,255}$/.test(key) && key.trim() !== "" ? key : undefined
}

/** HMACs keyed with the caller's key, each for one purpose: no secret of ours to keep, share or rotate. */
export const keyOf = (user: UserId, key: string): IdempotencyKey => {
  const derive = (purpose: string) => createHmac("sha256", key).update(`analytics-following/idempotency/1/${purpose}/${user}\n`)
  const cipherKey = () => derive("answer").digest()
  return {
    digest: derive("key").digest("base64url"),
    fingerprint: (method, url, body) => derive("request").update(`${method} ${url}\n${body}`).digest("base64url"),
    seal: (answer) => {
      const nonce = randomBytes(nonceBytes)
      const cipher = createCipheriv("aes-256-gcm", cipherKey(), nonce)
      const text = Buffer.concat([cipher.update(encode(answer)), cipher.final()])
      return Buffer.concat([nonce, cipher.getAuthTag(), text]).toString("base64")
    },
    open: (sealed) => {
      const bytes = Buffer.from(sealed, "base64")
      const decipher = createDecipheriv("aes-256-gcm", cipherKey(), bytes.subarray(0, nonceBytes))
      decipher.setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes))
      return decode(Buffer.concat([decipher.update(bytes.subarray(nonceBytes + tagBytes)), decipher.final()]).toString())
    }
  }
}

const nonceBytes = 12
const tagBytes = 16

const encode = Schema.encodeSync(Schema.fromJsonString(KeptAnswer))
const decode = Schema.decodeSync(Schema.fromJsonString(KeptAnswer))
