import type * as Column from "../database/Column.ts"
import { instantOf, millisOf } from "../database/Instant.ts"
import type { CreditAccount } from "./CreditAccount.ts"
import { anniversary, dayOf, zoneOf } from "./Periods.ts"
import { type Plan, type Tier, tiers } from "./Plan.ts"

/** Whose account it is, as far as the months depend on it. */
export interface Holder {
  readonly timezone: string
  readonly subscription_tier: Tier
  /** Until when the plan is paid for; null: without an end. */
  readonly subscription_expires_at: Column.Instant | null
  /** When the subscription behind it began; null where there is none. */
  readonly subscription_started_at: Column.Instant | null
}

/** The month that an account is in, and what its plan has given in it. */
export type Period = Pick<
  CreditAccount,
  "tier" | "anchored_at" | "anchored_on" | "period" | "period_starts_at" | "period_ends_at" | "period_granted"
>

/** What an account has, and its month. */
export type Standing = Period & Pick<CreditAccount, "balance" | "expiring" | "reserved">

/** A reset, or an upgrade within a month: first so much expires, then so much is granted. */
export interface Renewal {
  readonly expired: number
  readonly granted: number
  readonly period: Period
}

/** A plan goes on for so long after what was paid for has ended, while the payment is tried again. Milliseconds. */
export const graceMillis = 7 * 86_400_000

/** The month that a new account begins with; nothing is granted in it yet. */
export const firstPeriod = (holder: Holder, now: number): Period => {
  const tier = entitled(holder, now)
  return { ...periodFrom(beginOf(holder, tier, now), holder, now), tier }
}

/**
 * What is due on an account at `now` (milliseconds since 1970), oldest first: nothing, most of the time. A month is granted once: on its
 * anniversary, or as soon as it is paid for; a subscription that began since begins its own months. Within a month its plan's grant is made
 * up to the whole: all of it on a new account, the difference after an upgrade.
 */
export const renewals = (account: Standing, holder: Holder, plans: ReadonlyArray<Plan>, now: number): ReadonlyArray<Renewal> => {
  const due: Array<Renewal> = []
  let standing = account
  for (let next = nextOf(standing, holder, plans, now); next !== undefined; next = nextOf(standing, holder, plans, now)) {
    due.push(next)
    const change = next.granted - next.expired
    standing = { ...standing, ...next.period, balance: standing.balance + change, expiring: standing.expiring + change }
  }
  return due
}

/** The plan of a tier at an instant: of the valid rows the one that began last. A tier without one gives nothing. */
export const planAt = (plans: ReadonlyArray<Plan>, tier: Tier, at: number): Pick<Plan, "monthly_credits" | "rollover_months"> =>
  validAt(plans, at).find((plan) => plan.tier === tier) ?? { monthly_credits: 0, rollover_months: 0 }

/** Those valid at an instant, latest begun first. */
export const validAt = <A extends Pick<Plan, "valid_from" | "valid_until">>(
  all: ReadonlyArray<A>,
  at: number
): ReadonlyArray<A> =>
  all.filter(({ valid_from, valid_until }) => millisOf(valid_from) <= at && (valid_until === null || millisOf(valid_until) > at))
    .sort((one, other) => millisOf(other.valid_from) - millisOf(one.valid_from))

/** What a user is entitled to at an instant. */
export const entitled = (holder: Pick<Holder, "subscription_tier" | "subscription_expires_at">, at: number): Tier =>
  holder.subscription_expires_at === null || at < millisOf(holder.subscription_expires_at) + graceMillis
    ? holder.subscription_tier
    : "free"

const nextOf = (standing: Standing, holder: Holder, plans: ReadonlyArray<Plan>, now: number): Renewal | undefined => {
  const tier = entitled(holder, now)
  const upgraded = rank(tier) > rank(standing.tier)
  const begin = beginOf(holder, tier, now)
  if (tier !== "free" && begin > millisOf(standing.anchored_at) && (holder.subscription_started_at !== null || upgraded)) {
    return reset(standing, { ...periodFrom(begin, holder, now), tier }, plans)
  }
  if (millisOf(standing.period_ends_at) <= now) return anniversaryOf(standing, holder, plans, now)
  if (rank(tier) < rank(standing.tier)) return undefined
  const total = Math.max(standing.period_granted, planAt(plans, tier, millisOf(standing.period_starts_at)).monthly_credits)
  if (total === standing.period_granted && !upgraded) return undefined
  return { expired: 0, granted: total - standing.period_granted, period: { ...periodOf(standing), tier, period_granted: total } }
}

/** The reset at the end of a month: undefined while the payment for the next one is waited for. */
const anniversaryOf = (standing: Standing, holder: Holder, plans: ReadonlyArray<Plan>, now: number): Renewal | undefined => {
  const zone = zoneOf(holder.timezone)
  const ends = anniversary(standing.anchored_on, standing.period + 2, zone)
  const paidUntil = holder.subscription_expires_at === null ? Infinity : millisOf(holder.subscription_expires_at)
  const paid = holder.subscription_tier === "free" || paidUntil >= ends - toleranceMillis
  const start = millisOf(standing.period_ends_at)
  if (!paid && now < Math.max(start, paidUntil) + graceMillis) return undefined
  return reset(standing, {
    tier: paid ? holder.subscription_tier : "free",
    anchored_at: standing.anchored_at,
    anchored_on: standing.anchored_on,
    period: standing.period + 1,
    period_starts_at: standing.period_ends_at,
    // A zone that changed meanwhile moves the midnight, never before the month begins.
    period_ends_at: instantOf(Math.max(ends, start + 1)),
    period_granted: 0
  }, plans)
}

/** A month counts as paid for though its last days are not: payments have a time of day, and events may be heard days late. */
const toleranceMillis = 10 * 86_400_000

const reset = (standing: Standing, period: Period, plans: ReadonlyArray<Plan>): Renewal => {
  const { monthly_credits, rollover_months } = planAt(plans, period.tier, millisOf(period.period_starts_at))
  const beyond = Math.max(0, standing.expiring - monthly_credits * rollover_months)
  return {
    // What a reservation holds is not taken away from under it: it expires at the next reset, if it is still there.
    expired: Math.min(beyond, standing.balance - standing.reserved),
    granted: monthly_credits,
    period: { ...period, period_granted: monthly_credits }
  }
}

const beginOf = (holder: Holder, tier: Tier, now: number): number =>
  tier === "free" || holder.subscription_started_at === null ? now : millisOf(holder.subscription_started_at)

/** The month, counted from `begin`, that `now` is in. */
const periodFrom = (begin: number, holder: Holder, now: number): Omit<Period, "tier"> => {
  const zone = zoneOf(holder.timezone)
  const anchored_on = dayOf(begin, zone)
  let period = 0
  while (anniversary(anchored_on, period + 1, zone) <= now) period++
  return {
    anchored_at: instantOf(begin),
    anchored_on,
    period,
    period_starts_at: instantOf(period === 0 ? begin : anniversary(anchored_on, period, zone)),
    period_ends_at: instantOf(anniversary(anchored_on, period + 1, zone)),
    period_granted: 0
  }
}

const periodOf = (standing: Period): Period => ({
  tier: standing.tier,
  anchored_at: standing.anchored_at,
  anchored_on: standing.anchored_on,
  period: standing.period,
  period_starts_at: standing.period_starts_at,
  period_ends_at: standing.period_ends_at,
  period_granted: standing.period_granted
})

const rank = (tier: Tier): number => tiers.indexOf(tier)
