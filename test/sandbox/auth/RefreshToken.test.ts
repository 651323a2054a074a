import { assert, it } from "@effect/vitest"
import { Schema } from "effect"
import { createHmac } from "node:crypto"
import { decodeRefreshToken, encodeRefreshToken } from "../../../src/sandbox/auth/RefreshToken.ts"

const tagWith = (key: string) => (data: Uint8Array) => createHmac("sha256", key).update(data).digest()
const counter = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 0xffffffff }))

it.prop("a refresh token reads back as what it was made of", [Schema.String.check(Schema.isUUID()), counter], ([id, counter]) => {
  const claims = { sessionId: id.toLowerCase(), counter }
  assert.deepStrictEqual(decodeRefreshToken(encodeRefreshToken(claims, tagWith("a")), tagWith("a")), claims)
})

it.prop(
  "a changed or foreign refresh token is none",
  [counter, Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 51 }))],
  ([
    counter,
    at
  ]) => {
    const token = encodeRefreshToken({ sessionId: "6f1c0b0e-0000-4000-8000-000000000001", counter }, tagWith("a"))
    const bytes = Buffer.from(token, "base64url")
    bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at)
    assert.isUndefined(decodeRefreshToken(bytes.toString("base64url"), tagWith("a")))
    assert.isUndefined(decodeRefreshToken(token, tagWith("b")))
  }
)

it.prop("any other text is no refresh token", [Schema.String], ([text]) => {
  assert.isUndefined(decodeRefreshToken(text, tagWith("a")))
})
