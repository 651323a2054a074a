import { Clock, Context, Effect, Layer } from "effect"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { instantOf } from "../database/Instant.ts"
import type { UserId } from "../users/UserId.ts"
import { userIsThere } from "./CreditErrors.ts"
import { Credits } from "./Credits.ts"
import { available } from "./Ledger.ts"
import { LedgerRepo } from "./LedgerRepo.ts"
import { monthOf, zoneOf } from "./Periods.ts"
import { tiers } from "./Plan.ts"
import { PlanRepo } from "./PlanRepo.ts"
import { entitled, planAt, validAt } from "./Renewal.ts"
import type { Balance, Entry, Pricing, Statement, SubscriptionView } from "./Statement.ts"
import { StatementRepo } from "./StatementRepo.ts"
import { Subscriptions } from "./Subscriptions.ts"

/** What users read of their credits: everything that explains a balance. */
export class Statements extends Context.Service<Statements, {
  readonly pricing: Effect.Effect<Pricing, DatabaseError>
  balance(user: UserId): Effect.Effect<Balance, DatabaseError>
  /** Latest first, those before a sequence, each with its own. */
  entries(user: UserId, page: { readonly before: number | undefined; readonly limit: number }): Effect.Effect<
    ReadonlyArray<Entry & { readonly sequence: number }>,
    DatabaseError
  >
  /** A calendar month, `YYYY-MM`, where the user is. */
  month(user: UserId, month: string): Effect.Effect<Statement, DatabaseError>
  subscription(user: UserId): Effect.Effect<SubscriptionView, DatabaseError>
}>()("analytics-following/credits/Statements") {
  static readonly layerNoDeps = Layer.effect(
    Statements,
    Effect.gen(function*() {
      const credits = yield* Credits
      const repo = yield* StatementRepo
      const ledger = yield* LedgerRepo
      const plans = yield* PlanRepo
      const subscriptions = yield* Subscriptions
      /** What was due is in the account before it is read. */
      const upToDate = (user: UserId) => credits.enabled ? Effect.asVoid(accountOf(user)) : Effect.void
      const accountOf = (user: UserId) => userIsThere(credits.account(user))

      const holderOf = Effect.fnUntraced(function*(user: UserId) {
        return (yield* ledger.findHolder(user)) ?? (yield* Effect.die(new Error("a user who was let in has no row")))
      })

      const pricing = Effect.gen(function*() {
        const now = yield* Clock.currentTimeMillis
        const prices = firstOf(validAt(yield* plans.prices, now), (price) => price.action)
        const offers = firstOf(validAt(yield* plans.plans, now), (plan) => plan.tier)
        return {
          enabled: credits.enabled,
          prices: prices.map(({ action, credits, free_per_month, valid_from, valid_until }) => ({
            action,
            credits,
            free_per_month,
            valid_from,
            valid_until
          })).sort((one, other) => one.action.localeCompare(other.action)),
          plans: offers.map(({ monthly_credits, rollover_months, tier }) => ({ tier, monthly_credits, rollover_months }))
            .sort((one, other) => tiers.indexOf(one.tier) - tiers.indexOf(other.tier))
        }
      }).pipe(Effect.withSpan("Statements.pricing"))

      const balance = Effect.fn("Statements.balance")(function*(user: UserId) {
        if (!credits.enabled) return nothing
        const account = yield* accountOf(user)
        const { balance, expiring, period_ends_at, period_starts_at, reserved } = account
        return { enabled: true, balance, reserved, available: available(account), expiring, period_starts_at, period_ends_at }
      })

      const entries = Effect.fn("Statements.entries")(function*(
        user: UserId,
        page: Parameters<Statements["Service"]["entries"]>[1]
      ) {
        yield* upToDate(user)
        return (yield* repo.list(user, page)).map(({ amount, ...entry }) => ({ ...entry, credits: amount }))
      })

      const month = Effect.fn("Statements.month")(function*(user: UserId, month: string) {
        yield* upToDate(user)
        const { timezone } = yield* holderOf(user)
        const times = monthOf(month, zoneOf(timezone))
        const [from, to] = [instantOf(times.from), instantOf(times.to)]
        const { closing, opening, sums } = yield* repo.summed(user, from, to)
        return { month, timezone, from, to, opening_balance: opening, closing_balance: closing, sums }
      })

      const subscription = Effect.fn("Statements.subscription")(function*(user: UserId) {
        const now = yield* Clock.currentTimeMillis
        const holder = yield* holderOf(user)
        const tier = entitled(holder, now)
        const { monthly_credits, rollover_months } = planAt(yield* plans.plans, tier, now)
        const known = yield* subscriptions.of(user)
        return {
          tier,
          monthly_credits,
          rollover_months,
          paid_until: tier === "free" ? null : holder.subscription_expires_at,
          status: known?.status ?? null,
          cancel_at_period_end: known?.cancel_at_period_end ?? false,
          payment_failed_at: known?.payment_failed_at ?? null
        }
      })

      return { pricing, balance, entries, month, subscription }
    })
  )

  static readonly layer = this.layerNoDeps.pipe(Layer.provide([StatementRepo.layer, LedgerRepo.layer, PlanRepo.layer]))
}

const nothing: Balance = {
  enabled: false,
  balance: null,
  reserved: null,
  available: null,
  expiring: null,
  period_starts_at: null,
  period_ends_at: null
}

/** The first of each kind. */
const firstOf = <A>(all: ReadonlyArray<A>, kind: (one: A) => string): ReadonlyArray<A> =>
  all.filter((one, index) => all.findIndex((other) => kind(other) === kind(one)) === index)
