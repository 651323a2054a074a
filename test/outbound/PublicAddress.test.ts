import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { isPublicAddress } from "../../src/outbound/PublicAddress.ts"
import { parseTarget, type TargetProblem } from "../../src/outbound/Target.ts"

const inside: ReadonlyArray<readonly [what: string, address: string]> = [
  ["unspecified", "0.0.0.0"],
  ["this network", "0.1.2.3"],
  ["loopback", "127.0.0.1"],
  ["loopback", "127.255.255.254"],
  ["private", "10.0.0.1"],
  ["private", "172.16.0.1"],
  ["private", "172.31.255.255"],
  ["private", "192.168.1.1"],
  ["shared", "100.64.0.1"],
  ["Alibaba's metadata", "100.100.100.200"],
  ["link-local, and metadata", "169.254.169.254"],
  ["container metadata", "169.254.170.2"],
  ["Azure's platform", "168.63.129.16"],
  ["Oracle's metadata", "192.0.0.192"],
  ["documentation", "192.0.2.1"],
  ["documentation", "198.51.100.1"],
  ["documentation", "203.0.113.1"],
  ["benchmarking", "198.18.0.1"],
  ["benchmarking", "198.19.255.255"],
  ["6to4 relays", "192.88.99.1"],
  ["multicast", "224.0.0.1"],
  ["multicast", "239.255.255.255"],
  ["reserved", "240.0.0.1"],
  ["broadcast", "255.255.255.255"],
  ["unspecified", "::"],
  ["loopback", "::1"],
  ["mapped loopback", "::ffff:127.0.0.1"],
  ["mapped private", "::ffff:a00:1"],
  ["mapped metadata", "::ffff:169.254.169.254"],
  ["IPv4-compatible", "::127.0.0.1"],
  ["IPv4-compatible", "::a9fe:a9fe"],
  ["translated", "::ffff:0:127.0.0.1"],
  ["NAT64 of loopback", "64:ff9b::7f00:1"],
  ["NAT64 of metadata", "64:ff9b::169.254.169.254"],
  ["local NAT64", "64:ff9b:1::a00:1"],
  ["6to4 of a private address", "2002:a00:1::1"],
  ["Teredo", "2001:0:7f00:1::1"],
  ["ORCHID", "2001:20::1"],
  ["benchmarking", "2001:2::1"],
  ["documentation", "2001:db8::1"],
  ["documentation", "3fff::1"],
  ["unique local, and metadata", "fd00:ec2::254"],
  ["unique local", "fc00::1"],
  ["link-local", "fe80::1"],
  ["link-local with a zone", "fe80::1%eth0"],
  ["site-local", "fec0::1"],
  ["multicast", "ff02::1"],
  ["discard", "100::1"],
  ["not given out", "4000::1"],
  ["no address", "example.com"],
  ["nothing", ""]
]

const outside = [
  "1.1.1.1",
  "8.8.8.8",
  "93.184.215.14",
  "172.32.0.1",
  "100.128.0.1",
  "2606:4700::1111",
  "2a00:1450:4001::1",
  "::ffff:8.8.8.8"
]

const refused: ReadonlyArray<readonly [address: string, because: TargetProblem]> = [
  ["", "not_an_address"],
  ["example.com/hook", "not_an_address"],
  ["https://", "not_an_address"],
  ["https://exa mple.com/", "not_an_address"],
  ["https://256.256.256.256/", "not_an_address"],
  ["http://example.com/", "scheme"],
  ["ftp://example.com/", "scheme"],
  ["file:///etc/passwd", "scheme"],
  ["gopher://example.com/", "scheme"],
  ["javascript:alert(1)", "scheme"],
  ["https://user:password@example.com/", "credentials"],
  ["https://user@example.com/", "credentials"],
  ["https://example.com@127.0.0.1/", "credentials"],
  ["https://example.com:22/", "port"],
  ["https://example.com:6379/", "port"],
  ["https://example.com:80/", "port"],
  ["https://localhost/", "host"],
  ["https://LOCALHOST/", "host"],
  ["https://localhost./", "host"],
  ["https://hook.localhost/", "host"],
  ["https://database/", "host"],
  ["https://metadata.google.internal/", "host"],
  ["https://printer.local/", "host"],
  ["https://router.home.arpa/", "host"],
  ["https://127.0.0.1/", "host"],
  ["https://127.1/", "host"],
  ["https://2130706433/", "host"],
  ["https://0x7f000001/", "host"],
  ["https://0x7f.0.0.1/", "host"],
  ["https://0177.0.0.1/", "host"],
  ["https://017700000001/", "host"],
  ["https://0/", "host"],
  ["https://0.0.0.0/", "host"],
  ["https://127。0。0。1/", "host"],
  ["https://①②⑦.⓪.⓪.①/", "host"],
  ["https://169.254.169.254/latest/meta-data/", "host"],
  ["https://2852039166/", "host"],
  ["https://10.0.0.1:8443/", "host"],
  ["https://[::1]/", "host"],
  ["https://[::]/", "host"],
  ["https://[::ffff:127.0.0.1]/", "host"],
  ["https://[::ffff:7f00:1]/", "host"],
  ["https://[64:ff9b::7f00:1]/", "host"],
  ["https://[fd00:ec2::254]/", "host"],
  ["https://[fe80::1]/", "host"]
]

const accepted = [
  "https://example.com/hook",
  "https://example.com:443/hook?token=1",
  "https://hooks.example.com:8443/",
  "https://bücher.example/hook",
  "https://1.1.1.1/",
  "https://[2606:4700::1111]/"
]

describe("an address on the inside", () => {
  it.each(inside)("is not public: %s %s", (_, address) => assert.isFalse(isPublicAddress(address)))
  it.each(outside)("is told apart from a public one: %s", (address) => assert.isTrue(isPublicAddress(address)))
})

describe("a target", () => {
  it.each(refused)(
    "is refused by what it says: %s, %s",
    (address, because) => assert.deepStrictEqual(parseTarget(address, { allowPrivate: false }), Result.fail(because))
  )
  it.each(accepted)("is taken: %s", (address) => assert.isTrue(Result.isSuccess(parseTarget(address, { allowPrivate: false }))))
  it("may be anything of http where private ones are allowed, but never with credentials", () => {
    assert.isTrue(Result.isSuccess(parseTarget("http://127.0.0.1:4000/", { allowPrivate: true })))
    assert.deepStrictEqual(parseTarget("http://a:b@127.0.0.1/", { allowPrivate: true }), Result.fail("credentials"))
    assert.deepStrictEqual(parseTarget("ftp://127.0.0.1/", { allowPrivate: true }), Result.fail("scheme"))
  })
})
