import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { createClient } from "redis"
import { redisInstalled, redisServer, whereRedis } from "../support/redisServer.ts"
import { TestApp } from "../support/TestApp.ts"
import { until } from "../support/until.ts"
import { erase, newCreator, settings } from "./creator.ts"
import { holding as inTables } from "./scan.ts"

/** Every key of the server, and what is kept under it, in one text a key. */
const contents = (url: string) =>
  Effect.promise(async () => {
    const client = await createClient({ url }).connect()
    const kept = (key: string): Record<string, () => Promise<unknown>> => ({
      string: () => client.get(key),
      hash: () => client.hGetAll(key),
      set: () => client.sMembers(key),
      zset: () => client.zRange(key, 0, -1),
      list: () => client.lRange(key, 0, -1)
    })
    const found: Array<string> = []
    for (const key of await client.keys("*")) {
      const type = await client.type(key)
      // Gone since it was listed.
      if (type === "none") continue
      const read = kept(key)[type]
      found.push(
        `${key} ${JSON.stringify(read === undefined ? assert.fail(`${key} is of no known type`) : await read())}`.toLowerCase()
      )
    }
    client.destroy()
    return found
  })

describe.skipIf(!redisInstalled)(`what Redis keeps of an erased creator${whereRedis}`, () => {
  it.live("goes with the erasure, under every key; what others' answers say of them too", () =>
    Effect.gen(function*() {
      const { url } = yield* redisServer
      const holding = (markers: ReadonlyArray<string>) =>
        Effect.map(contents(url), (all) =>
          all.filter((text) =>
            markers.some((marker) => text.includes(marker.toLowerCase()))
          ).map((text) => text.split(" ")[0]))
      yield* Effect.gen(function*() {
        const { host, markers, username } = yield* newCreator
        const user = yield* (yield* TestApp).newUser
        for (const name of [username, host]) {
          // What is cached with the first answer may be deleted behind it.
          const looked = Effect.andThen(user.get(`/profile/${name}`), holding(markers))
          yield* until(looked, (found) => found.some((key) => key?.endsWith(name)))
        }
        assert.strictEqual((yield* erase({ username })).status, 200)
        yield* until(inTables(markers), (found) => found.length === 0)
        yield* until(holding(markers), (found) => found.length === 0)
        assert.strictEqual((yield* user.get(`/profile/${username}`)).status, 451)
        const seen = yield* user.get(`/profile/${host}`)
        assert.strictEqual(seen.status, 200)
        assert.notInclude(seen.text, username)
        assert.deepStrictEqual(yield* holding(markers), [])
        assert.isNotEmpty(yield* contents(url), "others' answers are cached again")
      }).pipe(Effect.provide(TestApp.layer({ settings: { ...settings, REDIS_URL: url } })))
    }), 60_000)
})
