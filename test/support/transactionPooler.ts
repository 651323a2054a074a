import { Effect } from "effect"
import { connect, createServer, type Socket } from "node:net"
import { listening } from "./listening.ts"
import { makeFrames } from "./pgFrames.ts"

/** A session of PostgreSQL, lent to one client after the other. */
interface Session {
  readonly socket: Socket
  /** Gets what it answers, while it is lent. */
  client: Client | undefined
}

interface Client {
  readonly socket: Socket
  session: Session | undefined
  /** What it wants done, while it waits for a session. */
  readonly waiting: Array<Buffer>
  /** Statements that were sent and are not answered yet. */
  unanswered: number
  readonly had: Set<Session>
}

/**
 * A pooler in transaction mode before a database: a client has a session for as long as a transaction lasts, and the next one in another
 * session, so that nothing that belongs to a session holds. As many sessions as clients have signed in.
 */
export const transactionPooler = Effect.fnUntraced(function*(database: string) {
  const to = new URL(database)
  const idle: Array<Session> = []
  const sockets = new Set<Socket>()
  const queue: Array<Client> = []
  let mostSessions = 0

  const lend = (client: Client): void => {
    const session = idle.shift()
    if (session === undefined) return void queue.push(client)
    session.client = client
    client.session = session
    client.had.add(session)
    mostSessions = Math.max(mostSessions, client.had.size)
    session.socket.write(Buffer.concat(client.waiting.splice(0)))
  }

  const giveBack = (session: Session): void => {
    if (session.client !== undefined) session.client.session = undefined
    session.client = undefined
    idle.push(session)
    const next = queue.shift()
    if (next !== undefined) lend(next)
  }

  const server = createServer((socket) => {
    const upstream = connect({ host: to.hostname, port: Number(to.port) })
    for (const each of [socket, upstream]) {
      sockets.add(each)
      each.setNoDelay()
      each.on("error", () => {})
      each.once("close", () => sockets.delete(each))
    }
    const client: Client = { socket, session: undefined, waiting: [], unanswered: 0, had: new Set() }
    const session: Session = { socket: upstream, client }
    let signedIn = false

    const asked = makeFrames("client")
    socket.on("data", (chunk: Buffer) => {
      for (const { bytes, type } of asked(chunk)) {
        if (type === "ssl") socket.write("N")
        else if (!signedIn) upstream.write(bytes)
        else if (type !== "X") {
          if (type === "Q" || type === "S") client.unanswered++
          if (client.session !== undefined) client.session.socket.write(bytes)
          else {
            client.waiting.push(bytes)
            if (client.waiting.length === 1) lend(client)
          }
        }
      }
    })
    socket.once("close", () => {
      // In the middle of a transaction: nobody else may have its session.
      client.session?.socket.destroy()
      if (!signedIn) upstream.destroy()
    })

    const answered = makeFrames("server")
    upstream.on("data", (chunk: Buffer) => {
      for (const { bytes, type } of answered(chunk)) {
        const holder = session.client
        holder?.socket.write(bytes)
        if (type !== "Z" || holder === undefined) continue
        if (!signedIn) {
          signedIn = true
          giveBack(session)
        } else if (--holder.unanswered === 0 && bytes[5] === idleStatus) giveBack(session)
      }
    })
  })
  const port = yield* listening(server, () => sockets.forEach((socket) => socket.destroy()))
  const url = new URL(database)
  url.host = `127.0.0.1:${port}`
  return {
    url: url.href,
    /** The most sessions that one client has had. */
    mostSessions: () => mostSessions
  }
})

/** `I`: the session is in no transaction. */
const idleStatus = 0x49
