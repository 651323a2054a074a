import { Effect } from "effect"
import { once } from "node:events"
import { connect, createServer, type Socket } from "node:net"

/** A line of TCP on 127.0.0.1 that can be cut: what connects to `port` reaches the port behind it. */
export interface TcpProxy {
  readonly port: number
  /** Connections at the moment. */
  count(): number
  /** Resets every connection in the middle of whatever it carries, and every new one, until `open`. */
  cut(): void
  /** Carries nothing more and resets nothing, as a network that loses every packet; `open` delivers what was held back. */
  silence(): void
  open(): void
}

export const tcpProxy = (behind: number) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.promise(async () => {
        const lines = new Set<readonly [Socket, Socket]>()
        let state: "open" | "cut" | "silent" = "open"
        const server = createServer((near) => {
          if (state === "cut") return near.on("error", ignored).resetAndDestroy()
          const far = connect({ host: "127.0.0.1", port: behind, noDelay: true })
          const line = [near.setNoDelay(true), far] as const
          lines.add(line)
          for (const [one, other] of [line, [far, near] as const]) {
            one.on("data", (chunk: Buffer) => void other.write(chunk)).on("error", ignored)
            one.on("close", () => {
              lines.delete(line)
              other.destroySoon()
            })
            if (state === "silent") one.pause()
          }
          return undefined
        })
        await once(server.listen(0, "127.0.0.1"), "listening")
        const address = server.address()
        const proxy: TcpProxy = {
          port: address !== null && typeof address === "object" ? address.port : 0,
          count: () => lines.size,
          cut: () => {
            state = "cut"
            for (const line of lines) for (const socket of line) socket.resetAndDestroy()
          },
          silence: () => {
            state = "silent"
            for (const line of lines) for (const socket of line) socket.pause()
          },
          open: () => {
            state = "open"
            for (const line of lines) for (const socket of line) socket.resume()
          }
        }
        return { proxy, server, lines }
      }),
      ({ lines, server }) =>
        Effect.sync(() => {
          server.close()
          for (const line of lines) for (const socket of line) socket.destroy()
        })
    ),
    ({ proxy }) => proxy
  )

const ignored = () => {}
