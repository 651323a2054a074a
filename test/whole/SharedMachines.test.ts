import { assert, layer } from "@effect/vitest"
import { Context, Effect, Layer, Redacted } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import type { BulkJobView } from "../../src/jobs/Job.ts"
import { AuthEmulator } from "../../src/sandbox/auth/AuthEmulator.ts"
import { VendorSimulator } from "../../src/sandbox/vendor/VendorSimulator.ts"
import { startServer, startWorker } from "../support/processes.ts"
import { redisInstalled, redisServer, whereRedis } from "../support/redisServer.ts"
import { TestDatabase } from "../support/TestDatabase.ts"
import { until } from "../support/until.ts"
import { VendorFront } from "../support/VendorFront.ts"

const parts = Layer.mergeAll(VendorFront.layer, AuthEmulator.layer()).pipe(
  Layer.provideMerge(VendorSimulator.layer({
    username: "test",
    password: Redacted.make("secret"),
    latency: { min: 10, max: 120 }
  })),
  Layer.provideMerge(TestDatabase.layer)
)

/** Two servers and two workers on one PostgreSQL and one Redis. */
class Machines extends Context.Service<Machines, Effect.Success<typeof machines>>()("analytics-following/test/Machines") {
  static readonly layer = Layer.effect(Machines, Effect.suspend(() => machines))
}

const machines = Effect.gen(function*() {
  const redis = yield* redisServer
  const settings = { REDIS_URL: redis.url, RATE_LIMIT_FACTOR: "1", SHUTDOWN_TIMEOUT: "2 seconds" }
  const workers = yield* Effect.all([startWorker(settings), startWorker(settings)])
  const servers = yield* Effect.all([startServer(settings), startServer(settings)], { concurrency: 2 })
  return { redis, workers, servers }
})

const signIn = Effect.fnUntraced(function*(name: string) {
  const auth = yield* AuthEmulator
  const { access_token, user_id } = yield* auth.ensureUser(`${name}@test.invalid`, "password-of-the-test")
  const call = (url: string, init: RequestInit = {}) =>
    Effect.promise(async () => {
      const answer = await fetch(url, {
        ...init,
        headers: { authorization: `Bearer ${access_token}`, "content-type": "application/json", ...init.headers }
      })
      return { status: answer.status, headers: answer.headers, text: await answer.text() }
    })
  return { id: user_id, call }
})

interface Answer {
  readonly profile: { readonly followers_count: number }
}

