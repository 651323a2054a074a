import "effect/schema/SchemaJITCompiler/enable"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Effect, Layer } from "effect"
import * as App from "../src/app.ts"
import { background } from "../src/Background.ts"
import { logging } from "../src/observability/Logging.ts"
import { reportFailure } from "../src/observability/StartFailure.ts"
import { Settings } from "../src/settings/Settings.ts"

/**
 * `npm run worker`: works on what servers began, with the settings of a server, and serves nothing. As many as wanted may run, beside servers
 * and each other. SIGTERM lets what is under way go on for `SHUTDOWN_TIMEOUT` and hands back the rest.
 */
const worker = Layer.unwrap(
  Effect.map(
    Settings,
    (settings) => background(settings).pipe(Layer.provide(App.services(settings)), Layer.provide(App.observability(settings)))
  )
).pipe(
  Layer.tap(() => Effect.logInfo("working"))
)

worker.pipe(
  Layer.provide(logging),
  Layer.provide(Settings.layer(process.env)),
  Layer.launch,
  reportFailure,
  NodeRuntime.runMain({ disableErrorReporting: true })
)
