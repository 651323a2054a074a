import { Effect } from "effect"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { setTimeout as sleep } from "node:timers/promises"
import { freePort } from "../../src/sandbox/postgres/ServerProcess.ts"
import { serverCore } from "./Cores.ts"

export interface ServerOptions {
  /** A file to run, and what stands before it. */
  readonly script: string
  readonly nodeArguments?: ReadonlyArray<string>
  readonly environment: Readonly<Record<string, string>>
  /** Whether to bind it to the server's core. */
  readonly pinned: boolean
}

export interface RunningServer {
  readonly url: string
  readonly pid: number
  /** Milliseconds from the start of the process to its first answer. */
  readonly startedIn: number
}

/** Starts a server process on a free port, waits for its first answer, and ends it with the scope. */
export const startServer = (options: ServerOptions) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.promise(() => start(options)),
      ({ child }) =>
        Effect.promise(async () => {
          if (child.exitCode !== null || child.signalCode !== null) return
          child.kill("SIGINT")
          await Promise.race([once(child, "exit"), sleep(5000).then(() => child.kill("SIGKILL"))])
        })
    ),
    ({ server }) => server
  )

const start = async ({ environment, nodeArguments = [], pinned, script }: ServerOptions) => {
  const port = await Effect.runPromise(freePort)
  const command = [process.execPath, ...nodeArguments, script]
  const [file = "", ...rest] = pinned ? ["taskset", "-c", String(serverCore), ...command] : command
  const began = performance.now()
  const child = spawn(file, rest, {
    env: { PATH: process.env["PATH"], NODE_ENV: "production", HOST: "127.0.0.1", PORT: String(port), ...environment },
    // The log is written, and read by nobody.
    stdio: ["ignore", "ignore", "inherit"]
  })
  const url = `http://127.0.0.1:${port}`
  while (!(await answers(url))) {
    if (child.exitCode !== null || performance.now() - began > 30_000 || child.pid === undefined) {
      child.kill("SIGKILL")
      throw new Error(`${script} does not answer`)
    }
    await sleep(5)
  }
  return { child, server: { url, pid: child.pid ?? 0, startedIn: performance.now() - began } satisfies RunningServer }
}

const answers = (url: string): Promise<boolean> =>
  fetch(`${url}/livez`).then(async (response) => {
    await response.arrayBuffer()
    return true
  }, () => false)
