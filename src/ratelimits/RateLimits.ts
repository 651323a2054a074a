import { Clock, Context, Effect, Layer } from "effect"
import { TtlMap } from "../cache/TtlMap.ts"
import { counter } from "../observability/Metrics.ts"
import { LimitStore, type Take } from "./LimitStore.ts"
import { type Policies, policiesTimes, type Quota, vendorCost } from "./Policy.ts"
import { TooManyRequests } from "./RateLimitErrors.ts"

/** What remains of a policy's window. */
export interface Remaining {
  readonly quota: Quota
  readonly remaining: number
  /** Whole seconds to the next window. */
  readonly reset: number
}

export interface RateLimitOptions {
  /** Multiplies every limit. 0: nothing is limited. */
  readonly factor: number
}

/**
 * Counts requests in units against quotas, in memory where this process has units left of the window, else by the store that all
 * processes share. Windows are fixed; nothing is kept of one that has ended.
 */
export class RateLimits extends Context.Service<RateLimits, {
  readonly policies: Policies
  /**
   * Takes the units from every quota, without waiting, and says what remains of them; or takes none. Undefined: ask `admit`, which may
   * still refuse.
   */
  admitNow(quotas: ReadonlyArray<Quota>, cost: number, now: number): ReadonlyArray<Remaining> | undefined
  admit(quotas: ReadonlyArray<Quota>, cost: number): Effect.Effect<void, TooManyRequests>
  /** Takes what there is of the units: for what turned out to cost more. */
  charge(quotas: ReadonlyArray<Quota>, cost: number): Effect.Effect<void>
  /** What this process knows to be left. */
  remaining(quotas: ReadonlyArray<Quota>, now: number): ReadonlyArray<Remaining>
}>()("analytics-following/ratelimits/RateLimits") {
  static readonly layerNoDeps = (options: RateLimitOptions) => Layer.effect(RateLimits, Effect.suspend(() => make(options)))
  /** Nothing is limited. */
  static readonly layerNone = this.layerNoDeps({ factor: 0 }).pipe(Layer.provide(LimitStore.layerMemory))
}

/** Units that this process holds of a window, and what it knows the store to have left. */
class Lease {
  readonly window: number
  limit: number
  units = 0
  left = 0

  constructor(window: number, limit: number) {
    this.window = window
    this.limit = limit
  }
}

