import { Clock, Effect } from "effect"
import { loop } from "./Loops.ts"
import { counter, gauge } from "./Metrics.ts"

/** What a line of the access log says: the pattern of the address, never the address; who, by id, never by name. */
export interface AccessLogEntry {
  readonly method: string
  readonly route: string
  readonly status: number
  readonly seconds: number
  readonly note: {
    readonly requestId: string | undefined
    readonly traceId: string | undefined
    readonly user: string | undefined
  }
}

export interface AccessLogOptions {
  /** The share of requests that get a line, 0 to 1. Those that ended in 500 or above always do. */
  readonly share: number
}

/**
 * The access log, off the way of the requests: what is to be logged waits in memory, at most 2,000 lines, and is written once a second
 * and at the end. What finds no room is counted. A line costs as much as the whole of a cached answer, hence the share.
 */
export const accessLog = Effect.fnUntraced(function*({ share }: AccessLogOptions) {
  const dropped = yield* counter({ name: "access_log_dropped", help: "Lines of the access log for which there was no room" })
  const lost = dropped.cell([])
  const clock = yield* Clock.Clock
  let waiting: Array<{ readonly entry: AccessLogEntry; readonly at: number }> = []
  let due = 0
  yield* gauge({
    name: "access_log_waiting",
    help: "Lines of the access log that are not written yet",
    read: Effect.sync(() => waiting.length)
  })

  const write = Effect.suspend(() => {
    const batch = waiting
    waiting = []
    return Effect.forEach(batch, ({ entry, at }, index) =>
      // Nobody waits for more than a hundred lines.
      Effect.andThen(index % 100 === 99 ? Effect.yieldNow : Effect.void, Effect.logInfo("request", lineOf(entry, at))), {
      discard: true
    })
    // What it took it writes, also when the server ends meanwhile.
  }).pipe(Effect.uninterruptible)

  yield* Effect.addFinalizer(() => write)
  yield* loop("access log", "1 second", write)

  return (entry: AccessLogEntry): void => {
    due += share
    if (due < 1 && entry.status < 500) return
    if (due >= 1) due -= 1
    if (waiting.length < capacity) waiting.push({ entry, at: clock.currentTimeMillisUnsafe() })
    else lost.value++
  }
})

const capacity = 2000

const lineOf = ({ method, note, route, seconds, status }: AccessLogEntry, at: number) => ({
  at: new Date(at).toISOString(),
  method,
  route,
  status,
  duration_ms: Math.round(seconds * 10_000) / 10,
  request_id: note.requestId ?? null,
  trace_id: note.traceId ?? null,
  user_id: note.user ?? null
})
