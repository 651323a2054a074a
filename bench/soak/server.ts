import "effect/schema/SchemaJITCompiler/enable"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Effect, Layer, Metric } from "effect"
import * as App from "../../src/app.ts"
import { nodeServer } from "../../src/http/NodeServer.ts"
import { logging } from "../../src/observability/Logging.ts"
import { Settings } from "../../src/settings/Settings.ts"

/** As `src/main.ts`, and tells its parent, which asks with any message, what it holds: fibers, resources of Node, memory after a collection. */
export interface Held {
  readonly fibers: number
  /** What keeps or could keep Node's loop busy (sockets, timers, requests), by kind. */
  readonly resources: Readonly<Record<string, number>>
  readonly memory: NodeJS.MemoryUsage
}

let fibers = 0

process.on("message", (message) => {
  if (message !== "held") return
  globalThis.gc?.()
  const resources: Record<string, number> = {}
  for (const kind of process.getActiveResourcesInfo()) resources[kind] = (resources[kind] ?? 0) + 1
  process.send?.({ fibers, resources, memory: process.memoryUsage() } satisfies Held)
})
process.channel?.unref()

const app = Effect.map(
  Settings,
  ({ HOST, PORT, SHUTDOWN_TIMEOUT }) =>
    App.layer({ headers: {}, node: nodeServer(), listen: { host: HOST, port: PORT, gracefulShutdownTimeout: SHUTDOWN_TIMEOUT } })
)

Layer.unwrap(app).pipe(
  Layer.provide(logging),
  Layer.provide(Settings.layer(process.env)),
  Layer.launch,
  Effect.provideService(Metric.FiberRuntimeMetrics, {
    recordFiberStart: () => {
      fibers++
    },
    recordFiberEnd: () => {
      fibers--
    }
  }),
  NodeRuntime.runMain
)
