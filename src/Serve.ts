import "effect/schema/SchemaJITCompiler/enable"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Effect, Layer } from "effect"
import * as HttpServer from "effect/http/HttpServer"
import * as App from "./app.ts"
import { nodeServer } from "./http/NodeServer.ts"
import { logging } from "./observability/Logging.ts"
import { reportFailure } from "./observability/StartFailure.ts"
import { Settings } from "./settings/Settings.ts"

const app = Effect.map(Settings, ({ HOST, PORT, SHUTDOWN_TIMEOUT }) =>
  App.layer({
    headers: {},
    node: nodeServer(),
    listen: { host: HOST, port: PORT, gracefulShutdownTimeout: SHUTDOWN_TIMEOUT }
  }))

/** Serves until the process is told to stop, with the settings of this environment. */
export const serve = (environment: Readonly<Record<string, string | undefined>>): void =>
  Layer.unwrap(app).pipe(
    HttpServer.withLogAddress,
    Layer.provide(logging),
    Layer.provide(Settings.layer(environment)),
    Layer.launch,
    reportFailure,
    NodeRuntime.runMain({ disableErrorReporting: true })
  )
