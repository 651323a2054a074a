import ipaddr from "ipaddr.js"

/**
 * Whether an IP address is one of the public internet. Everything with a meaning of its own is not: private, loopback, link-local, shared
 * (CGNAT), multicast, reserved, and the IPv6 forms that carry an IPv4 address inside (NAT64, 6to4, Teredo), whatever it is. An IPv4-mapped one
 * is judged as the IPv4 address it connects to.
 */
export const isPublicAddress = (address: string): boolean => {
  if (!ipaddr.isValid(address)) return false
  const parsed = ipaddr.process(address)
  if (parsed.range() !== "unicast" || cloudPlatform.has(parsed.toString())) return false
  return parsed.kind() === "ipv4" || parsed.match(globalUnicast)
}

/** What IANA has given out for global unicast so far: all the rest of IPv6 is special or nobody's. */
const globalUnicast = ipaddr.parseCIDR("2000::/3")

/** Public by its number, but answered by the platform under the machine: Azure's metadata and health service. */
const cloudPlatform: ReadonlySet<string> = new Set(["168.63.129.16"])
