import { Effect } from "effect"
import { connect } from "node:net"

export interface RawAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Sends these bytes to the server and reads until it closes: what no HTTP client would send. `Connection: close` is up to the caller. */
export const rawHttp = (url: string, bytes: string | Uint8Array) =>
  Effect.callback<RawAnswer>((resume) => {
    const { hostname, port } = new URL(url)
    const chunks: Array<Buffer> = []
    const socket = connect(Number(port), hostname, () => socket.write(bytes))
    const done = () => resume(Effect.sync(() => parse(Buffer.concat(chunks).toString())))
    socket.on("data", (chunk) => chunks.push(chunk))
    socket.on("error", done)
    socket.on("close", done)
    return Effect.sync(() => socket.destroy())
  })

const parse = (text: string): RawAnswer => {
  const end = text.indexOf("\r\n\r\n")
  const [first = "", ...lines] = text.slice(0, end < 0 ? undefined : end).split("\r\n")
  const headers = Object.fromEntries(lines.map((line) => {
    const at = line.indexOf(":")
    return [line.slice(0, at).toLowerCase(), line.slice(at + 1).trim()]
  }))
  const body = end < 0 ? "" : text.slice(end + 4)
  return {
    status: Number(first.split(" ")[1] ?? 0),
    headers,
    body: headers["transfer-encoding"] === "chunked" ? unchunk(body) : body
  }
}

const unchunk = (text: string): string => {
  const line = text.indexOf("\r\n")
  const size = Number.parseInt(text.slice(0, line), 16)
  return size > 0 ? text.slice(line + 2, line + 2 + size) + unchunk(text.slice(line + 4 + size)) : ""
}
