import { Effect } from "effect"
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { closeSync, openSync } from "node:fs"
import { setTimeout as sleep } from "node:timers/promises"
import { fileURLToPath } from "node:url"

/** A process of the product that can be ended in every way and started again, at the same address. */
export interface Process {
  readonly name: string
  /** Undefined where it serves nothing. */
  readonly url: string | undefined
  /** Whether it takes requests: from its first answer until it is told to end. */
  readonly up: boolean
  /** When it was told to end, or killed, and when it was there again: `performance.now()`. */
  readonly outages: ReadonlyArray<Outage>
  /** Started with its log going to `logTo` instead of its file. */
  start(logTo?: string): Promise<void>
  /** SIGTERM: resolves to the milliseconds until it has ended. */
  terminate(): Promise<number>
  /** SIGKILL. */
  kill(): Promise<void>
  /** Sets its wall clock so many milliseconds off. */
  stepClock(millis: number): void
  /** What it answers to a message; only for scripts that do. */
  query(message: string): Promise<unknown>
}

export interface Outage {
  readonly from: number
  until: number
}

export interface ProcessOptions {
  readonly name: string
  /** From the root of the project. */
  readonly script: string
  readonly nodeArguments?: ReadonlyArray<string>
  readonly port?: number
  readonly environment: Readonly<Record<string, string>>
  /** Gets standard output and error. */
  readonly logFile: string
}

/** The process, started, and ended with the scope. */
export const makeProcess = (options: ProcessOptions) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const process = new Running(options)
      await process.start()
      return process
    }),
    (process) => Effect.promise(() => process.kill())
  )

class Running implements Process {
  readonly name: string
  readonly url: string | undefined
  readonly outages: Array<Outage> = []
  up = false
  readonly #options: ProcessOptions
  #child: ChildProcess | undefined
  #outage: Outage | undefined

  constructor(options: ProcessOptions) {
    this.#options = options
    this.name = options.name
    this.url = options.port === undefined ? undefined : `http://127.0.0.1:${options.port}`
  }

  async start(logTo = this.#options.logFile): Promise<void> {
    const { environment, nodeArguments = [], port, script } = this.#options
    const log = openSync(logTo, "a")
    const errors = openSync(this.#options.logFile, "a")
    const child = spawn(process.execPath, [...nodeArguments, "--import", at("steppedClock.ts"), at(`../../${script}`)], {
      env: {
        PATH: process.env["PATH"],
        ...environment,
        ...(port === undefined ? {} : { HOST: "127.0.0.1", PORT: String(port) })
      },
      stdio: ["ignore", log, errors, "ipc"]
    })
    closeSync(log)
    closeSync(errors)
    this.#child = child
    if (this.url !== undefined) {
      const began = performance.now()
      while (!(await answers(this.url))) {
        if (ended(child) || performance.now() - began > longestStart) throw new Error(`${this.name} does not start`)
        await sleep(20)
      }
    }
    this.up = true
    if (this.#outage !== undefined) this.#outage.until = performance.now()
    this.#outage = undefined
  }

  async terminate(): Promise<number> {
    const began = performance.now()
    await this.#end("SIGTERM")
    return performance.now() - began
  }

  kill(): Promise<void> {
    return this.#end("SIGKILL")
  }

  stepClock(millis: number): void {
    this.#child?.send(millis)
  }

  async query(message: string): Promise<unknown> {
    const child = this.#child
    if (child === undefined) throw new Error(`${this.name} has not been started`)
    const answer = once(child, "message")
    child.send(message)
    return (await answer)[0]
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child
    if (child === undefined || ended(child)) return
    this.up = false
    this.#outage = { from: performance.now(), until: Infinity }
    this.outages.push(this.#outage)
    const exit = once(child, "exit")
    child.kill(signal)
    await exit
  }
}

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** Milliseconds. */
const longestStart = 60_000

const ended = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null

const answers = (url: string): Promise<boolean> =>
  fetch(`${url}/livez`).then(async (response) => {
    await response.arrayBuffer()
    return response.ok
  }, () => false)
