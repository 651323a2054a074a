import { DateTime, Option } from "effect"
import { millisOf } from "../database/Instant.ts"

/**
 * The start of the month that follows `months` whole months after the anchor: midnight, in the zone, of the anniversary. An anniversary
 * on a day that a month does not have is its last day; a midnight that the zone skips is the first instant after the gap.
 */
export const anniversary = (anchoredOn: string, months: number, zone: DateTime.TimeZone): number => {
  const [year = 1970, month = 1, day = 1] = anchoredOn.split("-").map(Number)
  const first = year * 12 + month - 1 + months
  const parts = { year: Math.floor(first / 12), month: first % 12 + 1 }
  const midnight = {
    ...parts,
    day: Math.min(day, daysIn(parts.year, parts.month)),
    hour: 0,
    minute: 0,
    second: 0,
    millisecond: 0
  }
  return DateTime.makeZonedUnsafe(midnight, { timeZone: zone, adjustForTimeZone: true, disambiguation: "compatible" })
    .epochMilliseconds
}

/** The calendar day of an instant in a zone, `YYYY-MM-DD`. */
export const dayOf = (millis: number, zone: DateTime.TimeZone): string => {
  const { day, month, year } = DateTime.toParts(DateTime.setZone(DateTime.makeUnsafe(millis), zone))
  return [String(year).padStart(4, "0"), String(month).padStart(2, "0"), String(day).padStart(2, "0")].join("-")
}

/** First and last instant (exclusive) of a calendar month, `YYYY-MM`, in a zone; milliseconds since 1970. */
export const monthOf = (month: string, zone: DateTime.TimeZone): { readonly from: number; readonly to: number } => ({
  from: anniversary(`${month}-01`, 0, zone),
  to: anniversary(`${month}-01`, 1, zone)
})

/** A zone by its name. One that this process does not know (it came with adopted data, or from a newer list) counts as UTC. */
export const zoneOf = (name: string): DateTime.TimeZone =>
  Option.getOrElse(DateTime.zoneMakeNamed(name), () => DateTime.zoneMakeOffset(0))

/** Whether one instant is before or at another. */
export const due = (instant: Parameters<typeof millisOf>[0], now: number): boolean => millisOf(instant) <= now

const daysIn = (year: number, month: number): number => new Date(Date.UTC(year, month, 0)).getUTCDate()
