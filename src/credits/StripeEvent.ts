import { Option, Result, Schema } from "effect"
import type * as Column from "../database/Column.ts"
import { instantOf } from "../database/Instant.ts"
import { UserId } from "../users/UserId.ts"
import { type Tier, tiers } from "./Plan.ts"
import { SubscriptionStatus } from "./Subscription.ts"

/** What an event of the billing provider says, of the few kinds that matter here. */
export interface BillingNotice {
  readonly id: string
  readonly type: string
  readonly occurredAt: Column.Instant
  readonly about: About | null
}

interface Parties {
  readonly subscription: string
  readonly customer: string
  /** Null where the event does not say, or says no user id. */
  readonly user: UserId | null
}

export type About =
  | Parties & {
    readonly is: "described"
    readonly status: typeof SubscriptionStatus.Type
    /** Ids of the prices, to be looked for in the plans. */
    readonly prices: ReadonlyArray<string>
    /** The plan by name, where a price or the subscription says it. */
    readonly tier: Tier | null
    readonly startedAt: Column.Instant
    readonly periodEndsAt: Column.Instant | null
    readonly cancelAtPeriodEnd: boolean
    /** Of events of one second the later one is greater, whatever the order they come in. */
    readonly rank: string
  }
  | Parties & { readonly is: "paid"; readonly until: Column.Instant }
  | Parties & { readonly is: "payment_failed" }
  | Parties & { readonly is: "linked" }

/**
 * Reads an event of Stripe. One of a kind that is nothing to us is about nothing. Undefined where it is no event, or of a kind that matters
 * and not as it was when this was written: refused, it is sent again for days, and is not heard before it is understood.
 */
export const readStripeEvent = (event: unknown): BillingNotice | undefined => {
  const envelope = decodeEnvelope(event)
  if (Option.isNone(envelope)) return undefined
  const { created, data, id, type } = envelope.value
  const reader = readers.find(({ types }) => types.includes(type))
  const about = reader === undefined ? null : reader.read(data.object, { id, type, created })
  return about === undefined ? undefined : { id, type, occurredAt: seconds(created), about }
}

const Seconds = Schema.Int
const Metadata = Schema.Record(Schema.String, Schema.String)
/** An id, or the object itself where the provider was asked to expand it. */
const Reference = Schema.Union([Schema.String, Schema.Struct({ id: Schema.String })])
const maybe = <S extends Schema.Top>(schema: S) => Schema.optionalKey(Schema.NullOr(schema))

const Envelope = Schema.Struct({
  id: Schema.String.check(Schema.isBetweenLength(1, 255)),
  type: Schema.String.check(Schema.isBetweenLength(1, 255)),
  created: Seconds,
  data: Schema.Struct({ object: Schema.Unknown })
})

const Price = Schema.Struct({ id: Schema.String, lookup_key: maybe(Schema.String), metadata: maybe(Metadata) })

const StripeSubscription = Schema.Struct({
  id: Schema.String,
  customer: Reference,
  status: SubscriptionStatus,
  metadata: maybe(Metadata),
  start_date: Seconds,
  // At the subscription until 2025, at its items since.
  current_period_end: maybe(Seconds),
  cancel_at_period_end: maybe(Schema.Boolean),
  items: Schema.Struct({ data: Schema.Array(Schema.Struct({ price: Price, current_period_end: maybe(Seconds) })) })
})

const StripeInvoice = Schema.Struct({
  customer: maybe(Reference),
  subscription: maybe(Reference),
  subscription_details: maybe(Schema.Struct({ metadata: maybe(Metadata) })),
  parent: maybe(Schema.Struct({
    subscription_details: maybe(Schema.Struct({ subscription: Reference, metadata: maybe(Metadata) }))
  })),
  lines: Schema.Struct({ data: Schema.Array(Schema.Struct({ period: Schema.Struct({ end: Seconds }) })) })
})

const StripeCheckout = Schema.Struct({
  customer: maybe(Reference),
  subscription: maybe(Reference),
  client_reference_id: maybe(Schema.String),
  metadata: maybe(Metadata)
})

interface Origin {
  readonly id: string
  readonly type: string
  readonly created: number
}

const decodeEnvelope = Schema.decodeUnknownOption(Envelope)

const reader = <S extends Schema.ConstraintDecoder<unknown>>(
  types: ReadonlyArray<string>,
  schema: S,
  read: (object: S["Type"], origin: Origin) => About | null
) => {
  const decode = Schema.decodeUnknownResult(schema)
  return {
    types,
    read: (object: unknown, origin: Origin) => {
      const decoded = decode(object)
      return Result.isSuccess(decoded) ? read(decoded.success, origin) : undefined
    }
  }
}

const described = ["customer.subscription.created", "customer.subscription.updated", "customer.subscription.deleted"]

const readers = [
  reader(described, StripeSubscription, (object, { created, id, type }) => {
    const end = object.current_period_end ?? object.items.data[0]?.current_period_end ?? null
    const prices = object.items.data.map(({ price }) => price)
    return {
      is: "described",
      subscription: object.id,
      customer: idOf(object.customer),
      user: userOf(object.metadata?.["user_id"]),
      status: object.status,
      prices: prices.map((price) => price.id),
      tier: tierOf(object.metadata?.["tier"], ...prices.flatMap((price) => [price.lookup_key, price.metadata?.["tier"]])),
      startedAt: seconds(object.start_date),
      periodEndsAt: end === null ? null : seconds(end),
      cancelAtPeriodEnd: object.cancel_at_period_end ?? false,
      rank: [String(created).padStart(12, "0"), described.indexOf(type), String(end ?? 0).padStart(12, "0"), id].join("/")
    }
  }),
  reader(["invoice.paid", "invoice.payment_succeeded"], StripeInvoice, (object) => {
    const end = Math.max(...object.lines.data.map(({ period }) => period.end))
    const parties = partiesOf(object)
    return parties === null || !Number.isFinite(end) ? null : { ...parties, is: "paid", until: seconds(end) }
  }),
  reader(["invoice.payment_failed"], StripeInvoice, (object) => {
    const parties = partiesOf(object)
    return parties === null ? null : { ...parties, is: "payment_failed" }
  }),
  reader(
    ["checkout.session.completed"],
    StripeCheckout,
    (object) =>
      object.customer == null || object.subscription == null ? null : {
        is: "linked",
        subscription: idOf(object.subscription),
        customer: idOf(object.customer),
        user: userOf(object.client_reference_id ?? object.metadata?.["user_id"])
      }
  )
]

const partiesOf = (invoice: typeof StripeInvoice.Type): Parties | null => {
  const parent = invoice.parent?.subscription_details
  const subscription = parent?.subscription ?? invoice.subscription
  return subscription == null || invoice.customer == null ? null : {
    subscription: idOf(subscription),
    customer: idOf(invoice.customer),
    user: userOf((parent?.metadata ?? invoice.subscription_details?.metadata)?.["user_id"])
  }
}

const idOf = (reference: typeof Reference.Type): string => typeof reference === "string" ? reference : reference.id

const decodeUser = Schema.decodeUnknownOption(UserId)
const userOf = (given: string | null | undefined): UserId | null =>
  given == null ? null : Option.getOrNull(decodeUser(given.toLowerCase()))

const tierOf = (...named: ReadonlyArray<string | null | undefined>): Tier | null =>
  tiers.find((tier) => named.some((name) => name === tier)) ?? null

const seconds = (given: number): Column.Instant => instantOf(given * 1000)
