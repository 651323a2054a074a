import { type Duration, Effect, Layer, type Redacted } from "effect"
import { connect } from "../cache/RedisCache.ts"
import { ahead, LimitStore } from "./LimitStore.ts"

export interface RedisLimitOptions {
  readonly url: Redacted.Redacted
  /** How long a request waits for Redis before it is counted in this process alone. */
  readonly commandTimeout: Duration.Duration
}

/** Counts in Redis, atomically: never more than the limit is given out, whoever asks. */
export const layer = (options: RedisLimitOptions) =>
  Layer.effect(
    LimitStore,
    Effect.gen(function*() {
      const client = yield* connect(options)
      return {
        take: ({ endsIn, key, limit, needed, window }) =>
          Effect.tryPromise({
            try: () =>
              client.eval(script, {
                keys: [`${prefix}${key}:${window}`],
                arguments: [String(needed), String(limit), String(Math.ceil(endsIn) + spare)]
              }),
            catch: () => "unavailable" as const
          }).pipe(
            Effect.timeoutOrElse({ duration: options.commandTimeout, orElse: () => Effect.fail("unavailable" as const) }),
            Effect.flatMap((answer) =>
              Array.isArray(answer) && answer.length === 2
                ? Effect.succeed({ units: Number(answer[0]), left: Number(answer[1]) })
                : Effect.fail("unavailable" as const)
            )
          )
      }
    })
  )

const prefix = "analytics-following:limits:1:"

/** Milliseconds that a count stays after its window, for clocks that differ. */
const spare = 5000

const script = `
local used = tonumber(redis.call('GET', KEYS[1]) or '0')
local needed, limit = tonumber(ARGV[1]), tonumber(ARGV[2])
local left = limit - used
if left < needed then return { 0, left } end
local units = needed + math.floor((left - needed) / ${ahead})
redis.call('INCRBY', KEYS[1], units)
if used == 0 then redis.call('PEXPIRE', KEYS[1], ARGV[3]) end
return { units, left - units }`
