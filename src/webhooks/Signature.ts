import { Redacted } from "effect"
import { createHmac, randomBytes } from "node:crypto"
import type { DeliveryId } from "./Webhook.ts"

/** A new signing secret: `whsec_` and base64 of 32 random bytes. */
export const newSecret = (): Redacted.Redacted => Redacted.make(`whsec_${randomBytes(32).toString("base64")}`)

/**
 * The headers of Standard Webhooks 1.0: one `v1` signature (HMAC-SHA256 of id, timestamp and body) for each secret that is valid now. `at` is
 * milliseconds since 1970; receivers refuse what is older than five minutes, so each attempt is signed anew.
 */
export const signedHeaders = (id: DeliveryId, at: number, body: string, secrets: ReadonlyArray<Redacted.Redacted>) => {
  const timestamp = String(Math.floor(at / 1000))
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(Redacted.value(secret).slice("whsec_".length), "base64")
    return `v1,${createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64")}`
  })
  return { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signatures.join(" ") }
}
