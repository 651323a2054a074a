import { Layer, Option, Redacted } from "effect"
import { Outbound } from "../outbound/Outbound.ts"
import { callTimeout, Deliverer } from "./Deliverer.ts"
import { Outbox } from "./Outbox.ts"
import { parseKeys, SecretBox } from "./SecretBox.ts"
import { Webhooks } from "./Webhooks.ts"

export interface WebhookOptions {
  /** As `parseKeys` reads them; none: no webhook can be made, and nothing is delivered. */
  readonly keys: Option.Option<Redacted.Redacted>
  /** Takes http, any port and any address: for tests and the sandbox alone. */
  readonly allowPrivate: boolean
}

/** The room: its door, the outbox of the others, and what `Webhooks.workerLayer` needs to deliver. */
export const layer = ({ allowPrivate, keys }: WebhookOptions) =>
  Layer.mergeAll(Outbox.layer, Webhooks.layer({ allowPrivate }), Deliverer.layer).pipe(
    Layer.provide(Outbound.layer({ allowPrivate, timeout: callTimeout })),
    Layer.provideMerge(SecretBox.layer(Option.match(keys, {
      onNone: () => [],
      onSome: (given) => parseKeys(Redacted.value(given)) ?? []
    })))
  )
