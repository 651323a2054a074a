import { execFile, execFileSync } from "node:child_process"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { Agent, get } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import type { Target } from "./Stage.ts"

export interface LoadResult {
  readonly requests: number
  readonly seconds: number
  /** Milliseconds. */
  readonly p50: number
  readonly p99: number
  /** Answers other than 200, and connections that broke. */
  readonly errors: number
}

export interface LoadOptions {
  readonly url: string
  readonly targets: ReadonlyArray<Target>
  readonly connections: number
  readonly seconds: number
}

/** Which generator `load` uses: wrk where it is installed, else a loop over `node:http`, which itself needs about 60 µs a request. */
export const generator = (): "wrk" | "node:http" => {
  try {
    execFileSync("wrk", ["-v"], { stdio: "ignore" })
    return "wrk"
  } catch (error) {
    // wrk ends with 1 when it only tells its version.
    return typeof error === "object" && error !== null && "status" in error && error.status === 1 ? "wrk" : "node:http"
  }
}

/** Keeps so many connections busy for so long, each request a random target. */
export const load = (options: LoadOptions): Promise<LoadResult> =>
  generator() === "wrk" ? loadWithWrk(options) : loadWithNode(options)

/** Every target once: opens windows, fills caches and connections. Seconds it took. */
export const visitAll = async ({ connections, targets, url }: Omit<LoadOptions, "seconds">): Promise<number> => {
  const began = performance.now()
  let next = 0
  const errors = await inParallel(url, connections, () => targets[next++])
  if (errors > 0) throw new Error(`${errors} of ${targets.length} look-ups were not answered with 200`)
  return (performance.now() - began) / 1000
}

const loadWithWrk = async ({ connections, seconds, targets, url }: LoadOptions): Promise<LoadResult> => {
  const folder = await mkdtemp(join(tmpdir(), "analytics-following-load-"))
  try {
    const script = join(folder, "targets.lua")
    await writeFile(script, lua(targets))
    const { stdout } = await promisify(execFile)("wrk", ["-t1", `-c${connections}`, `-d${seconds}s`, "-s", script, url])
    return JSON.parse(/^\{.*\}$/m.exec(stdout)?.[0] ?? "") as LoadResult
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const lua = (targets: ReadonlyArray<Target>) => `
local targets = {
${targets.map(({ token, username }) => `{ "/profile/${username}", "Bearer ${token}" },`).join("\n")}
}
local requests = {}
function init()
  math.randomseed(os.time())
  for i, target in ipairs(targets) do
    requests[i] = wrk.format("GET", target[1], { Host = wrk.host, Authorization = target[2] })
  end
end
function request()
  return requests[math.random(#requests)]
end
function done(summary, latency)
  local errors = summary.errors
  print(string.format('{"requests":%d,"seconds":%f,"p50":%f,"p99":%f,"errors":%d}',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    errors.status + errors.connect + errors.read + errors.write + errors.timeout))
end
`

const loadWithNode = async ({ connections, seconds, targets, url }: LoadOptions): Promise<LoadResult> => {
  const latencies: Array<number> = []
  const began = performance.now()
  const until = began + seconds * 1000
  const errors = await inParallel(
    url,
    connections,
    () => performance.now() < until ? targets[Math.floor(Math.random() * targets.length)] : undefined,
    (millis) => latencies.push(millis)
  )
  latencies.sort((a, b) => a - b)
  const at = (share: number) => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? 0
  return { requests: latencies.length, seconds: (performance.now() - began) / 1000, p50: at(0.5), p99: at(0.99), errors }
}

/** Asks for what `next` gives until it gives nothing, on so many connections. How many answers were not 200. */
const inParallel = async (
  url: string,
  connections: number,
  next: () => Target | undefined,
  onAnswer: (millis: number) => void = () => {}
): Promise<number> => {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  let errors = 0
  const worker = async () => {
    for (let target = next(); target !== undefined; target = next()) {
      const began = performance.now()
      if (await statusOf(agent, url, target) !== 200) errors++
      onAnswer(performance.now() - began)
    }
  }
  await Promise.all(Array.from({ length: connections }, worker))
  agent.destroy()
  return errors
}

const statusOf = (agent: Agent, url: string, { token, username }: Target) =>
  new Promise<number | undefined>((resolve, reject) => {
    get(`${url}/profile/${username}`, { agent, headers: { authorization: `Bearer ${token}` } }, (response) => {
      response.resume().on("end", () => resolve(response.statusCode)).on("error", reject)
    }).on("error", reject)
  })
