import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Effect, Layer } from "effect"
import { logging, lostLines } from "../../src/observability/Logging.ts"
import { Settings } from "../../src/settings/Settings.ts"

/** A process that logs three lines, each in a turn of its own, and tells how many were lost. */
const said = Effect.gen(function*() {
  for (let line = 1; line <= 3; line++) {
    yield* Effect.logInfo(`line ${line}`)
    yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
  }
  process.stderr.write(`lost ${lostLines()}`)
})

const settings = Settings.layer({
  DATABASE_URL: "postgresql://nobody:nothing@127.0.0.1:1/none",
  SUPABASE_URL: "http://127.0.0.1:1",
  SUPABASE_ANON_KEY: "none",
  SMARTPROXY_USERNAME: "nobody",
  SMARTPROXY_PASSWORD: "nothing"
})

said.pipe(Effect.provide(logging.pipe(Layer.provide(settings))), NodeRuntime.runMain)
