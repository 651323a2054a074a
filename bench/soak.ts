import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Console, Effect, Logger } from "effect"
import { execFile } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { cpus, tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { parseArgs, promisify } from "node:util"
import { ask } from "./faults/Http.ts"
import { makePeople } from "./faults/People.ts"
import { makeWorld, type World } from "./faults/World.ts"
import { graphOf, growthOf } from "./soak/Growth.ts"
import { luaOf, requestsOf, type Target } from "./soak/Requests.ts"
import type { Held } from "./soak/server.ts"
import { sideTraffic } from "./soak/Side.ts"

/**
 * Claim: an hour of mixed load leaves a server as it was: memory, fibers, Node's resources, connections to PostgreSQL and Redis do not grow. The
 * hour is compressed: requests follow each other without a pause. Ends with 1 where something grows, breaks or answers with 5xx.
 *
 *   node bench/soak.ts [--requests N] [--redis] [--seconds a round]
 */
const { values: flags } = parseArgs({
  options: {
    requests: { type: "string", default: "200000" },
    redis: { type: "boolean", default: false },
    seconds: { type: "string", default: "10" },
    connections: { type: "string", default: "32" }
  }
})

/** The later half may not have gained more than this share of its mean. */
const limit = 0.05

const main = Effect.gen(function*() {
  yield* Console.error("Starting a server and storing 300 profiles …")
  const world = yield* makeWorld({
    servers: 1,
    workers: 0,
    script: "bench/soak/server.ts",
    nodeArguments: ["--expose-gc"],
    settings: { METRICS_TOKEN: metricsToken, LOG_LEVEL: "Warn", JOBS_CONCURRENCY: "8", ...(flags.redis ? {} : { REDIS_URL: "" }) }
  })
  const server = world.servers[0]!
  const people = yield* makePeople(world, 20)
  const targets = Array.from({ length: 300 }, (_, nth): Target => ({
    username: `soak.${nth}`,
    token: people[nth % people.length]!.token
  }))
  const folder = yield* Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "analytics-following-soak-"))),
    (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
  )
  const script = join(folder, "load.lua")
  yield* Effect.promise(async () => writeFileSync(script, luaOf(await prepare(server.url, targets))))
  const side = sideTraffic(server.url, targets)
  const samples: Array<Sample> = []
  let requests = 0
  let broken = 0
  while (requests < Number(flags.requests)) {
    const round = yield* Effect.promise(() => load(server.url, script))
    requests += round.requests
    broken += round.broken
    samples.push({ ...round, ...yield* sample(world) })
    const last = samples.at(-1)!
    yield* Console.error(
      `${requests.toLocaleString("en")}: ${figures.map((name) => `${name} ${last[name].toFixed(1)}`).join(", ")}`
    )
  }
  yield* Effect.promise(() => side.stop())
  // What is under way beside the load ends.
  yield* Effect.sleep("5 seconds")
  const after = yield* sample(world)
  const failures = yield* Effect.promise(async () => failuresIn((await metrics(server.url)).text))

  yield* Console.log(
    `${cpus()[0]?.model}, ${cpus().length} cores, Node ${process.version}; ${requests.toLocaleString("en")} requests of wrk, ${
      JSON.stringify(side.counts)
    }, ${flags.redis ? "Redis" : "cache in the process"}; 5xx ${failures}, broken ${broken}\n`
  )
  yield* Console.log(
    "| figure | first | least | most | last | at rest | later half gains | |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |"
  )
  let growing = 0
  for (const name of figures) {
    const values = samples.map((one) => one[name])
    const growth = growthOf(values)
    // What is under way when a sample is taken is not kept: something grows where there is more of it at rest, too, than there was at first under load.
    const atRest = after[name as keyof Readings] ?? Infinity
    const grows = judged.has(name) && growth.share > limit && atRest > (values[0] ?? 0) * (1 + limit)
    if (grows) growing++
    const cells = [
      values[0] ?? 0,
      Math.min(...values),
      Math.max(...values),
      values.at(-1) ?? 0,
      after[name as keyof Readings] ?? NaN
    ]
    yield* Console.log(
      `| ${name} | ${cells.map((value) => Number.isNaN(value) ? "" : value.toFixed(1)).join(" | ")} | ${
        (growth.share * 100).toFixed(1)
      } % | ${judged.has(name) ? grows ? "GROWS" : "flat" : ""} |`
    )
  }
  yield* Console.log("")
  for (const name of figures) yield* Console.log(`${name.padEnd(22)} ${graphOf(samples.map((one) => one[name]))}`)
  if (growing > 0 || failures > 0 || broken > 0 || side.counts.failed > 0) process.exitCode = 1
})

