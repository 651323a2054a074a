/** A message of PostgreSQL's protocol, whole, with its type; `startup` and `ssl` are the two that begin a connection and have none. */
export interface Frame {
  readonly type: string
  readonly bytes: Buffer
}

/** Cuts what arrives on a connection into messages: a client's first ones have no type, a server's all have. */
export const makeFrames = (from: "client" | "server") => {
  let rest: Buffer = Buffer.alloc(0)
  let typed = from === "server"
  return (chunk: Buffer): ReadonlyArray<Frame> => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    const found: Array<Frame> = []
    for (;;) {
      const header = typed ? 1 : 0
      if (rest.length < header + 4) return found
      const end = header + rest.readUInt32BE(header)
      if (rest.length < end) return found
      const bytes = rest.subarray(0, end)
      rest = rest.subarray(end)
      if (typed) found.push({ type: String.fromCharCode(bytes[0] ?? 0), bytes })
      else {
        const isSsl = bytes.readUInt32BE(4) === sslRequest
        typed = !isSsl
        found.push({ type: isSsl ? "ssl" : "startup", bytes })
      }
    }
  }
}

const sslRequest = 80_877_103

/** What a client says at the end of what it wants done. */
export const endsStatement = ({ type }: Frame): boolean => type === "Q" || type === "S"
