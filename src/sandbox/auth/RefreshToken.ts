import { timingSafeEqual } from "node:crypto"

/** Which refresh token of which session. */
export interface RefreshTokenClaims {
  readonly sessionId: string
  readonly counter: number
}

/**
 * A refresh token names its session and its place in the sequence, and is tagged, so that nothing of it need be stored: 16 bytes of session
 * id, 4 of counter, 32 of tag, in base64url.
 */
export const encodeRefreshToken = ({ counter, sessionId }: RefreshTokenClaims, tag: (data: Uint8Array) => Uint8Array) => {
  const body = Buffer.alloc(20)
  body.write(sessionId.replaceAll("-", ""), "hex")
  body.writeUInt32BE(counter, 16)
  return Buffer.concat([body, tag(body)]).toString("base64url")
}

/** `undefined` where it was not made by this project. */
export const decodeRefreshToken = (
  token: string,
  tag: (data: Uint8Array) => Uint8Array
): RefreshTokenClaims | undefined => {
  const bytes = Buffer.from(token, "base64url")
  const body = bytes.subarray(0, 20)
  if (bytes.length !== 52 || !timingSafeEqual(bytes.subarray(20), tag(body))) return undefined
  const hex = body.toString("hex", 0, 16)
  return { sessionId: hex.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5"), counter: body.readUInt32BE(16) }
}