interface Round {
  readonly requests: number
  readonly broken: number
  readonly perSecond: number
  readonly p99: number
}

interface Readings {
  readonly "RSS MB": number
  readonly "heap MB": number
  readonly "external MB": number
  readonly "loop delay p99 ms": number
  readonly fibers: number
  readonly resources: number
  readonly "PostgreSQL conns": number
  readonly "Redis conns": number
}

type Sample = Round & Readings

/** What may not grow. */
const judgedFigures = ["RSS MB", "heap MB", "external MB", "fibers", "resources", "PostgreSQL conns", "Redis conns"] as const

const judged: ReadonlySet<string> = new Set(judgedFigures)

const figures = [...judgedFigures, "loop delay p99 ms", "perSecond", "p99"] as const

const load = async (url: string, script: string): Promise<Round> => {
  const began = performance.now()
  const { stdout } = await promisify(execFile)("wrk", [
    "-t1",
    `-c${flags.connections}`,
    `-d${flags.seconds}s`,
    "--timeout",
    "20s",
    "-s",
    script,
    url
  ])
  const found: Omit<Round, "perSecond"> = JSON.parse(/^\{.*\}$/m.exec(stdout)?.[0] ?? "")
  return { ...found, perSecond: found.requests / (performance.now() - began) * 1000 }
}

const metricsToken = "of-the-soak"

const metrics = (url: string) => ask(url, { method: "GET", path: "/metrics", token: metricsToken })

const failuresIn = (text: string): number =>
  [...text.matchAll(/^http_request_duration_seconds_count\{[^}]*status="5xx"\} (\d+)$/gm)].reduce(
    (sum, [, count]) => sum + Number(count),
    0
  )

const sample = Effect.fnUntraced(function*({ line, redis, servers: [server] }: World) {
  if (server === undefined) return yield* Effect.die("no server")
  // The delays of the load, before the collection that asking makes.
  const { text } = yield* Effect.promise(() => metrics(server.url))
  const delay = Number(/^process_event_loop_delay_seconds\{quantile="0.99"\} (\S+)$/m.exec(text)?.[1]) * 1000
  const { fibers, memory, resources } = (yield* Effect.promise(() => server.query("held"))) as Held
  yield* Effect.promise(() => metrics(server.url))
  return {
    "RSS MB": memory.rss / 2 ** 20,
    "heap MB": memory.heapUsed / 2 ** 20,
    "external MB": memory.external / 2 ** 20,
    "loop delay p99 ms": delay,
    fibers,
    resources: Object.values(resources).reduce((sum, count) => sum + count, 0),
    "PostgreSQL conns": line.count(),
    "Redis conns": flags.redis ? yield* Effect.promise(() => redisConnections(redis.url)) : 0
  } satisfies Readings
})

/** Unlocks every profile, ends a job, and makes the requests of the load. */
const prepare = async (url: string, targets: ReadonlyArray<Target>) => {
  const etags = new Map<string, string>()
  const unlock = async (own: ReadonlyArray<Target>) => {
    for (const { token, username } of own) {
      const { headers, status } = await ask(url, { method: "GET", path: `/profile/${username}`, token })
      if (status !== 200) throw new Error(`GET /profile/${username} answered ${status}`)
      etags.set(username, headers.get("etag") ?? "")
    }
  }
  await Promise.all(Array.from({ length: 6 }, (_, nth) => unlock(targets.filter((__, at) => at % 6 === nth))))
  const { token, username } = targets[0]!
  const { text } = await ask(url, { method: "POST", path: "/jobs", token, body: { usernames: [username] } })
  const { href: path }: { readonly href: string } = JSON.parse(text)
  for (;;) {
    const { status }: { readonly status: string } = JSON.parse((await ask(url, { method: "GET", path, token })).text)
    if (status === "finished") return requestsOf(targets, { path, token }, etags)
    await sleep(200)
  }
}

const redisConnections = async (url: string): Promise<number> => {
  const { stdout } = await promisify(execFile)("redis-cli", ["-u", url, "CLIENT", "LIST"])
  // But for the one that asks.
  return stdout.trim().split("\n").length - 1
}

Effect.scoped(main).pipe(Effect.provide(Logger.layer([])), NodeRuntime.runMain)
