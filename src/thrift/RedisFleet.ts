import { Effect, Layer, type Redacted, Schema } from "effect"
import { connect } from "../cache/RedisCache.ts"
import { type FleetRules, FleetStore, FleetStoreUnavailable } from "./FleetStore.ts"

/** The fleet's places in Redis: one script a question, so that nothing comes in between. */
export const layer = (options: { readonly url: Redacted.Redacted }) =>
  Layer.effect(
    FleetStore,
    Effect.gen(function*() {
      const client = yield* connect(options)

      const run = Effect.fnUntraced(function*(script: string, args: ReadonlyArray<string>) {
        const answer = yield* Effect.tryPromise({
          try: () => client.eval(script, { keys: [...keys], arguments: [...args] }),
          catch: () => new FleetStoreUnavailable()
        }).pipe(
          Effect.timeoutOrElse({ duration: "1 second", orElse: () => Effect.fail(new FleetStoreUnavailable()) })
        )
        return yield* Effect.mapError(decodeNumbers(answer), () => new FleetStoreUnavailable())
      })

      return FleetStore.of({
        kind: "redis",
        enter: Effect.fn("RedisFleet.enter")(function*(id: string, { concurrency, lease, spacing }: FleetRules) {
          const [micros] = yield* run(enter, [id, String(concurrency), String(lease), String(Math.round(spacing * 1000))])
          return micros < 0 ? null : micros / 1000
        }),
        renew: (ids, { lease }) => Effect.asVoid(run(renew, [String(lease), ...ids])),
        leave: (id) => Effect.asVoid(run(leave, [id])),
        count: Effect.map(run(count, []), ([in_use, waiting = 0]) => ({ in_use, waiting }))
      })
    })
  )

const decodeNumbers = Schema.decodeUnknownEffect(Schema.TupleWithRest(Schema.Tuple([Schema.Finite]), [Schema.Finite]))

/** In one slot of a cluster. */
const keys = ["places", "queue", "seen", "ticket", "pace"].map((name) => `{analytics-following:vendor}:${name}`)

const clock = `
local time = redis.call("TIME")
local micros = tonumber(time[1]) * 1000000 + tonumber(time[2])
local now = math.floor(micros / 1000)
local places, queue, seen, ticket, pace = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local function int(n) return string.format("%.0f", n) end
`

/** Microseconds until the call may start, −1 while it has to wait. */
const enter = `${clock}
local id, limit, lease, spacing = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
redis.call("ZREMRANGEBYSCORE", places, "-inf", int(now))
for _, gone in ipairs(redis.call("ZRANGEBYSCORE", seen, "-inf", int(now))) do
  redis.call("ZREM", queue, gone)
  redis.call("ZREM", seen, gone)
end
if not redis.call("ZSCORE", queue, id) then
  redis.call("ZADD", queue, redis.call("INCR", ticket), id)
end
redis.call("ZADD", seen, int(now + lease), id)
local forget = int(lease + 60000)
redis.call("PEXPIRE", queue, forget)
redis.call("PEXPIRE", seen, forget)
if redis.call("ZCARD", places) + redis.call("ZRANK", queue, id) >= limit then
  return { -1 }
end
redis.call("ZREM", queue, id)
redis.call("ZREM", seen, id)
redis.call("ZADD", places, int(now + lease), id)
redis.call("PEXPIRE", places, forget)
local start = math.max(micros, tonumber(redis.call("GET", pace)) or 0)
redis.call("SET", pace, int(start + spacing), "PX", forget)
return { start - micros }
`

const renew = `${clock}
local until_ = int(now + tonumber(ARGV[1]))
for i = 2, #ARGV do
  if redis.call("ZSCORE", places, ARGV[i]) then redis.call("ZADD", places, until_, ARGV[i]) end
end
return { 0 }
`

const leave = `${clock}
redis.call("ZREM", places, ARGV[1])
redis.call("ZREM", queue, ARGV[1])
redis.call("ZREM", seen, ARGV[1])
return { 0 }
`

/** Whoever is seen has not got a place yet. */
const count = `${clock}
return { redis.call("ZCOUNT", places, "(" .. int(now), "+inf"), redis.call("ZCOUNT", seen, "(" .. int(now), "+inf") }
`
