import { Effect, Layer } from "effect"
import { monitorEventLoopDelay } from "node:perf_hooks"
import { memoryUsage } from "node:process"
import { lostLines } from "./Logging.ts"
import { gauge } from "./Metrics.ts"

/** What the process itself takes: delay of its event loop, memory, processor time. */
export const layer = Layer.effectDiscard(Effect.gen(function*() {
  const delay = yield* Effect.acquireRelease(
    Effect.sync(() => {
      const histogram = monitorEventLoopDelay({ resolution: 20 })
      histogram.enable()
      return histogram
    }),
    (histogram) => Effect.sync(() => histogram.disable())
  )
  yield* gauge({
    name: "process_event_loop_delay_seconds",
    help: "How late timers were since the last scrape, at these quantiles",
    labels: ["quantile"],
    read: Effect.sync(() => {
      // The resolution itself is part of what the monitor measures.
      const at = (percentile: number) => Math.max(0, delay.percentile(percentile) / 1e9 - 0.02)
      const samples = [50, 99, 100].map((each) => ({ labels: [String(each / 100)], value: at(each) }))
      delay.reset()
      return samples
    })
  })
  yield* gauge({
    name: "process_memory_bytes",
    help: "Memory of the process, by kind",
    labels: ["kind"],
    read: Effect.sync(() => {
      const { arrayBuffers, external, heapTotal, heapUsed, rss } = memoryUsage()
      return Object.entries({ resident: rss, heap_used: heapUsed, heap_total: heapTotal, external, array_buffers: arrayBuffers })
        .map(([kind, value]) => ({ labels: [kind], value }))
    })
  })
  yield* gauge({
    name: "log_lines_lost",
    help: "Lines of the log that could not be written since the start, as when a disk is full",
    read: Effect.sync(lostLines)
  })
  const startedAt = Date.now() / 1000 - process.uptime()
  yield* gauge({
    name: "process_start_time_seconds",
    help: "When the process started, in seconds since 1970",
    read: Effect.succeed(startedAt)
  })
}))
