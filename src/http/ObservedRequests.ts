import { Effect } from "effect"
import type { IncomingMessage, RequestListener, Server, ServerResponse } from "node:http"
import { gauge, type Histogram, histogram, type HistogramCell, secondsBuckets } from "../observability/Metrics.ts"
import { type Noted, noteOf } from "./Noted.ts"
import { finderOf, type RoutePattern } from "./Routes.ts"

/** A request that has its answer. */
export interface AnsweredRequest {
  readonly method: string
  /** Its pattern, such as `/profile/:username`; never the address, which names what was asked for. */
  readonly route: string
  /** The group of the API that the route belongs to. */
  readonly group: string
  /** 499: the caller left before there was one. */
  readonly status: number
  readonly seconds: number
  readonly note: Noted
}

export type RequestObserver = (answered: AnsweredRequest) => void

/**
 * Tells `observers` of every answered request, until the scope closes, and keeps the histogram of their durations. Put it around every
 * other listener. An answer that is there when they return has cost neither a listener nor a timer.
 */
export const observeRequests = Effect.fnUntraced(function*(
  server: Server,
  observers: ReadonlyArray<RequestObserver>
) {
  const durations = yield* histogram({
    name: "http_request_duration_seconds",
    help: "From the last header of a request to the end of its answer",
    labels: ["method", "route", "status"]
  }, secondsBuckets)
  let running = 0
  yield* gauge({
    name: "http_requests_running",
    help: "Requests that have no whole answer yet",
    read: Effect.sync(() => running)
  })
  const routes = new Map<RoutePattern, ObservedRoute>()
  // Methods are the caller's words: those that no route has would be as many figures as somebody cares to invent.
  const find = finderOf(
    (pattern) => {
      const route = new ObservedRoute(pattern, durations)
      routes.set(pattern, route)
      return route
    },
    new ObservedRoute({ group: "none", method: "other", path: "none" }, durations)
  )

  const observe = (request: IncomingMessage, response: ServerResponse, startedAt: number): void => {
    const note = noteOf(request)
    const route = (note.route && routes.get(note.route)) ?? find(request.method ?? "", request.url ?? "")
    const status = response.headersSent ? response.statusCode : left
    const seconds = (performance.now() - startedAt) / 1000
    route.cell(status).observe(seconds)
    const answered = { method: route.method, route: route.route, group: route.group, status, seconds, note }
    for (const tell of observers) tell(answered)
  }

  const usual = server.listeners("request").filter(isListener)
  const observed: RequestListener = (request, response) => {
    const startedAt = performance.now()
    for (const listener of usual) listener(request, response)
    if (response.writableEnded) return observe(request, response, startedAt)
    running++
    response.once("close", () => {
      running--
      observe(request, response, startedAt)
    })
  }
  yield* Effect.acquireRelease(
    Effect.sync(() => server.removeAllListeners("request").on("request", observed)),
    () =>
      Effect.sync(() => {
        server.removeListener("request", observed)
        for (const listener of usual) server.on("request", listener)
      })
  )
})

/** As nginx has it. */
const left = 499

/** A route with the figures of each class of statuses at hand. */
class ObservedRoute {
  readonly method: string
  readonly route: string
  readonly group: string
  readonly #durations: Histogram
  readonly #cells: Array<HistogramCell | undefined> = []

  constructor({ group, method, path }: RoutePattern, durations: Histogram) {
    this.method = method
    this.route = path
    this.group = group
    this.#durations = durations
  }

  cell(status: number): HistogramCell {
    const kind = Math.floor(status / 100)
    return this.#cells[kind] ??= this.#durations.cell([this.method, this.route, `${kind}xx`])
  }
}

const isListener = (listener: unknown): listener is RequestListener => typeof listener === "function"
