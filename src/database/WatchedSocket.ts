import { connect, type Socket } from "node:net"

export interface WatchedSocketOptions {
  readonly host: string
  readonly port: number
  /** Milliseconds without a byte from the peer after which the connection fails. */
  readonly silence: number
}

/**
 * A TCP connection that fails when its peer has been silent for longer than any answer takes. One that is frozen, or behind a network that
 * loses every packet, looks alive to TCP for a quarter of an hour, and whoever has asked it something would wait as long. An idle
 * connection ends by it too. Costs nothing a message: the bytes that came are counted each second.
 */
export const watchedSocket = ({ host, port, silence }: WatchedSocketOptions): Socket => {
  const socket = connect({ host, port, noDelay: true })
  let read = 0
  let lastHeard = performance.now()
  const watch = setInterval(() => {
    if (socket.bytesRead !== read) {
      read = socket.bytesRead
      lastHeard = performance.now()
    } else if (performance.now() - lastHeard > silence) socket.destroy(new Error("The database does not answer."))
  }, countedEvery).unref()
  return socket.once("close", () => clearInterval(watch))
}

/** Milliseconds. */
const countedEvery = 1000
