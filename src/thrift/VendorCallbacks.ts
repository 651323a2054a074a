import { Context, Effect, Layer, Option, type Redacted } from "effect"
import { idOf, tokenOf } from "./CallbackToken.ts"
import { VendorTasks } from "./VendorTasks.ts"

export interface VendorCallbacksOptions {
  /** Where callers reach this server. */
  readonly publicUrl: string
  readonly secret: Redacted.Redacted
}

/** The vendor's word that a task moved. It is believed in nothing but that it is worth looking at the vendor now. */
export class VendorCallbacks extends Context.Service<VendorCallbacks, {
  /** Wakes whoever waits for the token's task in this process; whether the token is ours. Again, or for a task long gone, does nothing. */
  received(token: string): Effect.Effect<boolean>
}>()("analytics-following/thrift/VendorCallbacks") {
  /** Without options no token is ours. */
  static readonly layerNoDeps = (options: Option.Option<VendorCallbacksOptions>) =>
    Layer.effect(
      VendorCallbacks,
      Effect.gen(function*() {
        const tasks = yield* VendorTasks
        return {
          received: Effect.fn("VendorCallbacks.received")(function*(token: string) {
            const id = Option.flatMap(options, ({ secret }) => idOf(secret, token))
            if (Option.isSome(id)) yield* tasks.wake(id.value)
            return Option.isSome(id)
          })
        }
      })
    )
}

/** The address that the vendor is given for one task. */
export const callbackUrlOf = ({ publicUrl, secret }: VendorCallbacksOptions) => (id: string): string =>
  `${publicUrl.replace(/\/+$/, "")}/vendor/callbacks/${tokenOf(secret, id)}`
