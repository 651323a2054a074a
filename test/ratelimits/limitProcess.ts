import { Duration, Effect, Layer, Redacted } from "effect"
import { once } from "node:events"
import * as Database from "../../src/database/Database.ts"
import * as LimitRepo from "../../src/ratelimits/LimitRepo.ts"
import { LimitStore } from "../../src/ratelimits/LimitStore.ts"
import { RateLimits } from "../../src/ratelimits/RateLimits.ts"
import * as RedisLimitStore from "../../src/ratelimits/RedisLimitStore.ts"
import { until } from "../support/until.ts"
import { quotaOf, requestsOf, type Told } from "./model.ts"

/**
 * One of several processes that count together, for tests: says that it is ready once the shared counts answer, begins when it is told to,
 * and says how many units of each key it let through.
 */
const [store, url = "", share = "0"] = process.argv.slice(2)

const counts = store === "redis"
  ? RedisLimitStore.layer({ url: Redacted.make(url), commandTimeout: Duration.seconds(10) })
  : LimitRepo.layer({ timeout: "10 seconds" }).pipe(Layer.provide(Database.layer(Database.localOptions(url, 4))))

const probe = { key: `probe ${share}`, window: 0, limit: 1, needed: 0, endsIn: 60_000 }

const count = Effect.gen(function*() {
  const { take } = yield* LimitStore
  yield* until(take === undefined ? Effect.succeed(false) : Effect.isSuccess(take(probe)), (answers) => answers)
  process.send?.("ready")
  yield* Effect.promise(() => once(process, "message"))
  const limits = yield* RateLimits
  const through: Record<string, number> = {}
  yield* Effect.forEach(
    requestsOf(Number(share)),
    ({ cost, key }) =>
      Effect.match(limits.admit([quotaOf(key)], cost), {
        onFailure: () => {},
        onSuccess: () => {
          through[key] = (through[key] ?? 0) + cost
        }
      }),
    { concurrency: 16, discard: true }
  )
  process.send?.(through satisfies Told)
})

count.pipe(
  Effect.provide(RateLimits.layerNoDeps({ factor: 1 }).pipe(Layer.provideMerge(counts))),
  Effect.runPromise
).then(() => process.disconnect())
