import * as NodeServices from "@effect/platform-node/NodeServices"
import { Console, Duration, Effect, Layer, Redacted, Schedule } from "effect"
import { mkdtempSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { migratorLayer } from "../src/app.ts"
import * as Database from "../src/database/Database.ts"
import { Migrator } from "../src/database/Migrator.ts"
import * as LimitRepo from "../src/ratelimits/LimitRepo.ts"
import { LimitStore } from "../src/ratelimits/LimitStore.ts"
import { limitHeaders, quotasOf } from "../src/ratelimits/Quotas.ts"
import { RateLimits } from "../src/ratelimits/RateLimits.ts"
import * as RedisLimitStore from "../src/ratelimits/RedisLimitStore.ts"
import { EmbeddedPostgres } from "../src/sandbox/postgres/EmbeddedPostgres.ts"
import { installSupabase } from "../src/sandbox/postgres/Supabase.ts"
import { UserId } from "../src/users/UserId.ts"

/**
 * What it costs to decide whether a request is within its limits: in this process' memory, as on the hot path (aim: under 10 µs, headers
 * included), and by counts that processes share.
 *
 *   node bench/limits.ts [decisions=1000000]        REDIS_URL names a Redis for its line
 */
const decisions = Number(process.argv[2] ?? 1_000_000)

const users = Array.from({ length: 10_000 }, (_, n) => ({
  id: UserId.make(`00000000-0000-4000-8000-${String(n).padStart(12, "0")}`),
  tier: "enterprise" as const
}))

const limiter = RateLimits.layerNoDeps({ factor: 1000 })

/** Processor time and time on the clock of one of so many, in microseconds. */
const measured = <E, R>(name: string, times: number, work: Effect.Effect<void, E, R>) =>
  Effect.gen(function*() {
    const cpu = process.cpuUsage()
    const begun = performance.now()
    yield* work
    const wall = (performance.now() - begun) * 1000 / times
    const { system, user } = process.cpuUsage(cpu)
    yield* Console.log(
      `${name.padEnd(48)} ${((user + system) / times).toFixed(2).padStart(8)} µs cpu ${wall.toFixed(2).padStart(10)} µs`
    )
  })

const inMemory = Effect.gen(function*() {
  const limits = yield* RateLimits
  const now = Date.now()
  const decide = (key: boolean, headers: boolean) =>
    Effect.sync(() => {
      for (let n = 0; n < decisions; n++) {
        const user = users[n % users.length] as typeof users[number]
        const quotas = quotasOf(limits.policies, key ? { ...user, api_key: user.id } : user)
        const left = limits.admitNow(quotas, 1, now)
        if (headers && left !== undefined) limitHeaders(left)
      }
    })
  yield* decide(true, true)
  yield* measured("in memory: burst and day", decisions, decide(false, false))
  yield* measured("in memory: burst and day, with the two fields", decisions, decide(false, true))
  yield* measured("in memory: key, burst and day, with the fields", decisions, decide(true, true))
})

/** Asks for every request, as near a limit; 64 at once. */
const shared = (name: string) =>
  Effect.gen(function*() {
    const { take } = yield* LimitStore
    if (take === undefined) return
    const times = Math.min(decisions, 20_000)
    const ask = (n: number) => take({ key: `${n % 1000}`, window: 0, limit: 400, needed: 1, endsIn: 60_000 })
    yield* Effect.retry(ask(0), Schedule.spaced("20 millis"))
    yield* measured(
      `${name}: one question, 64 at once`,
      times,
      Effect.forEach(Array.from({ length: times }, (_, n) => n), ask, { concurrency: 64, discard: true })
    )
  })

const onPostgres = Effect.gen(function*() {
  const { url } = yield* EmbeddedPostgres
  const database = Database.layer(Database.localOptions(Redacted.value(url), 10))
  yield* Effect.gen(function*() {
    yield* installSupabase
    yield* Effect.flatMap(Migrator, (migrator) => migrator.migrate)
    yield* Effect.provide(shared("PostgreSQL"), LimitRepo.layer({ timeout: "5 seconds" }))
  }).pipe(Effect.provide(migratorLayer.pipe(Layer.provideMerge(database), Layer.provide(NodeServices.layer))))
}).pipe(Effect.provide(EmbeddedPostgres.layer({ dataDir: mkdtempSync(join(tmpdir(), "limits-")), durable: true })))

const onRedis = (url: string) =>
  Effect.provide(shared("Redis"), RedisLimitStore.layer({ url: Redacted.make(url), commandTimeout: Duration.seconds(5) }))

const redis = process.env["REDIS_URL"]

Effect.gen(function*() {
  yield* Effect.provide(inMemory, limiter.pipe(Layer.provide(LimitStore.layerMemory)))
  yield* onPostgres
  yield* redis === undefined ? Console.log("Redis: REDIS_URL names none") : onRedis(redis)
}).pipe(Effect.scoped, Effect.runPromise)
