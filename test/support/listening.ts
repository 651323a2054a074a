import { Effect } from "effect"
import type { Server } from "node:net"

/** Lets a server listen on a free port of this machine until the scope closes, and `close` with it what is connected. The port. */
export const listening = (server: Server, close: () => void) =>
  Effect.acquireRelease(
    Effect.callback<number>((resume) => {
      server.listen(0, "127.0.0.1", () => {
        const address = server.address()
        resume(Effect.succeed(address !== null && typeof address === "object" ? address.port : 0))
      })
    }),
    () =>
      Effect.sync(() => {
        server.close()
        close()
      })
  )
