import { Effect } from "effect"
import { once } from "node:events"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import { setTimeout as sleep } from "node:timers/promises"

/** What the vendor does with every call. */
export type Mood = "well" | "slow" | "failing" | "unreachable" | "hanging" | "malformed"

/** Stands before the vendor simulator and spoils its service. */
export interface VendorFront {
  readonly url: string
  /** From now on; what hangs is let go as a broken connection. */
  setMood(mood: Mood): void
  /** Calls under way. */
  inFlight(): number
  /** Names that more than one whole answer was handed over for. */
  paidTwice(): ReadonlyArray<string>
  /** Answers that were paid for and cut off so that nobody can read them. */
  spoiled(): number
}

export const vendorFront = (simulatorUrl: string) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.promise(async () => {
        let mood: Mood = "well"
        let inFlight = 0
        let spoiled = 0
        const answered = new Map<string, number>()
        const hanging = new Set<ServerResponse>()

        const handle = async (request: IncomingMessage, response: ServerResponse) => {
          const chunks: Array<Buffer> = []
          for await (const chunk of request) chunks.push(chunk)
          if (mood === "failing") return response.writeHead(200, json).end(notScraped)
          if (mood === "unreachable") return response.destroy()
          if (mood === "hanging") return hanging.add(response)
          if (mood === "slow") await sleep(slowMillis)
          const { authorization = "" } = request.headers
          const passed = await fetch(simulatorUrl + request.url, {
            method: request.method ?? "POST",
            headers: { authorization, "content-type": "application/json" },
            body: Buffer.concat(chunks)
          })
          const body = Buffer.from(await passed.arrayBuffer())
          const { query }: { readonly query: string } = JSON.parse(Buffer.concat(chunks).toString())
          if (mood !== "malformed") {
            response.once("finish", () => answered.set(query, (answered.get(query) ?? 0) + 1))
            return response.writeHead(passed.status, json).end(body)
          }
          if (passed.status === 200) spoiled++
          return response.writeHead(200, json).end(body.subarray(0, body.length / 2))
        }

        const server = createServer((request, response) => {
          inFlight++
          response.once("close", () => {
            inFlight--
            hanging.delete(response)
          })
          handle(request, response).catch(() => response.destroy())
        })
        await once(server.listen(0, "127.0.0.1"), "listening")
        const address = server.address()
        const front: VendorFront = {
          url: `http://127.0.0.1:${address !== null && typeof address === "object" ? address.port : 0}`,
          setMood: (next) => {
            mood = next
            for (const response of hanging) response.destroy()
          },
          inFlight: () => inFlight,
          paidTwice: () => [...answered].flatMap(([query, times]) => times > 1 ? [query] : []),
          spoiled: () => spoiled
        }
        return { front, server }
      }),
      ({ server }) => Effect.sync(() => server.close().closeAllConnections())
    ),
    ({ front }) => front
  )

/** Milliseconds: longer than usual and shorter than anybody's patience. */
const slowMillis = 3000

const json = { "content-type": "application/json" }

const notScraped = JSON.stringify({ status: "failed", status_code: 613, message: "Not scraped." })
