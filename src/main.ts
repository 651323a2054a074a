import "effect/schema/SchemaJITCompiler/enable"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Effect, Layer } from "effect"
import * as HttpServer from "effect/http/HttpServer"
import * as App from "./app.ts"
import { nodeServer } from "./http/NodeServer.ts"
import { logging } from "./observability/Logging.ts"
import { reportFailure } from "./observability/StartFailure.ts"
import { Settings } from "./settings/Settings.ts"

const settings = Settings.layer(process.env)

const app = Effect.map(Settings, ({ HOST, PORT, SHUTDOWN_TIMEOUT }) =>
  App.layer({
    headers: {},
    node: nodeServer(),
    listen: { host: HOST, port: PORT, gracefulShutdownTimeout: SHUTDOWN_TIMEOUT }
  }))

Layer.unwrap(app).pipe(
  HttpServer.withLogAddress,
  Layer.provide(logging),
  Layer.provide(settings),
  Layer.launch,
  reportFailure,
  NodeRuntime.runMain({ disableErrorReporting: true })
)
