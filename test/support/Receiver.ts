import { Context, Effect, Layer } from "effect"
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http"

export interface Received {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** A server that a test calls as if it were a user's: remembers what arrives, and answers as told. */
export class Receiver extends Context.Service<Receiver, {
  readonly url: string
  readonly port: number
  readonly received: ReadonlyArray<Received>
  /** How to answer from now on; 204 until told. */
  answer(how: (response: ServerResponse, request: Received) => void): void
}>()("analytics-following/test/Receiver") {
  static readonly make = (host = "127.0.0.1", port = 0) =>
    Effect.gen(function*() {
      const received: Array<Received> = []
      let how = (response: ServerResponse, _: Received): void => {
        response.writeHead(204).end()
      }
      const server = createServer((request, response) => {
        const chunks: Array<Buffer> = []
        request.on("data", (chunk: Buffer) => chunks.push(chunk))
        request.on("end", () => {
          const one = { path: request.url ?? "", headers: request.headers, body: Buffer.concat(chunks).toString() }
          received.push(one)
          how(response, one)
        })
      })
      yield* Effect.acquireRelease(
        Effect.promise(() => new Promise<void>((resolve) => server.listen(port, host, resolve))),
        () =>
          Effect.promise(() =>
            new Promise<void>((resolve) => {
              server.close(() => resolve())
              server.closeAllConnections()
            })
          )
      )
      const address = server.address()
      const bound = address !== null && typeof address === "object" ? address.port : 0
      return Receiver.of({
        url: `http://${host}:${bound}`,
        port: bound,
        received,
        answer: (next) => {
          how = next
        }
      })
    })

  static readonly layer = Layer.effect(Receiver, Receiver.make())
}
