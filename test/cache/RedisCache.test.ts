import { assert, describe, it, layer } from "@effect/vitest"
import { Context, Duration, Effect, Layer, Redacted } from "effect"
import { createClient } from "redis"
import { Cache, type CachedBody } from "../../src/cache/Cache.ts"
import * as RedisCache from "../../src/cache/RedisCache.ts"
import { redisInstalled, redisServer, whereRedis } from "../support/redisServer.ts"
import { TestApp } from "../support/TestApp.ts"
import { until } from "../support/until.ts"

const cacheOn = (url: string) => RedisCache.layer({ url: Redacted.make(url), commandTimeout: Duration.millis(200) })

const body: CachedBody = {
  body: new TextEncoder().encode("{\"caption\":\"line\\none 👩‍👩‍👧\"}\n\u0000\n"),
  etag: "\"tag-1\"",
  subject: "subject",
  refreshedAt: 1_700_000_000_000,
  freshUntil: 1_700_086_400_000
}

/** A client of the test's own, to look into the server and to spoil what is there. */
const ownClient = (url: string) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const client = createClient({ url })
      client.on("error", () => {})
      await client.connect()
      return client
    }),
    (client) => Effect.sync(() => client.destroy())
  )

describe.skipIf(!redisInstalled)(`the Redis cache${whereRedis}`, () => {
  const running = Effect.gen(function*() {
    const server = yield* redisServer
    const cache = Context.get(yield* Layer.build(cacheOn(server.url)), Cache)
    yield* until(cache.health, ({ state }) => state === "up")
    return { server, cache }
  })

  it.live("keeps bodies byte for byte, for their time, for every process", () =>
    Effect.gen(function*() {
      const { cache, server } = yield* running
      yield* cache.set("a", body, Duration.minutes(5))
      const other = Context.get(yield* Layer.build(cacheOn(server.url)), Cache)
      yield* until(other.health, ({ state }) => state === "up")
      const found = yield* other.get("a")
      assert.deepStrictEqual(found && { ...found, body: [...found.body] }, { ...body, body: [...body.body] })
      const client = yield* ownClient(server.url)
      const [key] = yield* Effect.promise(() => client.keys("*"))
      const left = yield* Effect.promise(() => client.pTTL(key ?? ""))
      assert.isTrue(left > 290_000 && left <= 300_000, String(left))
      yield* cache.delete("a")
      assert.isUndefined(yield* other.get("a"))
      assert.isUndefined(yield* cache.get("never"))
    }))

  it.live("takes an entry that is not whole, or not its own, for none", () =>
    Effect.gen(function*() {
      const { cache, server } = yield* running
      const client = yield* ownClient(server.url)
      yield* cache.set("a", body, Duration.minutes(5))
      const [key = ""] = yield* Effect.promise(() => client.keys("*"))
      const whole = yield* Effect.promise(() => client.get(key)) ?? ""
      const spoiled = [
        "",
        "\n",
        "nonsense",
        "{}\n",
        "{}\n{}",
        "null\nx",
        whole?.slice(0, 20) ?? "",
        whole?.slice(0, -5) ?? "",
        whole?.replace("1700000000000", "\"x\"") ?? "",
        `${whole}more`
      ]
      for (const entry of spoiled) {
        yield* Effect.promise(() => client.set(key, entry))
        assert.isUndefined(yield* cache.get("a"), JSON.stringify(entry.slice(0, 60)))
      }
      yield* Effect.promise(() => client.del(key))
      yield* Effect.promise(() => client.lPush(key, "a list"))
      assert.isUndefined(yield* cache.get("a"))
    }))

  it.live("a deletion that it did not hear of is made good before the key is read again, and no body outlives five minutes", () =>
    Effect.gen(function*() {
      const { cache, server } = yield* running
      const client = yield* ownClient(server.url)
      yield* cache.set("a", body, Duration.hours(24))
      const [key = ""] = yield* Effect.promise(() => client.keys("*"))
      assert.isAtMost(yield* Effect.promise(() => client.pTTL(key)), 300_000)
      // Redis goes on, with what it has, but takes no command for longer than one may take.
      yield* Effect.promise(() => client.sendCommand(["CLIENT", "PAUSE", "400", "WRITE"]))
      yield* cache.delete("a")
      assert.isUndefined(yield* cache.get("a"), "still deaf to it")
      yield* until(cache.health, ({ state }) => state === "up")
      yield* until(Effect.promise(() => client.exists(key)), (there) => there === 0)
      assert.isUndefined(yield* cache.get("a"))
      yield* cache.set("a", body, Duration.minutes(5))
      assert.strictEqual((yield* until(cache.get("a"), (found) => found !== undefined))?.etag, body.etag)
    }))

  it.live("that is killed costs time only, and comes back by itself", () =>
    Effect.gen(function*() {
      const { cache, server } = yield* running
      yield* cache.set("a", body, Duration.minutes(5))
      yield* server.kill
      yield* until(cache.health, ({ state }) => state === "down")
      assert.isUndefined(yield* cache.get("a"))
      yield* cache.set("a", body, Duration.minutes(5))
      yield* cache.delete("a")
      assert.include((yield* cache.health).reason ?? "", "Redis")
      yield* server.restart
      yield* until(cache.health, ({ state }) => state === "up")
      yield* cache.set("b", body, Duration.minutes(5))
      assert.strictEqual((yield* cache.get("b"))?.etag, body.etag)
    }))
})

