import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import { anniversary, dayOf, monthOf, zoneOf } from "../../src/credits/Periods.ts"
import type { Plan } from "../../src/credits/Plan.ts"
import { firstPeriod, graceMillis, type Holder, renewals, type Standing } from "../../src/credits/Renewal.ts"
import { instantOf, millisOf } from "../../src/database/Instant.ts"

const day = 86_400_000
const iso = (millis: number) => new Date(millis).toISOString()
const ms = (text: string) => Date.parse(text)
const plan = (tier: Plan["tier"], monthly_credits: number, rollover_months: number): Plan => ({
  id: tier,
  tier,
  monthly_credits,
  rollover_months,
  stripe_prices: [],
  valid_from: instantOf(0),
  valid_until: null
})
const plans = [plan("free", 100, 0), plan("standard", 2000, 1), plan("premium", 10_000, 2), plan("enterprise", 50_000, 3)]

const holder = (given: Partial<Holder> = {}): Holder => ({
  timezone: "UTC",
  subscription_tier: "free",
  subscription_expires_at: null,
  subscription_started_at: null,
  ...given
})

const opened = (who: Holder, now: number): Standing => ({ ...firstPeriod(who, now), balance: 0, expiring: 0, reserved: 0 })

/** The account after everything that was due, and what that was. */
const after = (standing: Standing, who: Holder, now: number) => {
  const done = renewals(standing, who, plans, now)
  const change = done.reduce((sum, { expired, granted }) => sum + granted - expired, 0)
  return {
    done,
    standing: {
      ...standing,
      ...done.at(-1)?.period,
      balance: standing.balance + change,
      expiring: standing.expiring + change
    }
  }
}

/** The resets of an account until an instant, looked at each hour or at once. */
const resets = (who: Holder, from: string, months: number) => {
  const zone = zoneOf(who.timezone)
  const anchor = dayOf(ms(from), zone)
  return Array.from({ length: months }, (_, index) => iso(anniversary(anchor, index + 1, zone)))
}

describe("the months of an account", () => {
  it("begin on the anniversary, on the last day of a month that has none such, and on the day itself again after it", () => {
    assert.deepStrictEqual(resets(holder(), "2023-12-31T10:00:00Z", 5).map((instant) => instant.slice(0, 10)), [
      "2024-01-31",
      "2024-02-29",
      "2024-03-31",
      "2024-04-30",
      "2024-05-31"
    ])
    assert.deepStrictEqual(resets(holder(), "2024-02-29T00:00:00Z", 13).at(-1), "2025-03-29T00:00:00.000Z")
    assert.deepStrictEqual(resets(holder(), "2024-02-29T00:00:00Z", 12).at(-1), "2025-02-28T00:00:00.000Z", "no leap year")
  })

  it("begin at midnight where the user is, before and after the clocks change", () => {
    const berlin = holder({ timezone: "Europe/Berlin" })
    assert.deepStrictEqual(resets(berlin, "2025-02-28T23:30:00Z", 2), ["2025-03-31T22:00:00.000Z", "2025-04-30T22:00:00.000Z"])
    assert.deepStrictEqual(resets(berlin, "2025-10-15T12:00:00Z", 1), ["2025-11-14T23:00:00.000Z"])
  })

  it("begin after a midnight that the clocks skip, and at the first of two", () => {
    // In Cairo the clocks go from 00:00 to 01:00 on the last Friday of April, and back from 24:00 on the last Thursday of October.
    assert.strictEqual(iso(anniversary("2025-03-25", 1, zoneOf("Africa/Cairo"))), "2025-04-24T22:00:00.000Z")
    // In Havana 00:00 comes twice: 04:00Z is the first.
    assert.strictEqual(iso(anniversary("2025-10-02", 1, zoneOf("America/Havana"))), "2025-11-02T04:00:00.000Z")
    // Samoa had no 30 December 2011.
    assert.strictEqual(iso(anniversary("2011-11-30", 1, zoneOf("Pacific/Apia"))), "2011-12-30T10:00:00.000Z")
  })

  it("of a statement are those of the user's calendar", () => {
    const { from, to } = monthOf("2024-02", zoneOf("America/New_York"))
    assert.deepStrictEqual([iso(from), iso(to)], ["2024-02-01T05:00:00.000Z", "2024-03-01T05:00:00.000Z"])
  })

  it("in a zone that nobody knows are those of UTC", () => {
    assert.strictEqual(iso(anniversary("2024-01-01", 1, zoneOf("Nowhere/Here"))), "2024-02-01T00:00:00.000Z")
  })
})

