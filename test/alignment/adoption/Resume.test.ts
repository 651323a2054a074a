import { assert, describe, layer } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"
import { Adoption } from "../../../src/alignment/adoption/Adoption.ts"
import { TestDatabase } from "../../support/TestDatabase.ts"
import { createLegacyDatabase, recordedSchema } from "./LegacyDatabase.ts"
import { randomOf } from "./random.ts"
import { adoptionLayer, fingerprint, options, rowCount } from "./support.ts"

const script = fileURLToPath(new URL("../../../scripts/adopt-legacy.ts", import.meta.url))
const rowTotal = Math.floor(rowCount / 2)
const batchSize = Math.max(60, Math.floor(rowTotal / 60))

describe.skipIf(recordedSchema === undefined)("Adoption that is cut off (skipped where ../shared/legacy is absent)", () => {
  layer(TestDatabase.layerUnmigrated)("by SIGKILL", (it) => {
    it.effect("goes on where it was, and ends as one that was left alone", () =>
      Effect.gen(function*() {
        yield* createLegacyDatabase(rowTotal)
        const { url } = yield* TestDatabase
        const random = randomOf(20250801)
        const killedAt: Array<string> = []
        for (let kills = 0; kills < 12; kills++) {
          // The judging takes some twenty lines and is one step: some runs are let live beyond it.
          const lines = kills === 0 ? 1 : kills === 2 ? random.int(24, 32) : random.int(1, 14)
          const end = yield* Effect.promise(() => runUntil(Redacted.value(url), lines, random.int(0, 15)))
          if (end === undefined) break
          killedAt.push(end)
        }
        const last = yield* Effect.promise(() => runUntil(Redacted.value(url), Infinity, 0))
        assert.isUndefined(last, "the last run ends by itself")
        yield* Effect.sync(() => console.info(`killed ${killedAt.length} times, after:\n  ${killedAt.join("\n  ")}`))
        assert.isAbove(killedAt.length, 5, killedAt.join("\n"))
        const interrupted = yield* fingerprint("public", "legacy")

        const uninterrupted = yield* Effect.gen(function*() {
          yield* createLegacyDatabase(rowTotal)
          yield* Effect.flatMap(Adoption, (adoption) => adoption.run(options))
          return yield* fingerprint("public", "legacy")
        }).pipe(Effect.provide(adoptionLayer), Effect.provide(TestDatabase.layerUnmigrated, { local: true }))
        assert.deepStrictEqual(interrupted, uninterrupted)
      }), 240_000)
  })

  layer(TestDatabase.layerUnmigrated)("by another run", (it) => {
    it.effect("shares the work with a run beside it, whatever the sizes of their batches", () =>
      Effect.gen(function*() {
        yield* createLegacyDatabase(1000)
        const adoption = yield* Adoption
        const [one, other] = yield* Effect.all([
          adoption.run({ ...options, batchSize: 40 }),
          adoption.run({ ...options, batchSize: 170 })
        ], { concurrency: 2 })
        assert.deepStrictEqual(one.counts, other.counts)
      }).pipe(Effect.provide(adoptionLayer)), 120_000)
  })
})

/** Runs the script and kills it so many milliseconds after so many lines of progress: the line it had come to, or undefined if it ended. */
const runUntil = (url: string, lines: number, after: number) =>
  new Promise<string | undefined>((resolve, reject) => {
    const child = spawn(process.execPath, [
      script,
      "--batch-size",
      String(batchSize),
      "--currency",
      "EUR",
      "--as-of",
      options.asOf ?? ""
    ], {
      env: { ...process.env, DATABASE_URL: url },
      stdio: ["ignore", "ignore", "pipe"]
    })
    let seen = 0
    let last = ""
    child.stderr.setEncoding("utf8")
    child.stderr.on("data", (text: string) => {
      for (const line of text.split("\n").filter((it) => it !== "")) {
        last = line
        if (++seen === lines) setTimeout(() => child.kill("SIGKILL"), after)
      }
    })
    child.on("error", reject)
    child.on("exit", (code, signal) => {
      if (signal === "SIGKILL") resolve(last)
      else if (code === 0) resolve(undefined)
      else reject(new Error(`the run failed: ${last}`))
    })
  })
