import { Effect } from "effect"
import { connect, createServer, type Socket } from "node:net"
import { listening } from "./listening.ts"
import { endsStatement, type Frame, makeFrames } from "./pgFrames.ts"

/** The connections of one process to PostgreSQL. When the process is killed all are cut at once, and it gets no others. */
export interface DatabaseWay {
  readonly url: string
  /** Processes of PostgreSQL that have served it. */
  readonly backends: ReadonlySet<number>
  readonly isCut: () => boolean
  readonly cut: () => void
  /** Cuts with the statement after so many others: before PostgreSQL has it, or when it is done and before its answer is seen. */
  readonly cutAt: (statements: number, when: "unsent" | "unheard") => void
  /** There will be no such statement. */
  readonly spare: () => void
  /** Resolves with the cut. */
  readonly ended: Promise<void>
}

/** A way to the database until the scope closes. */
export const databaseWay = Effect.fnUntraced(function*(database: string) {
  const to = new URL(database)
  const sockets = new Set<Socket>()
  const backends = new Set<number>()
  const ended = Promise.withResolvers<void>()
  let isCut = false
  let last: { left: number; readonly when: "unsent" | "unheard" } | undefined

  const cut = () => {
    isCut = true
    for (const socket of sockets) socket.destroy()
    ended.resolve()
  }

  const server = createServer((client) => {
    if (isCut) return void client.destroy()
    const upstream = connect({ host: to.hostname, port: Number(to.port) })
    for (const [socket, other] of [[client, upstream], [upstream, client]] as const) {
      sockets.add(socket)
      socket.setNoDelay()
      socket.on("error", () => {})
      socket.on("close", () => {
        sockets.delete(socket)
        other.destroy()
      })
    }
    const asked = makeFrames("client")
    const answered = makeFrames("server")
    let held: Array<Buffer> = []
    let isLast = false
    client.on("data", (chunk: Buffer) => {
      for (const frame of asked(chunk)) {
        if (frame.type === "ssl") {
          client.write("N")
          continue
        }
        held.push(frame.bytes)
        // PostgreSQL does some of it before it has all.
        if (beginsStatement.has(frame.type)) continue
        if (endsStatement(frame) && last !== undefined && last.left-- === 0) {
          if (last.when === "unsent") return cut()
          isLast = true
        }
        upstream.write(Buffer.concat(held))
        held = []
      }
    })
    upstream.on("data", (chunk: Buffer) => {
      const frames = answered(chunk)
      for (const { bytes, type } of frames) if (type === "K") backends.add(bytes.readUInt32BE(5))
      if (isLast && frames.some(isReady)) cut()
      else client.write(chunk)
    })
  })
  const port = yield* listening(server, () => cut())
  const url = new URL(database)
  url.host = `127.0.0.1:${port}`

  const way: DatabaseWay = {
    url: url.href,
    backends,
    isCut: () => isCut,
    cut,
    cutAt: (statements, when) => {
      last = { left: statements, when }
    },
    spare: () => {
      last = undefined
    },
    ended: ended.promise
  }
  return way
})

/** Parse, Bind, Describe, Execute, Close: what PostgreSQL is told before the end of a statement. */
const beginsStatement: ReadonlySet<string> = new Set(["P", "B", "D", "E", "C"])

const isReady = ({ type }: Frame): boolean => type === "Z"
