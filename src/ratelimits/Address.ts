import { BlockList, isIP } from "node:net"

/** A request as far as it tells where it came from. */
export interface Arrived {
  readonly socket: { readonly remoteAddress?: string | undefined }
  readonly headers: {
    readonly forwarded?: string | undefined
    readonly "x-forwarded-for"?: string | ReadonlyArray<string> | undefined
  }
}

/**
 * The caller's address, as limits count it: an IPv4 address, or the /64 of an IPv6 one, which is what a household or a server gets whole.
 * What `X-Forwarded-For` (else `Forwarded`) says is believed from trusted proxies alone, from the last entry back to the first that none
 * of them wrote. A proxy has to write one of the two and to drop the other.
 */
export const addressOf = (trusted: ReadonlyArray<string>) => {
  const proxies = proxiesOf(trusted)
  return ({ headers, socket: { remoteAddress } }: Arrived): string => {
    let address = plain(remoteAddress ?? "")
    if (!isTrusted(proxies, address)) return grouped(address)
    for (const next of forwarded(headers).reverse()) {
      const given = plain(next)
      if (isIP(given) === 0) break
      address = given
      if (!isTrusted(proxies, address)) break
    }
    return grouped(address)
  }
}

/** Whether a text is an address or a CIDR range. */
export const isRange = (text: string): boolean => {
  const [address = "", prefix, ...rest] = text.split("/")
  const family = isIP(address)
  if (family === 0 || rest.length > 0) return false
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128))
}

const proxiesOf = (ranges: ReadonlyArray<string>): BlockList => {
  const list = new BlockList()
  for (const range of ranges.filter(isRange)) {
    const [address = "", prefix] = range.split("/")
    const family = isIP(address) === 4 ? "ipv4" : "ipv6"
    list.addSubnet(address, prefix === undefined ? family === "ipv4" ? 32 : 128 : Number(prefix), family)
  }
  return list
}

const isTrusted = (proxies: BlockList, address: string): boolean => {
  const family = isIP(address)
  return family !== 0 && proxies.check(address, family === 4 ? "ipv4" : "ipv6")
}

const forwarded = (headers: Arrived["headers"]): Array<string> => {
  const given = headers["x-forwarded-for"]
  if (given !== undefined) return (typeof given === "string" ? given : given.join(",")).split(",")
  return [...(headers.forwarded ?? "").matchAll(/(?:^|[;,\s])for="?([^",;\s]+)/gi)].map(([, address]) => address ?? "")
}

/** Without port, brackets, zone, and the form that IPv4 has on a socket of IPv6. */
const plain = (text: string): string => {
  const trimmed = text.trim()
  const bare = /^\[([^\]]+)\]/.exec(trimmed)?.[1] ?? (/^[\d.]+:\d+$/.test(trimmed) ? trimmed.replace(/:\d+$/, "") : trimmed)
  return bare.replace(/%.*$/, "").replace(/^::ffff:(?=\d+\.)/i, "")
}

const grouped = (address: string): string => isIP(address) === 6 ? `${prefix64(address)}::/64` : address

/** The first four groups, whatever way the address is written. */
const prefix64 = (address: string): string => {
  const [head = "", tail] = address.toLowerCase().split("::")
  const start = head === "" ? [] : head.split(":")
  const end = tail === undefined || tail === "" ? [] : tail.split(":")
  const groups = tail === undefined
    ? start
    : [...start, ...Array.from({ length: Math.max(0, 8 - start.length - end.length) }, () => "0"), ...end]
  return groups.slice(0, 4).map((group) => group.replace(/^0+(?=.)/, "")).join(":")
}
