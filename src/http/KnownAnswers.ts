import { Clock, Effect } from "effect"
import type { IncomingMessage, RequestListener, Server, ServerResponse } from "node:http"
import { requestIdOf } from "./Answering.ts"
import type { Representation } from "./Conditional.ts"
import { noteOf } from "./Noted.ts"

/** Gives the answer to a request that needs no waiting; undefined where it takes the usual way. `now` is milliseconds since 1970. */
export type KnownAnswers = (request: IncomingMessage, now: number) => Representation | undefined

/**
 * Lets `known` answer before the application sees a request, until the scope closes: what is ready in this process needs no fiber,
 * route or middleware, which cost as much again as all of Node's HTTP. Requests with a body, from another origin or for no host take the usual way.
 */
export const answerKnown = Effect.fnUntraced(function*(
  server: Server,
  known: KnownAnswers,
  headersOfEveryAnswer: Readonly<Record<string, string>>
) {
  const clock = yield* Clock.Clock
  const always = Object.entries(headersOfEveryAnswer).flat()

  const answered = (request: IncomingMessage, response: ServerResponse): boolean => {
    const { "content-length": length, host, origin, "transfer-encoding": coding, "x-request-id": requestId } = request.headers
    if (length !== undefined || coding !== undefined || origin !== undefined || host === undefined) return false
    try {
      const found = known(request, clock.currentTimeMillisUnsafe())
      if (found === undefined) return false
      const id = noteOf(request).requestId = requestIdOf(requestId)
      const headers: Array<string> = []
      for (const name in found.headers) headers.push(name, found.headers[name] ?? "")
      headers.push(...always, "x-request-id", id)
      if (found.body === null) response.writeHead(304, headers).end()
      else {
        headers.push("content-type", "application/json", "content-length", String(found.body.byteLength))
        response.writeHead(200, headers).end(found.body)
      }
      return true
    } catch {
      // A defect: the usual way meets it too, and reports it.
      return response.headersSent
    }
  }

  yield* Effect.acquireRelease(
    Effect.sync(() => {
      const usual = server.listeners("request").filter(isListener)
      server.removeAllListeners("request").on("request", (request, response) => {
        if (!answered(request, response)) { for (const listener of usual) listener(request, response) }
      })
      return usual
    }),
    (usual) =>
      Effect.sync(() => {
        server.removeAllListeners("request")
        for (const listener of usual) server.on("request", listener)
      })
  )
})

const isListener = (listener: unknown): listener is RequestListener => typeof listener === "function"
