import { SubscriptionTier } from "../users/UserProfile.ts"

/** So many units in each window of so many seconds; windows begin at multiples of their length since 1970, on every process alike. */
export interface Policy {
  readonly name: string
  readonly limit: number
  readonly window: number
}

/** A policy and whose units it counts. */
export interface Quota {
  readonly key: string
  readonly policy: Policy
}

export type Tier = typeof SubscriptionTier.Type

/** What a caller of each plan may ask for. A key has a part of its owner's burst for itself, so that one script cannot use it all. */
export interface Plan {
  readonly burst: Policy
  readonly daily: Policy
  readonly key: Policy
}

const planOf = (perMinute: number, perDay: number): Plan => ({
  burst: { name: "burst", limit: perMinute, window: 60 },
  daily: { name: "daily", limit: perDay, window: 86_400 },
  key: { name: "key", limit: Math.ceil(perMinute * 0.8), window: 60 }
})

const plans: Readonly<Record<Tier, Plan>> = {
  free: planOf(300, 10_000),
  standard: planOf(600, 50_000),
  premium: planOf(1200, 250_000),
  enterprise: planOf(6000, 2_500_000)
}

/** By address: requests that proved nobody. */
const anonymous: Policy = { name: "anonymous", limit: 300, window: 60 }
/** By address, and by the name that is signed in with: guesses of passwords and codes, and mails that are asked for. */
const signInAddress: Policy = { name: "sign-in-address", limit: 60, window: 300 }
const signInName: Policy = { name: "sign-in-name", limit: 20, window: 900 }

export interface Policies {
  readonly plans: Readonly<Record<Tier, Plan>>
  readonly anonymous: Policy
  readonly signInAddress: Policy
  readonly signInName: Policy
}

/** Every limit times `factor`. */
export const policiesTimes = (factor: number): Policies => {
  const times = (policy: Policy): Policy => ({ ...policy, limit: Math.max(1, Math.floor(policy.limit * factor)) })
  const plan = ({ burst, daily, key }: Plan): Plan => ({ burst: times(burst), daily: times(daily), key: times(key) })
  const { enterprise, free, premium, standard } = plans
  return {
    plans: { free: plan(free), standard: plan(standard), premium: plan(premium), enterprise: plan(enterprise) },
    anonymous: times(anonymous),
    signInAddress: times(signInAddress),
    signInName: times(signInName)
  }
}

/** Units of a request that asks the vendor; any other is one. */
export const vendorCost = 10