it.live("a Redis that is not there when the process starts fails nothing", () =>
  Effect.gen(function*() {
    const cache = Context.get(yield* Layer.build(cacheOn("redis://127.0.0.1:1")), Cache)
    yield* cache.set("a", body, Duration.minutes(5))
    assert.isUndefined(yield* cache.get("a"))
    assert.strictEqual((yield* cache.health).state, "down")
  }))

describe.skipIf(!redisInstalled)(`the application on Redis${whereRedis}`, () => {
  class Redis extends Context.Service<Redis, Effect.Success<typeof redisServer>>()("analytics-following/test/Redis") {}

  const app = Layer.unwrap(
    Effect.map(
      redisServer,
      (server) => TestApp.layer({ settings: { REDIS_URL: server.url } }).pipe(Layer.provideMerge(Layer.succeed(Redis, server)))
    )
  )

  layer(app, { excludeTestServices: true })((it) => {
    it.effect("answers from it, goes on while it is away, and says so", () =>
      Effect.gen(function*() {
        const { call, newUser } = yield* TestApp
        const redis = yield* Redis
        const [one, other] = [yield* newUser, yield* newUser]
        const readiness = Effect.map(call({ method: "GET", path: "/readyz" }), (answer) =>
          answer.json<{ status: string; checks: { cache: { state: string; reason: string | null } } }>())
        yield* until(readiness, ({ status }) =>
          status === "ready")
        const first = yield* one.get("/profile/natgeo")
        const cached = yield* until(other.get("/profile/natgeo"), ({ headers }) => headers.get("x-data-source") === "cache")
        assert.strictEqual(cached.text, first.text)

        yield* redis.kill
        for (const user of [one, other, yield* newUser]) {
          const answer = yield* user.get("/profile/natgeo")
          assert.strictEqual(answer.status, 200)
          assert.strictEqual(answer.text, first.text)
          assert.strictEqual((yield* user.get("/profile/someone.else")).status, 200)
        }
        const degraded = yield* readiness
        assert.deepStrictEqual([degraded.status, degraded.checks.cache.state], ["degraded", "degraded"])

        yield* redis.restart
        yield* until(readiness, ({ status }) => status === "ready")
        assert.strictEqual((yield* one.get("/profile/natgeo")).text, first.text)
      }))
  })
})
