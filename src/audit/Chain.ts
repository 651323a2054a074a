import { createHash } from "node:crypto"

/** An entry with its link, as texts: what `audit_links.hash` is made of, in its order. Null where the row itself is not there. */
export interface Linked {
  readonly sequence: number
  readonly previous_hash: string
  readonly hash: string
  readonly content: ReadonlyArray<string | null> | null
  /** Null: erased, or none was known. */
  readonly origin: { readonly address: string; readonly salt: string } | null
  readonly origin_digest: string | null
}

export const chainStart = { sequence: 0, hash: "0".repeat(64) }
export type Head = typeof chainStart

export interface Break {
  readonly sequence: number
  readonly problem:
    | "missing link"
    | "entry gone"
    | "wrong predecessor"
    | "entry changed"
    | "address changed"
    | "another hash than expected"
}

/** Says what is wrong with a link that should follow the one before; undefined: nothing. Written apart from the database's own code. */
export const brokenAt = (before: Head, link: Linked): Break | undefined => {
  const problem = (what: Break["problem"]): Break => ({ sequence: link.sequence, problem: what })
  if (link.sequence !== before.sequence + 1) return { sequence: before.sequence + 1, problem: "missing link" }
  if (link.previous_hash !== before.hash) return problem("wrong predecessor")
  if (link.content === null) return problem("entry gone")
  if (link.hash !== sha256([before.hash, String(link.sequence), ...link.content].map(measured).join(""))) {
    return problem("entry changed")
  }
  return link.origin !== null && digestOf(link.origin) !== link.origin_digest ? problem("address changed") : undefined
}

/** What an entry says of the address, so that it can be erased without a trace and not be changed without one. */
export const digestOf = ({ address, salt }: { readonly address: string; readonly salt: string }) => sha256(`${salt} ${address}`)

/** The length in bytes before each part: no two rows have the same text. */
const measured = (part: string | null) => part === null ? "-" : `${Buffer.byteLength(part)}:${part}`

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex")