const make = Effect.fnUntraced(function*({ factor }: RateLimitOptions) {
  const { take } = yield* LimitStore
  const refusals = yield* counter({ name: "rate_limited", help: "Requests refused by a rate limit", labels: ["policy"] })
  const outages = yield* counter({
    name: "rate_limit_store_failures",
    help: "Times that the shared counts did not answer and a process counted alone"
  })
  const outage = outages.cell([])
  const leases = new Map<string, TtlMap<Lease>>()
  let alarmedAt = -Infinity
  let awayUntil = -Infinity

  /** By name first: a key of both would be a new text, to be hashed, at each request. */
  const leasesOf = (name: string): TtlMap<Lease> => {
    const known = leases.get(name)
    if (known !== undefined) return known
    const made = new TtlMap<Lease>(capacity)
    leases.set(name, made)
    return made
  }

  const leaseOf = ({ key, policy: { limit, name, window } }: Quota, now: number): Lease => {
    const named = leasesOf(name)
    const current = Math.floor(now / (window * 1000))
    const known = named.get(key, now)
    if (known !== undefined) {
      if (known.limit !== limit) rebase(known, limit)
      return known
    }
    const lease = new Lease(current, limit)
    // Alone, a process has all of it; else what the store gives, which is asked when it is needed.
    if (take === undefined) lease.units = limit
    else lease.left = limit
    named.set(key, lease, current * window * 1000, (current + 1) * window * 1000)
    return lease
  }

  /** The plan changed within the window: what was used stays used. */
  const rebase = (lease: Lease, limit: number): void => {
    const more = limit - lease.limit
    lease.limit = limit
    if (take === undefined) lease.units = Math.max(0, lease.units + more)
    else lease.left = Math.max(0, lease.left + more)
  }

  const endsIn = ({ policy: { window } }: Quota, now: number): number => window * 1000 - now % (window * 1000)

  const remainingOf = (quota: Quota, { left, units }: Lease, now: number): Remaining => ({
    quota,
    remaining: units + left,
    reset: Math.ceil(endsIn(quota, now) / 1000)
  })

  const refused = (quota: Quota, now: number) => {
    refusals.cell([quota.policy.name]).value++
    return new TooManyRequests({
      policy: quota.policy.name,
      limit: quota.policy.limit,
      retry_after: Math.max(1, Math.ceil(endsIn(quota, now) / 1000)),
      detail: "Nothing was done. Send the request again after `retry_after` seconds; GET /me/limits shows what you have."
    })
  }

  /** While the store is away, this process' own count; what asks the vendor costs, and gets a tenth of it. */
  const alone = Effect.fnUntraced(function*({ key, policy: { limit, name, window } }: Quota, needed: number, now: number) {
    if (now - alarmedAt > alarmEvery) {
      alarmedAt = now
      yield* Effect.logError("rate limits: the shared counts do not answer; each process counts alone")
    }
    const [kind, own] = needed >= vendorCost ? ["vendor", Math.floor(limit / 10)] : ["alone", limit]
    const named = leasesOf(`${kind}/${name}`)
    const current = Math.floor(now / (window * 1000))
    const known = named.get(key, now)
    const lease = known ?? new Lease(current, limit)
    if (known === undefined) {
      lease.units = own
      named.set(key, lease, current * window * 1000, (current + 1) * window * 1000)
    }
    if (lease.units < needed) return false
    lease.units -= needed
    return true
  })

  /** What the store gives; undefined while it is away, which is not asked again at every request. */
  const given = (ask: NonNullable<typeof take>, asked: Take, now: number) =>
    now < awayUntil ? Effect.undefined : Effect.catch(ask(asked), () =>
      Effect.sync(() => {
        outage.value++
        awayUntil = now + askAgainAfter
        return undefined
      }))

  /** Takes units out of a quota; what was held comes back where there is no room. */
  const spend = Effect.fnUntraced(function*(quota: Quota, cost: number, now: number) {
    const lease = leaseOf(quota, now)
    const held = Math.min(lease.units, cost)
    lease.units -= held
    const needed = cost - held
    if (needed === 0) return
    if (take !== undefined && lease.left >= needed) {
      const { key, policy: { limit, name } } = quota
      const taken = yield* given(
        take,
        { key: `${name}:${key}`, window: lease.window, limit, needed, endsIn: endsIn(quota, now) },
        now
      )
      if (taken === undefined) {
        if (yield* alone(quota, needed, now)) return
      } else {
        lease.left = taken.left
        if (taken.units >= needed) {
          lease.units += taken.units - needed
          return
        }
      }
    }
    lease.units += held
    return yield* refused(quota, now)
  })

  const admit = Effect.fnUntraced(function*(quotas: ReadonlyArray<Quota>, cost: number) {
    if (factor === 0) return
    const now = yield* Clock.currentTimeMillis
    const spent: Array<Quota> = []
    for (const quota of quotas) {
      yield* Effect.onError(spend(quota, cost, now), () =>
        Effect.sync(() => {
          for (const one of spent) leaseOf(one, now).units += cost
        }))
      spent.push(quota)
    }
  })

  return RateLimits.of({
    policies: policiesTimes(factor),
    admit,
    admitNow: (quotas, cost, now) => {
      if (factor === 0) return []
      const held = quotas.map((quota) => ({ quota, lease: leaseOf(quota, now) }))
      if (held.some(({ lease }) => lease.units < cost)) return undefined
      return held.map(({ lease, quota }) => {
        lease.units -= cost
        return remainingOf(quota, lease, now)
      })
    },
    charge: Effect.fnUntraced(function*(quotas: ReadonlyArray<Quota>, cost: number) {
      if (factor === 0) return
      const now = yield* Clock.currentTimeMillis
      for (const quota of quotas) {
        const { left, units } = leaseOf(quota, now)
        const there = Math.min(cost, left + units)
        // Another process may have taken the rest meanwhile: then there is nothing to charge.
        if (there > 0) yield* Effect.exit(spend(quota, there, now))
      }
    }),
    remaining: (quotas, now) => factor === 0 ? [] : quotas.map((quota) => remainingOf(quota, leaseOf(quota, now), now))
  })
})

/** Callers counted at once by each policy; beyond, the least used are forgotten and begin anew. */
const capacity = 100_000

/** Milliseconds. */
const alarmEvery = 60_000
const askAgainAfter = 1000
