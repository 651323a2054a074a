import { Context, Layer, Redacted, Result, Schema } from "effect"
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto"

/** As a secret is stored: encrypted, and by which key. */
export interface Sealed {
  readonly key_id: string
  readonly sealed: string
}

/** No key of these opens it, or it is not what was sealed for this place. */
export class SecretUnreadable extends Schema.TaggedError<SecretUnreadable>()("SecretUnreadable", {}) {}

/** Keeps secrets that must be read again: AES-256-GCM, bound to the place they belong to, so that one cannot be moved to another row. */
export class SecretBox extends Context.Service<SecretBox, {
  /** False: no key is set, nothing can be sealed or opened. */
  readonly ready: boolean
  seal(secret: Redacted.Redacted, place: string): Result.Result<Sealed, SecretUnreadable>
  open(sealed: Sealed, place: string): Result.Result<Redacted.Redacted, SecretUnreadable>
}>()("analytics-following/webhooks/SecretBox") {
  /** The first key seals, all of them open: a new key is put in front, and the old one goes when nothing is sealed with it. */
  static readonly layer = (keys: ReadonlyArray<SecretKey>) =>
    Layer.succeed(SecretBox, {
      ready: keys.length > 0,
      seal: (secret, place) => {
        const [key] = keys
        if (key === undefined) return Result.fail(new SecretUnreadable())
        const nonce = randomBytes(12)
        const cipher = createCipheriv(algorithm, Redacted.value(key.bytes), nonce).setAAD(Buffer.from(place))
        const text = Buffer.concat([cipher.update(Redacted.value(secret), "utf8"), cipher.final()])
        return Result.succeed({ key_id: key.id, sealed: Buffer.concat([nonce, cipher.getAuthTag(), text]).toString("base64") })
      },
      open: ({ key_id, sealed }, place) => {
        const key = keys.find(({ id }) => id === key_id)
        if (key === undefined) return Result.fail(new SecretUnreadable())
        const bytes = Buffer.from(sealed, "base64")
        return Result.try({
          try: () => {
            const decipher = createDecipheriv(algorithm, Redacted.value(key.bytes), bytes.subarray(0, 12), { authTagLength: 16 })
              .setAAD(Buffer.from(place)).setAuthTag(bytes.subarray(12, 28))
            return Redacted.make(Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString("utf8"))
          },
          catch: () => new SecretUnreadable()
        })
      }
    })
}

export interface SecretKey {
  readonly id: string
  readonly bytes: Redacted.Redacted<Uint8Array>
}

/** Keys as the setting writes them: `id:base64` of 32 bytes, comma-separated. Undefined when one of them is not that, or an id comes twice. */
export const parseKeys = (text: string): ReadonlyArray<SecretKey> | undefined => {
  const keys = text.split(",").map((entry) => {
    const [, id, base64 = ""] = /^\s*([\w-]{1,32}):([A-Za-z0-9+/_-]{43}=?)\s*$/.exec(entry) ?? []
    return id === undefined ? undefined : { id, bytes: Redacted.make(new Uint8Array(Buffer.from(base64, "base64"))) }
  }).filter((key) => key !== undefined)
  return keys.length === text.split(",").length && new Set(keys.map(({ id }) => id)).size === keys.length ? keys : undefined
}

const algorithm = "aes-256-gcm"
