import { Result } from "effect"
import { isPublicAddress } from "./PublicAddress.ts"

/** Why an address given by a user is not called. */
export type TargetProblem = "not_an_address" | "scheme" | "credentials" | "port" | "host"

export interface TargetRules {
  /** Takes http, any port and any host: for tests and the sandbox alone. */
  readonly allowPrivate: boolean
}

/**
 * What can be said of an address without asking DNS: https, no credentials, port 443 or 8443, and a host that is no name or number of the
 * inside. The URL standard has turned decimal, octal, hexadecimal and shortened IPv4 into the usual form by then.
 */
export const parseTarget = (address: string, { allowPrivate }: TargetRules): Result.Result<URL, TargetProblem> => {
  const url = URL.parse(address)
  if (url === null) return Result.fail("not_an_address")
  if (url.protocol !== "https:" && !(allowPrivate && url.protocol === "http:")) return Result.fail("scheme")
  if (url.username !== "" || url.password !== "") return Result.fail("credentials")
  if (allowPrivate) return Result.succeed(url)
  if (!ports.has(url.port)) return Result.fail("port")
  const literal = literalOf(url)
  const outside = literal === undefined ? isOutsideName(url.hostname) : isPublicAddress(literal)
  return outside ? Result.succeed(url) : Result.fail("host")
}

/** The IP address that stands where a name would, which nothing has to resolve. */
export const literalOf = ({ hostname }: URL): string | undefined =>
  hostname.startsWith("[") ? hostname.slice(1, -1) : /^[\d.]+$/.test(hostname) ? hostname : undefined

/** Empty: the scheme's own, 443. */
const ports: ReadonlySet<string> = new Set(["", "8443"])

/** Names of special use (RFC 6761, 6762, 8375, 9476) and those without a dot mean something inside a network alone. */
const isOutsideName = (hostname: string): boolean => {
  const labels = hostname.replace(/\.$/, "").toLowerCase().split(".")
  const last = labels.at(-1) ?? ""
  return labels.length > 1 && !insideNames.has(last) && labels.slice(-2).join(".") !== "home.arpa"
}

const insideNames: ReadonlySet<string> = new Set([
  "localhost",
  "local",
  "internal",
  "intranet",
  "lan",
  "home",
  "corp",
  "private",
  "test",
  "invalid",
  "onion",
  "alt"
])
