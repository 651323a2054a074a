import { Effect } from "effect"
import { spawn, spawnSync } from "node:child_process"
import { freePort } from "../../src/sandbox/postgres/ServerProcess.ts"

export const redisInstalled = spawnSync("redis-server", ["--version"]).status === 0

export const whereRedis = redisInstalled ? "" : " (skipped: redis-server is not installed)"

/** A Redis of the test's own on a free port, which keeps nothing on disk. It can be killed and started again on the same port. */
export const redisServer = Effect.gen(function*() {
  const port = yield* freePort
  const start = () => {
    const child = spawn("redis-server", ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"], {
      stdio: ["ignore", "pipe", "inherit"]
    })
    const ready = new Promise<void>((resolve) => {
      child.stdout.on("data", (chunk: Buffer) => {
        if (chunk.includes("Ready to accept connections")) resolve()
      })
    })
    const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()))
    return { child, ready, ended }
  }
  let running = start()
  const kill = Effect.promise(() => {
    running.child.kill("SIGKILL")
    return running.ended
  })
  yield* Effect.addFinalizer(() => kill)
  yield* Effect.promise(() => running.ready)
  return {
    url: `redis://127.0.0.1:${port}`,
    kill,
    /** It stays there, and answers nothing until `thaw`. */
    freeze: Effect.sync(() => void running.child.kill("SIGSTOP")),
    thaw: Effect.sync(() => void running.child.kill("SIGCONT")),
    restart: Effect.promise(() => {
      running = start()
      return running.ready
    })
  }
})
