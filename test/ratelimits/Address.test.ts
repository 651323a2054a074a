import { assert, describe, it } from "@effect/vitest"
import { addressOf, type Arrived, isRange } from "../../src/ratelimits/Address.ts"

const arrived = (remoteAddress: string, forwardedFor?: string, forwarded?: string): Arrived => ({
  socket: { remoteAddress },
  headers: { "x-forwarded-for": forwardedFor, forwarded }
})
const direct = addressOf([])
const behind = addressOf(["10.0.0.0/8", "2001:db8:aaaa::/48"])

describe("the caller's address", () => {
  it("is the peer's, whatever a header says, where the peer is no trusted proxy", () => {
    for (const  of of[direct, behind]) {
      assert.strictEqual(of(arrived("203.0.113.9", "1.2.3.4", "for=1.2.3.4")), "203.0.113.9")
      assert.strictEqual(of(arrived("::ffff:203.0.113.9", "1.2.3.4")), "203.0.113.9")
    }
    assert.strictEqual(direct(arrived("10.0.0.1", "1.2.3.4")), "10.0.0.1")
  })

  it("is what the last trusted proxy saw: what the caller wrote before that is not believed", () => {
    assert.strictEqual(behind(arrived("10.0.0.1", "203.0.113.9")), "203.0.113.9")
    assert.strictEqual(behind(arrived("10.0.0.1", "1.2.3.4, 203.0.113.9")), "203.0.113.9")
    assert.strictEqual(behind(arrived("10.0.0.1", "1.2.3.4, 203.0.113.9, 10.9.9.9")), "203.0.113.9")
    assert.strictEqual(behind(arrived("10.0.0.1", "10.1.1.1, 203.0.113.9")), "203.0.113.9", "a proxy's address may be claimed")
    assert.strictEqual(behind(arrived("10.0.0.1", "203.0.113.9:4711")), "203.0.113.9")
    assert.strictEqual(behind(arrived("10.0.0.1", "1.2.3.4, unknown")), "10.0.0.1")
    assert.strictEqual(behind(arrived("10.0.0.1", "")), "10.0.0.1")
    assert.strictEqual(behind(arrived("10.0.0.1")), "10.0.0.1")
  })

  it("is read from Forwarded where a trusted proxy writes that", () => {
    assert.strictEqual(behind(arrived("10.0.0.1", undefined, "for=1.2.3.4, for=203.0.113.9;proto=https")), "203.0.113.9")
    assert.strictEqual(behind(arrived("10.0.0.1", undefined, "proto=https;For=\"[2001:db8::1]:4711\"")), "2001:db8:0:0::/64")
    assert.strictEqual(behind(arrived("10.0.0.1", undefined, "for=_hidden")), "10.0.0.1")
  })

  it("of IPv6 is the /64, however it is written", () => {
    for (
      const text of ["2001:db8:1:2::1", "2001:0db8:0001:0002:ffff:ffff:ffff:ffff", "2001:DB8:1:2:a::", "2001:db8:1:2::1%eth0"]
    ) {
      assert.strictEqual(direct(arrived(text)), "2001:db8:1:2::/64", text)
    }
    assert.notStrictEqual(direct(arrived("2001:db8:1:3::1")), direct(arrived("2001:db8:1:2::1")))
    assert.strictEqual(direct(arrived("::1")), "0:0:0:0::/64")
    assert.strictEqual(behind(arrived("2001:db8:aaaa::9", "203.0.113.9")), "203.0.113.9")
  })
})

it("a trusted range is an address or a CIDR range, and nothing that looks like one", () => {
  for (const good of ["10.0.0.0/8", "127.0.0.1", "::1", "2001:db8::/32"]) assert.isTrue(isRange(good), good)
  for (const bad of ["", "10.0.0.0/33", "10.0.0/8", "::1/129", "10.0.0.0/8/8", "all", "10.0.0.0/-1", "10.0.0.0/"]) {
    assert.isFalse(isRange(bad), bad)
  }
})
