import { Effect } from "effect"
import { type ChildProcess, spawn } from "node:child_process"
import { closeSync, openSync } from "node:fs"
import { readFile } from "node:fs/promises"
import { createServer } from "node:net"
import { join } from "node:path"
import { setTimeout as realSleep } from "node:timers/promises"
import { PostgresStartFailed } from "./EmbeddedPostgresErrors.ts"
import type { ServerUser } from "./ServerUser.ts"

export interface ServerCommand {
  readonly binDir: string
  readonly clusterDir: string
  readonly logFile: string
  readonly user: ServerUser | undefined
}

/** Creates the cluster in `targetDir`: UTF-8, the same collation on every machine, password needed to connect. */
export const initialize = Effect.fnUntraced(function*(command: ServerCommand, targetDir: string, passwordFile: string) {
  const child = yield* launch(command, "initdb", [
    "--pgdata",
    targetDir,
    "--username=postgres",
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--locale=C",
    "--auth=scram-sha-256",
    `--pwfile=${passwordFile}`,
    "--no-sync",
    "--no-instructions"
  ])
  const code = yield* exitOf(child)
  if (code !== 0) return yield* startFailed("initdb", command.logFile)
})

/**
 * Starts the server and returns once it accepts connections, with an effect that waits for its end; stops it (fast shutdown: open
 * transactions are rolled back) when the scope closes. Time is real time throughout, whatever clock the caller lives by: the server is another process.
 */
export const serve = Effect.fnUntraced(function*(command: ServerCommand, settings: ReadonlyArray<string>) {
  const child = yield* Effect.acquireRelease(
    launch(command, "postgres", ["-D", command.clusterDir, ...settings]),
    stop
  )
  yield* stopWithUs(child, command.user)
  const statusFile = join(command.clusterDir, "postmaster.pid")
  for (let waited = 0; waited < 30_000; waited += 10) {
    if (child.exitCode !== null || child.signalCode !== null) return yield* startFailed("it stopped at once", command.logFile)
    // Line 8 is the status that pg_ctl waits for; line 1 tells our server's file from a left-over one.
    const lines = yield* Effect.promise(() => readFile(statusFile, "utf8").then((text) => text.split("\n"), () => []))
    if (lines[0] === String(child.pid) && lines[7]?.trim() === "ready") return { ended: Effect.asVoid(exitOf(child)) }
    yield* Effect.promise(() => realSleep(10))
  }
  return yield* startFailed("not ready after 30 s", command.logFile)
})

/**
 * Waits for the end of a server that nobody stopped (killed, out of memory) and starts it again, as often as that happens: what runs over
 * it recovers as from any restart of PostgreSQL.
 */
export const serveAgain = Effect.fnUntraced(function*(
  command: ServerCommand,
  settings: ReadonlyArray<string>,
  ended: Effect.Effect<void>,
  report: (line: string) => Effect.Effect<void>
) {
  yield* ended
  // The processes of the one before may need a moment to notice its death, and hold its memory until then.
  const attempt = Effect.andThen(Effect.promise(() => realSleep(250)), serve(command, settings))
  yield* report("PostgreSQL ended unexpectedly and is started again …").pipe(
    Effect.andThen(Effect.retry(attempt, { times: 40 })),
    Effect.flatMap(({ ended }) => ended),
    Effect.scoped,
    Effect.forever,
    Effect.catch(({ message }) => report(message))
  )
})

/** A port of the loopback interface that is free now. Another process may take it before we do: callers try again. */
export const freePort = Effect.callback<number>((resume) => {
  const probe = createServer()
  probe.once("error", (error) => resume(Effect.die(error)))
  probe.listen(0, "127.0.0.1", () => {
    const address = probe.address()
    probe.close(() =>
      resume(address === null || typeof address === "string" ? Effect.die(address) : Effect.succeed(address.port))
    )
  })
})

const launch = (command: ServerCommand, program: string, args: ReadonlyArray<string>) =>
  Effect.callback<ChildProcess, PostgresStartFailed>((resume) => {
    const log = openSync(command.logFile, "a", 0o600)
    const child = spawn(join(command.binDir, program), args, {
      ...command.user,
      cwd: "/",
      // A process group of its own: Ctrl-C in the terminal reaches us alone, and we stop the server last.
      detached: true,
      env: { PATH: process.env["PATH"], LC_ALL: "C" },
      stdio: ["ignore", log, log]
    })
    closeSync(log)
    child.once("spawn", () => resume(Effect.succeed(child)))
    child.once("error", (error) => resume(new PostgresStartFailed({ step: program, log: [error.message] })))
  })

const exitOf = (child: ChildProcess) =>
  Effect.callback<number | null>((resume) => {
    if (child.exitCode !== null || child.signalCode !== null) return resume(Effect.succeed(child.exitCode))
    child.once("exit", (code) => resume(Effect.succeed(code)))
  })

/** Fast shutdown first, then immediate, then the kernel's. */
const stop = (child: ChildProcess) =>
  Effect.gen(function*() {
    for (const signal of ["SIGINT", "SIGQUIT", "SIGKILL"] as const) {
      child.kill(signal)
      const stopped = yield* Effect.race(
        Effect.as(exitOf(child), true),
        Effect.promise((abort) => realSleep(10_000, false, { signal: abort, ref: false }).catch(() => false))
      )
      if (stopped) return
    }
  })

/**
 * Should this process be killed outright, no finalizer runs and the server would live on. A shell therefore waits on a pipe from us and
 * stops the server when the pipe breaks; a line on the pipe ends the watch.
 */
const stopWithUs = (server: ChildProcess, user: ServerUser | undefined) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const watch = spawn("/bin/sh", ["-c", "read -r line || kill -INT \"$1\"", "sh", String(server.pid)], {
        ...user,
        cwd: "/",
        detached: true,
        stdio: ["pipe", "ignore", "ignore"]
      })
      watch.on("error", () => undefined)
      watch.stdin.on("error", () => undefined)
      const dismiss = () => watch.stdin.end("done\n")
      server.once("exit", dismiss)
      watch.unref()
      return dismiss
    }),
    (dismiss) => Effect.sync(dismiss)
  )

const startFailed = Effect.fnUntraced(function*(step: string, logFile: string) {
  const text = yield* Effect.promise(() => readFile(logFile, "utf8").catch(() => ""))
  const log = text.split("\n").filter((line) => line.trim() !== "").slice(-10)
  return yield* new PostgresStartFailed({ step, log })
})