layer(Layer.unwrap(Effect.sync(() => redisInstalled ? Layer.provideMerge(Machines.layer, parts) : parts)), {
  excludeTestServices: true,
  timeout: 120_000
})(`two servers and two workers on one PostgreSQL and one Redis${whereRedis}`, (it) => {
  const machine = <E, R>(name: string, test: Effect.Effect<void, E, R>) =>
    it.effect.skipIf(!redisInstalled)(name, () => test as Effect.Effect<void, E, never>, 120_000)

  machine(
    "fetch a cold name once for callers of both",
    Effect.gen(function*() {
      const { servers } = yield* Machines
      const front = yield* VendorFront
      const users = yield* Effect.forEach(Array.from({ length: 20 }, (_, i) => `both${i}`), signIn, { concurrency: 4 })
      const answers = yield* Effect.forEach(
        users,
        ({ call }, i) => call(`${servers[i % 2]?.url}/profile/shared.cold`),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(new Set(answers.map(({ status }) => status)), new Set([200]))
      assert.lengthOf(new Set(answers.map(({ headers }) => headers.get("etag"))), 1)
      assert.deepStrictEqual(front.asked, ["shared.cold"])
    })
  )

  machine(
    "share a bulk job, which the other server tells of as it goes",
    Effect.gen(function*() {
      const { servers, workers } = yield* Machines
      const front = yield* VendorFront
      const user = yield* signIn("bulk")
      const usernames = Array.from({ length: 40 }, (_, i) => `shared.${i}`)
      const made = yield* user.call(`${servers[0].url}/jobs`, { method: "POST", body: JSON.stringify({ usernames }) })
      assert.strictEqual(made.status, 202, made.text)
      const job: BulkJobView = JSON.parse(made.text)
      const events = yield* user.call(servers[1].url + job.events_href)
      assert.deepStrictEqual(
        [...events.text.matchAll(/^id: (\d+)\nevent: (\w+)$/gm)].map(([, id, event]) => [Number(id), event]),
        [...usernames.map((_, i) => [i + 1, "item"]), [41, "ended"]]
      )
      for (const name of usernames) assert.lengthOf(front.asked.filter((asked) => asked === name), 1, name)
      // The servers work too, and take up at once what they begin themselves.
      const stored = [...servers, ...workers].map(({ out }) =>
        out.join("").split("\n").filter((line) => line.includes("profile stored") && line.includes("shared.")).length
      )
      assert.isAbove(stored.filter((count) => count > 0).length, 1, `several have done a part: ${stored}`)
    })
  )

  machine(
    "answer what the other has stored, from one cache",
    Effect.gen(function*() {
      const { servers } = yield* Machines
      const front = yield* VendorFront
      const user = yield* signIn("both0")
      const look = (i: 0 | 1) => user.call(`${servers[i].url}/profile/shared.cold`)
      const before = [yield* look(0), yield* look(1)]
      assert.strictEqual(before[0]?.headers.get("etag"), before[1]?.headers.get("etag"))
      const sql = yield* SqlClient
      // What is younger than a minute is not asked for again.
      const [row] = yield* sql<{ raw_data: object }>`
        UPDATE profiles SET last_refreshed = last_refreshed - interval '2 minutes' WHERE username = 'shared.cold' RETURNING raw_data`
      front.says("shared.cold", { data: { user: { ...row?.raw_data, edge_followed_by: { count: 777_777 } } } })
      const refreshed = yield* user.call(`${servers[0].url}/profile/shared.cold/refresh`, { method: "POST" })
      assert.strictEqual(refreshed.status, 200, refreshed.text)
      const after = yield* look(1)
      assert.strictEqual((JSON.parse(after.text) as Answer).profile.followers_count, 777_777)
      assert.strictEqual(after.headers.get("etag"), refreshed.headers.get("etag"))
    })
  )

  machine(
    "count a user's requests together",
    Effect.gen(function*() {
      const { servers } = yield* Machines
      const user = yield* signIn("limited")
      let allowed = 0
      for (let i = 0; i < 600; i++) {
        const { status } = yield* user.call(`${servers[i % 2]?.url}/me/limits`)
        if (status === 429) break
        allowed++
      }
      // 300 in a minute; a minute that ends meanwhile begins another. Each by itself would let 300 through, 600 in all.
      assert.isAtLeast(allowed, 290)
      assert.isBelow(allowed, 600)
    })
  )

  machine(
    "go on without Redis, and with it again when it is back",
    Effect.gen(function*() {
      const { redis, servers } = yield* Machines
      const user = yield* signIn("without")
      yield* redis.kill
      for (const { url } of servers) {
        assert.strictEqual((yield* user.call(`${url}/profile/shared.cold`)).status, 200)
        assert.strictEqual((yield* user.call(`${url}/profile/without.redis`)).status, 200)
      }
      yield* redis.restart
      for (const { url } of servers) {
        yield* until(
          user.call(`${url}/readyz`),
          ({ status, text }) => status === 200 && (JSON.parse(text) as { status: string }).status === "ready"
        )
      }
    })
  )

  machine(
    "hand over what a server had under way that is told to stop",
    Effect.gen(function*() {
      const { servers: [first, second] } = yield* Machines
      const front = yield* VendorFront
      const user = yield* signIn("handed")
      front.hold("handed.over")
      const begun = yield* user.call(`${first.url}/profile/handed.over`, { headers: { prefer: "wait=0" } })
      assert.strictEqual(begun.status, 202)
      const { href } = JSON.parse(begun.text) as { href: string }
      yield* until(Effect.sync(() => front.asked), (asked) => asked.includes("handed.over"))
      yield* first.stop
      assert.strictEqual((yield* user.call(`${second.url}/profile/shared.cold`)).status, 200)
      front.release("handed.over")
      yield* until(user.call(second.url + href), ({ text }) => (JSON.parse(text) as { status: string }).status === "succeeded")
      assert.strictEqual((yield* user.call(`${second.url}/profile/handed.over`)).status, 200)
    })
  )
})
