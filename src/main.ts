import "effect/schema/SchemaJITCompiler/enable"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Effect, Layer } from "effect"
import * as HttpServer from "effect/http/HttpServer"
import * as App from "./app.ts"
import { nodeServer } from "./http/NodeServer.ts"
import { logging } from "./observability/Logging.ts"
import { reportFailure } from "./observability/StartFailure.ts"
import { Settings } from "./settings/Settings.ts"

const settings = Settings.layer(process.env)

const server = Layer.unwrap(
  Effect.map(Settings, ({ HOST, PORT, SHUTDOWN_TIMEOUT }) =>
    NodeHttpServer.layerServer(() => nodeServer(), {
      host: HOST,
      port: PORT,
      gracefulShutdownTimeout: SHUTDOWN_TIMEOUT
    }))
)

App.layer({ headers: {}, server }).pipe(
  HttpServer.withLogAddress,
  Layer.provide(logging),
  Layer.provide(settings),
  Layer.launch,
  reportFailure,
  NodeRuntime.runMain({ disableErrorReporting: true })
)