describe("what is due", () => {
  const start = ms("2024-01-31T15:00:00Z")

  it("on a new account is its plan's grant, once", () => {
    const first = after(opened(holder(), start), holder(), start)
    assert.deepStrictEqual(first.done.map(({ expired, granted }) => [expired, granted]), [[0, 100]])
    assert.isEmpty(renewals(first.standing, holder(), plans, start + 20 * day))
  })

  it("at the anniversary is a grant, and what the plan does not roll over expires", () => {
    const first = after(opened(holder(), start), holder(), start).standing
    const [reset] = renewals(first, holder(), plans, ms("2024-02-29T00:00:00Z"))
    assert.deepInclude(reset, { expired: 100, granted: 100 })
    assert.isEmpty(renewals(first, holder(), plans, ms("2024-02-28T23:59:59.999Z")))
  })

  it("of a plan that rolls over leaves so many months' grants, and never takes what does not expire or is held", () => {
    const who = holder({ subscription_tier: "premium" })
    let standing: Standing = { ...after(opened(who, start), who, start).standing }
    assert.strictEqual(standing.balance, 10_000)
    standing = after(standing, who, ms("2024-06-30T00:00:00Z")).standing
    assert.strictEqual(standing.balance, 30_000, "two months carried, and this one")
    const free = holder()
    const bought = { ...standing, balance: standing.balance + 777, reserved: 30_500 }
    const ended = after(bought, free, ms("2024-07-31T00:00:00Z")).standing
    assert.strictEqual(ended.balance, 30_500 + 100)
    assert.strictEqual(ended.expiring, ended.balance - 777)
  })

  it("after an upgrade is the difference, once; a downgrade waits for the next month", () => {
    const who = holder({ subscription_tier: "standard" })
    const standard = after(opened(who, start), who, start).standing
    const upgraded = after(
      { ...standard, anchored_at: instantOf(start) },
      holder({
        subscription_tier: "premium",
        subscription_started_at: instantOf(start)
      }),
      start + day
    )
    assert.deepStrictEqual(upgraded.done.map(({ granted }) => granted), [8000])
    const down = after(upgraded.standing, who, start + 2 * day)
    assert.isEmpty(down.done)
    const again = after(
      down.standing,
      holder({ subscription_tier: "premium", subscription_started_at: instantOf(start) }),
      start + 3 * day
    )
    assert.isEmpty(again.done)
    const next = after(down.standing, who, ms("2024-02-29T00:00:00Z"))
    assert.deepStrictEqual(next.done.map(({ expired, granted }) => [expired, granted]), [[8000, 2000]])
  })

  it("of a paid plan waits for the payment, and falls to the free plan when the grace is over", () => {
    const paid = (until: string) =>
      holder({
        subscription_tier: "standard",
        subscription_expires_at: instantOf(ms(until)),
        subscription_started_at: instantOf(start)
      })
    const who = paid("2024-02-29T15:00:00Z")
    const standing = after(opened(who, start), who, start).standing
    const reset = ms("2024-02-29T00:00:00Z")
    assert.isEmpty(renewals(standing, who, plans, reset + day))
    const [renewed] = renewals(standing, paid("2024-03-31T15:00:00Z"), plans, reset + day)
    assert.deepInclude(renewed, { expired: 0, granted: 2000 })
    assert.strictEqual(renewed?.period.tier, "standard")
    const over = ms("2024-02-29T15:00:00Z") + graceMillis
    assert.isEmpty(renewals(standing, who, plans, over - 1))
    const [fallen] = renewals(standing, who, plans, over)
    assert.deepInclude(fallen, { expired: 2000, granted: 100 })
    assert.strictEqual(fallen?.period.tier, "free")
  })

  it("a subscription that begins counts its own months from its own day; one begun anew on the same day is granted anew", () => {
    const free = after(opened(holder(), start), holder(), start).standing
    const begin = ms("2024-02-10T11:11:11Z")
    const who = (from: number) =>
      holder({
        subscription_tier: "standard",
        subscription_started_at: instantOf(from),
        subscription_expires_at: instantOf(from + 31 * day)
      })
    const { done, standing } = after(free, who(begin), begin + 5000)
    assert.deepStrictEqual(done.map(({ expired, granted }) => [expired, granted]), [[0, 2000]])
    assert.deepInclude(standing, { anchored_on: "2024-02-10", period: 0, period_starts_at: instantOf(begin) })
    assert.strictEqual(standing.period_ends_at, "2024-03-10T00:00:00.000Z")
    const anew = after(standing, who(begin + 3_600_000), begin + 3_700_000)
    assert.deepStrictEqual(anew.done.map(({ granted }) => granted), [2000])
    assert.isEmpty(renewals(anew.standing, who(begin + 3_600_000), plans, begin + 3_800_000))
  })

  it("a change of the time zone never makes a month come twice or not at all", () => {
    const zones = [
      "UTC",
      "Pacific/Auckland",
      "America/New_York",
      "Pacific/Kiritimati",
      "Etc/GMT+12",
      "Africa/Cairo",
      "Asia/Kathmandu"
    ]
    fc.assert(
      fc.property(
        fc.integer({ min: ms("2023-01-01"), max: ms("2024-12-31") }),
        fc.array(fc.record({ hours: fc.integer({ min: 1, max: 24 * 20 }), zone: fc.constantFrom(...zones) }), { maxLength: 60 }),
        (from, steps) => {
          let now = from
          let who = holder()
          let standing = after(opened(who, now), who, now).standing
          const seen = [standing.period]
          for (const { hours, zone } of steps) {
            now += hours * 3_600_000
            who = { ...who, timezone: zone }
            const { done, standing: next } = after(standing, who, now)
            for (const { period } of done) {
              assert.isAbove(millisOf(period.period_ends_at), millisOf(period.period_starts_at))
              seen.push(period.period)
            }
            standing = next
            assert.isAtMost(standing.balance, 100)
          }
          assert.deepStrictEqual(seen, seen.map((_, index) => index))
          const months = (now - from) / (30.4 * day)
          assert.approximately(seen.length - 1, months, 1.3)
        }
      ),
      { numRuns: 300 }
    )
  })
})
