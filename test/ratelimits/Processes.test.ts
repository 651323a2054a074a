import { assert, it, layer } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { fork } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"
import { redisInstalled, redisServer, whereRedis } from "../support/redisServer.ts"
import { TestDatabase } from "../support/TestDatabase.ts"
import { expected, processes, quotaOf, type Told } from "./model.ts"

const script = fileURLToPath(new URL("limitProcess.ts", import.meta.url))

/** Lets four processes count the model's requests at once; what they let through together. */
const countedBy = Effect.fnUntraced(function*(store: "redis" | "postgres", url: string) {
  const children = yield* Effect.forEach(
    Array.from({ length: processes }),
    (_, share) =>
      Effect.acquireRelease(
        Effect.sync(() => {
          const child = fork(script, [store, url, String(share)], { stdio: ["ignore", "inherit", "inherit", "ipc"] })
          return { child, ready: once(child, "message") }
        }),
        ({ child }) => Effect.sync(() => child.kill("SIGKILL"))
      )
  )
  const told = yield* Effect.promise(async () => {
    await Promise.all(children.map(({ ready }) => ready))
    const ends = children.map(({ child }) => once(child, "message"))
    for (const { child } of children) child.send("begin")
    return (await Promise.all(ends)).map(([message]) => message as Told)
  })
  const sum: Record<string, number> = {}
  for (const through of told) for (const [key, units] of Object.entries(through)) sum[key] = (sum[key] ?? 0) + units
  return sum
}, Effect.scoped)

/** Of all units that one limiter lets through, the share that several let through too little or too much. */
const errorOf = (counted: Told): number => {
  const model = expected()
  let wrong = 0
  let right = 0
  for (const [key, units] of Object.entries(model)) {
    assert.isAtMost(counted[key] ?? 0, quotaOf(key).policy.limit, `${key}: never more than the limit`)
    wrong += Math.abs(units - (counted[key] ?? 0))
    right += units
  }
  return wrong / right
}

layer(TestDatabase.layer, { excludeTestServices: true, timeout: "2 minutes" })("four processes on one PostgreSQL", (it) => {
  it.effect("let through what one limiter would, with an error under 1 %", () =>
    Effect.gen(function*() {
      const { url } = yield* TestDatabase
      const error = errorOf(yield* countedBy("postgres", Redacted.value(url)))
      yield* Effect.logInfo("rate limits of four processes, PostgreSQL", { error })
      assert.isBelow(error, 0.01)
    }), 120_000)
})

it.live.skipIf(!redisInstalled)(
  `four processes on one Redis let through what one limiter would, with an error under 1 %${whereRedis}`,
  () =>
    Effect.scoped(Effect.gen(function*() {
      const { url } = yield* redisServer
      const error = errorOf(yield* countedBy("redis", url))
      yield* Effect.logInfo("rate limits of four processes, Redis", { error })
      assert.isBelow(error, 0.01)
    })),
  120_000
)
