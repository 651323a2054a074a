import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { spawn } from "node:child_process"
import { closeSync, openSync } from "node:fs"
import { fileURLToPath } from "node:url"

it.live("a log that cannot be written, as on a full disk, does not end the process", () =>
  Effect.gen(function*() {
    const full = openSync("/dev/full", "w")
    const child = spawn(process.execPath, [fileURLToPath(new URL("loggingProcess.ts", import.meta.url))], {
      stdio: ["ignore", full, "pipe"]
    })
    closeSync(full)
    const told: Array<Buffer> = []
    child.stderr?.on("data", (chunk: Buffer) => told.push(chunk))
    const code = yield* Effect.promise(() => new Promise<number | null>((resolve) => child.once("close", resolve)))
    assert.deepStrictEqual([Buffer.concat(told).toString(), code], ["lost 3", 0])
  }))
