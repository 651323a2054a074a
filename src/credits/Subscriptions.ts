import { Clock, Context, Effect, Layer } from "effect"
import type * as Column from "../database/Column.ts"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { instantOf } from "../database/Instant.ts"
import { Transaction } from "../database/Transaction.ts"
import type { UserId } from "../users/UserId.ts"
import { Users } from "../users/Users.ts"
import { Ledger } from "./Ledger.ts"
import { type Tier, tiers } from "./Plan.ts"
import { PlanRepo } from "./PlanRepo.ts"
import { validAt } from "./Renewal.ts"
import type { About, BillingNotice } from "./StripeEvent.ts"
import type { EventOutcome, Subscription } from "./Subscription.ts"
import { SubscriptionRepo } from "./SubscriptionRepo.ts"

/**
 * Who has subscribed to what, by the events of the billing provider. What is kept after a set of events is the same in whatever order and
 * however often they come; each changes the subscription, the user's plan and the credits that are due by it in one transaction.
 */
export class Subscriptions extends Context.Service<Subscriptions, {
  hear(notice: BillingNotice): Effect.Effect<typeof EventOutcome.Type, DatabaseError>
  /** The subscription that the user's plan comes from, or the latest one; undefined where there is none. */
  of(user: UserId): Effect.Effect<Subscription | undefined, DatabaseError>
}>()("analytics-following/credits/Subscriptions") {
  static readonly layerNoDeps = (options: { readonly enabled: boolean }) =>
    Layer.effect(
      Subscriptions,
      Effect.gen(function*() {
        const repo = yield* SubscriptionRepo
        const ledger = yield* Ledger
        const plans = yield* PlanRepo
        const users = yield* Users
        const transaction = yield* Transaction

        const tierOf = Effect.fnUntraced(function*(about: About & { readonly is: "described" }) {
          const now = yield* Clock.currentTimeMillis
          const named = validAt(yield* plans.plans, now).find((plan) =>
            plan.stripe_prices.some((price) => about.prices.includes(price))
          )
          const tier = named?.tier ?? about.tier
          if (tier === null) {
            yield* Effect.logWarning("a subscription is to no plan of ours: name its price in plans.stripe_prices")
          }
          return tier
        })

        /** What an event changes of its subscription; undefined where a later one had been heard. */
        const changeOf = Effect.fnUntraced(function*(known: Subscription, about: About, at: Column.Instant) {
          switch (about.is) {
            case "described":
              return known.described_by !== null && about.rank <= known.described_by ? undefined : {
                status: about.status,
                tier: yield* tierOf(about),
                started_at: about.startedAt,
                period_ends_at: about.periodEndsAt,
                cancel_at_period_end: about.cancelAtPeriodEnd,
                described_by: about.rank
              }
            case "paid":
              return known.paid_until !== null && about.until <= known.paid_until ? undefined : { paid_until: about.until }
            case "payment_failed":
              return known.payment_failed_at !== null && at <= known.payment_failed_at ? undefined : { payment_failed_at: at }
            case "linked":
              return {}
          }
        })

        /** Brings the user's plan, and the credits due by it, to what the subscriptions say. */
        const project = Effect.fnUntraced(function*(user: UserId) {
          const all = yield* repo.list(user)
          if (all.every(({ described_by }) => described_by === null)) return
          const best = entitling(all)
          yield* users.changeSubscription(user, {
            tier: best?.tier ?? "free",
            expiresAt: best === undefined ? null : endOf(best)
          })
          if (options.enabled) yield* Effect.catchTag(ledger.locked(user), "UserUnknown", Effect.die)
        })

        const apply = Effect.fnUntraced(function*(about: About, at: Column.Instant) {
          const now = instantOf(yield* Clock.currentTimeMillis)
          const known = yield* repo.lock(about.subscription, about.customer, now)
          const change = yield* changeOf(known, about, at)
          if (change !== undefined && Object.keys(change).length > 0) yield* repo.update(about.subscription, change, now)
          const user = yield* repo.lockUser(about.user, about.customer)
          if (user === undefined) return "waiting" as const
          yield* repo.assign(about.customer, user, now)
          yield* project(user)
          return change === undefined ? "outdated" as const : "applied" as const
        })

        const hear = Effect.fn("Subscriptions.hear")((notice: BillingNotice) =>
          transaction.run(Effect.gen(function*() {
            const { about, id, occurredAt, type } = notice
            const isNew = yield* repo.insertEvent({
              event_id: id,
              type,
              subscription_id: about?.subscription ?? null,
              outcome: "ignored",
              occurred_at: occurredAt,
              received_at: instantOf(yield* Clock.currentTimeMillis)
            })
            if (!isNew) return (yield* repo.findEvent(id)) ?? "ignored"
            if (about === null) return "ignored" as const
            const outcome = yield* apply(about, occurredAt)
            yield* repo.updateEvent(id, outcome)
            return outcome
          }))
        )

        const of = Effect.fn("Subscriptions.of")(function*(user: UserId) {
          const all = yield* repo.list(user)
          return entitling(all) ?? all[0]
        })

        return { hear, of }
      })
    )

  static readonly layer = (options: { readonly enabled: boolean }) =>
    this.layerNoDeps(options).pipe(Layer.provide([SubscriptionRepo.layer, Ledger.layer, PlanRepo.layer]))
}

/** Of the subscriptions that give a plan the one that gives most, and longest. */
const entitling = (all: ReadonlyArray<Subscription>): (Subscription & { readonly tier: Tier }) | undefined =>
  all.filter((one): one is Subscription & { readonly tier: Tier } =>
    one.tier !== null && givesPlan.has(one.status) && endOf(one) !== null
  ).sort((one, other) =>
    tiers.indexOf(other.tier) - tiers.indexOf(one.tier) || (endOf(other) ?? "").localeCompare(endOf(one) ?? "")
  )[0]

/** Until when it is paid for; a trial is, until it ends. */
const endOf = ({ paid_until, period_ends_at, status }: Subscription): Column.Instant | null =>
  status === "trialing" && (paid_until === null || (period_ends_at !== null && period_ends_at > paid_until))
    ? period_ends_at
    : paid_until

const givesPlan: ReadonlySet<Subscription["status"]> = new Set(["trialing", "active", "past_due"])
