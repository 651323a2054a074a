import { Clock, Context, Effect, Layer, Option, Redacted } from "effect"
import { BillingOff, BillingSignatureInvalid } from "./BillingErrors.ts"

/** Tells by its signature whether an event comes from the billing provider. */
export class StripeSignature extends Context.Service<StripeSignature, {
  /** The event in a body, as it was sent, if the header signs it. The body is in no log and no error. */
  verify(body: string, header: string | undefined): Effect.Effect<unknown, BillingSignatureInvalid | BillingOff>
}>()("analytics-following/credits/StripeSignature") {
  static readonly layer = (secret: Option.Option<Redacted.Redacted>) =>
    Layer.sync(StripeSignature, () => ({
      verify: Effect.fn("StripeSignature.verify")(function*(body: string, header: string | undefined) {
        if (Option.isNone(secret)) return yield* BillingOff.problem
        if (header === undefined) return yield* BillingSignatureInvalid.problem
        const { webhooks } = yield* library
        const now = yield* Clock.currentTimeMillis
        return yield* Effect.try({
          try: (): unknown =>
            webhooks.constructEvent(body, header, Redacted.value(secret.value), toleranceSeconds, undefined, now),
          catch: () => BillingSignatureInvalid.problem
        })
      })
    }))
}

const toleranceSeconds = 300

/** Loaded with the first event: a server that hears none starts sooner. */
const library = Effect.promise(() => import("stripe")).pipe(Effect.map((module) => module.default))
