import { Option, Redacted } from "effect"
import { createHmac, timingSafeEqual } from "node:crypto"

/** The end of a callback address that the vendor is given for one task: nobody can make one, or turn it into another's, without the secret. */
export const tokenOf = (secret: Redacted.Redacted, id: string): string => `${id}.${signatureOf(secret, id).toString("base64url")}`

/** The task's id, if the token was made by us. */
export const idOf = (secret: Redacted.Redacted, token: string): Option.Option<string> => {
  const parts = /^([0-9a-f-]{36})\.([A-Za-z0-9_-]{43})$/.exec(token)
  const [, id, signature] = parts ?? []
  return id !== undefined && signature !== undefined
      && timingSafeEqual(Buffer.from(signature, "base64url"), signatureOf(secret, id))
    ? Option.some(id)
    : Option.none()
}

const signatureOf = (secret: Redacted.Redacted, id: string) =>
  createHmac("sha256", Redacted.value(secret)).update(`vendor-callback:${id}`).digest()
