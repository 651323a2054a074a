import { Context, Layer, Option, Redacted } from "effect"
import { createHmac } from "node:crypto"
import { parseKeys } from "../webhooks/SecretBox.ts"
import type { SuppressionKind } from "./Suppression.ts"

/** A name or an id as it is remembered, and which key hashed it. */
export interface Hashed {
  readonly key_id: string
  readonly hash: string
}

/** What names and ids are hashed with. Whoever reads the table and has no key learns nothing, for all usernames are soon tried. */
export class SuppressionKeys extends Context.Service<SuppressionKeys, {
  readonly ids: ReadonlyArray<string>
  /** By each key, the first first: it makes new suppressions, and a former one may have made what is looked for. */
  hashes(kind: SuppressionKind, value: string): ReadonlyArray<Hashed>
}>()("analytics-following/suppressions/SuppressionKeys") {
  /** `setting` is `id:base64` of 32 bytes, comma-separated. */
  static readonly layer = (setting: Option.Option<Redacted.Redacted<string>>) => {
    const keys = Option.match(setting, { onNone: () => [], onSome: (text) => parseKeys(Redacted.value(text)) ?? [] })
    return Layer.succeed(SuppressionKeys, {
      ids: keys.map(({ id }) => id),
      hashes: (kind, value) =>
        keys.map(({ bytes, id }) => ({
          key_id: id,
          hash: createHmac("sha256", Redacted.value(bytes)).update(`${kind}:${value}`).digest("hex")
        }))
    })
  }
}
