import { Duration, Effect, Random } from "effect"

/** What Standard Webhooks recommends: how long to wait after each failed try. The first is at once; after the last, about three days later, there is none. */
export const waits = [
  "5 seconds",
  "5 minutes",
  "30 minutes",
  "2 hours",
  "5 hours",
  "10 hours",
  "14 hours",
  "20 hours",
  "24 hours"
] as const

/**
 * Milliseconds until the next try after so many, undefined when it was the last. A fifth more or less at random, so that what failed together does
 * not come back together; never sooner than the receiver asked, up to a day.
 */
export const waitAfter = Effect.fnUntraced(function*(tries: number, retryAfterMillis: number | undefined) {
  const wait = waits[tries - 1]
  if (wait === undefined) return undefined
  const jittered = Duration.toMillis(wait) * (yield* Random.nextBetween(0.8, 1.2))
  return Math.round(Math.max(jittered, Math.min(retryAfterMillis ?? 0, day)))
})

/** Milliseconds that `Retry-After` asks for: seconds, or a date. */
export const retryAfterOf = (header: string | undefined, now: number): number | undefined => {
  if (header === undefined) return undefined
  if (/^\s*\d{1,9}\s*$/.test(header)) return Number(header) * 1000
  const date = Date.parse(header)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}

const day = 86_400_000
