import { Effect } from "effect"
import { refuse } from "./AuthApiError.ts"

/** When a ban of a duration as Supabase writes it ("24h", "1h30m", "none") ends: an ISO instant, or null for no ban. */
export const bannedUntil = (duration: string, now: number) => {
  if (duration === "none") return Effect.succeed(null)
  const parts = [...duration.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g)]
  const whole = parts.map(([part]) => part).join("") === duration && parts.length > 0
  const millis = parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (millisOf[unit ?? ""] ?? Number.NaN), 0)
  return whole && now + millis <= latest
    ? Effect.succeed(new Date(now + millis).toISOString())
    : Effect.fail(refuse(400, "validation_failed", "invalid format for ban duration: use a value such as \"24h\", or \"none\""))
}

const millisOf: Readonly<Record<string, number>> = { ns: 1e-6, us: 1e-3, µs: 1e-3, ms: 1, s: 1000, m: 60_000, h: 3_600_000 }
/** The last instant that is written with four digits of year. */
const latest = Date.UTC(9999, 11, 31)
