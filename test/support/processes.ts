import { Effect, Redacted } from "effect"
import { type ChildProcess, spawn } from "node:child_process"
import { fileURLToPath } from "node:url"
import { AuthEmulator } from "../../src/sandbox/auth/AuthEmulator.ts"
import { freePort } from "../../src/sandbox/postgres/ServerProcess.ts"
import { TestDatabase } from "./TestDatabase.ts"
import { until } from "./until.ts"
import { VendorFront } from "./VendorFront.ts"

/** Settings by their names in the environment. */
type Environment = Readonly<Record<string, string>>

const environment = Effect.gen(function*() {
  const auth = yield* AuthEmulator
  return {
    DATABASE_URL: Redacted.value((yield* TestDatabase).url),
    SUPABASE_URL: auth.url,
    SUPABASE_ANON_KEY: Redacted.value(auth.anonKey),
    SMARTPROXY_USERNAME: "test",
    SMARTPROXY_PASSWORD: "secret",
    DECODO_BASE_URL: (yield* VendorFront).url,
    HOST: "127.0.0.1",
    JOBS_LEASE: "5 seconds",
    RATE_LIMIT_FACTOR: "1000"
  }
})

/** A process of the product on the test's database, vendor and auth; killed with the scope. `out` is what it says, its log among it. */
const startProcess = Effect.fnUntraced(function*(script: string, settings: Environment) {
  const child = spawn(process.execPath, [fileURLToPath(new URL(`../../${script}`, import.meta.url))], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...yield* environment, ...settings }
  })
  const out: Array<string> = []
  const errors: Array<string> = []
  child.stdout.on("data", (chunk: Buffer) => out.push(chunk.toString()))
  child.stderr.on("data", (chunk: Buffer) => errors.push(chunk.toString()))
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()))
  const end = (signal: "SIGKILL" | "SIGTERM") =>
    Effect.promise(() => {
      child.kill(signal)
      return ended
    })
  const kill = end("SIGKILL")
  yield* Effect.addFinalizer(() => kill)
  return { child, kill, stop: end("SIGTERM"), errors, out }
})

/** `npm run worker`. */
export const startWorker = (settings: Environment = {}) => startProcess("scripts/worker.ts", settings)

/** `npm start` on a free port. */
export const startServer = Effect.fnUntraced(function*(settings: Environment = {}) {
  const port = yield* freePort
  const started = yield* startProcess("src/main.ts", { PORT: String(port), ...settings })
  const url = `http://127.0.0.1:${port}`
  yield* until(
    Effect.promise(() => fetch(`${url}/livez`).then((answer) => answer.ok, () => false)),
    (alive) => alive || hasEnded(started.child)
  )
  if (hasEnded(started.child)) return yield* Effect.die(`the server did not start: ${started.errors.join("")}`)
  return { ...started, url }
})

const hasEnded = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null
