import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import { randomUUID } from "node:crypto"
import { hashOf, keyTextOf, newSecret, parseKeyText, sameSecret } from "../../src/apikeys/KeyText.ts"

describe("the text of an API key", () => {
  it("reads back, is one word of 97 characters, and holds 256 random bits", () => {
    for (let run = 0; run < 200; run++) {
      const key = { id: randomUUID(), secret: newSecret() }
      const text = keyTextOf(key)
      assert.match(text, /^af_live_[0-9a-f]{32}_[0-9A-Za-z]{49}$/)
      assert.deepStrictEqual(parseKeyText(text), key)
    }
    assert.lengthOf(new Set(Array.from({ length: 200 }, newSecret)), 200)
  })

  it("with one character changed, left out or doubled is told without a database", () => {
    const text = keyTextOf({ id: randomUUID(), secret: newSecret() })
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.constantFrom(..."abcXYZ019_"), (at, letter) => {
        const changed = text.slice(0, at) + letter + text.slice(at + 1)
        if (changed !== text) assert.isUndefined(parseKeyText(changed), changed)
        assert.isUndefined(parseKeyText(text.slice(0, at) + text.slice(at + 1)))
        assert.isUndefined(parseKeyText(text.slice(0, at) + letter + text.slice(at)))
      }),
      { numRuns: 500, seed: 7 }
    )
    for (const other of ["", "af_live_", `${text} `, text.toUpperCase(), `${text}\n`]) assert.isUndefined(parseKeyText(other))
  })

  it("is compared by its hash, and the hash tells nothing of it", () => {
    const secret = newSecret()
    assert.isTrue(sameSecret(secret, hashOf(secret)))
    for (const other of [newSecret(), secret.slice(1), ""]) assert.isFalse(sameSecret(other, hashOf(secret)))
    assert.isFalse(sameSecret(secret, ""))
    assert.notInclude(hashOf(secret), secret.slice(0, 8))
  })
})
