import { Effect } from "effect"
import { once } from "node:events"
import { createServer } from "node:http"

export interface Received {
  readonly path: string
  readonly headers: Readonly<Record<string, string | ReadonlyArray<string> | undefined>>
  readonly body: string
}

/** A server on a free port that keeps what it is sent, and answers with `status()`. */
export const receiver = (status: () => number = () => 200) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.promise(async () => {
        const received: Array<Received> = []
        const server = createServer((request, response) => {
          const chunks: Array<Buffer> = []
          request.on("data", (chunk: Buffer) => chunks.push(chunk)).on("end", () => {
            received.push({ path: request.url ?? "", headers: request.headers, body: Buffer.concat(chunks).toString() })
            response.writeHead(status(), { "content-type": "application/json" }).end("{}")
          })
        })
        await once(server.listen(0, "127.0.0.1"), "listening")
        return { server, received }
      }),
      ({ server }) => Effect.sync(() => server.close().closeAllConnections())
    ),
    ({ received, server }) => {
      const address = server.address()
      return {
        url: `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`,
        received: received as ReadonlyArray<Received>
      }
    }
  )
