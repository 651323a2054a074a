import { createHash, randomBytes, timingSafeEqual } from "node:crypto"
import { crc32 } from "node:zlib"

/** `af_live_`, the id of the row, 256 random bits and a checksum: letters, digits and `_` alone, so that a double click takes it whole. */
export interface KeyText {
  readonly id: string
  readonly secret: string
}

export const keyPrefix = "af_live_"

export const newSecret = (): string => base62(BigInt(`0x${randomBytes(32).toString("hex")}`), 43)

export const keyTextOf = ({ id, secret }: KeyText): string => {
  const body = `${keyPrefix}${id.replaceAll("-", "")}_${secret}`
  return body + checksum(body)
}

/** Undefined for what is no key: one that was mistyped or cut off is told by its checksum, without asking anybody. */
export const parseKeyText = (text: string): KeyText | undefined => {
  const [, body = "", hex = "", secret = "", sum] = /^(af_live_([0-9a-f]{32})_([0-9A-Za-z]{43}))([0-9A-Za-z]{6})$/.exec(text) ??
    []
  if (sum === undefined || sum !== checksum(body)) return undefined
  return { id: hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5"), secret }
}

/**
 * A plain SHA-256 is enough: salt and slowness protect secrets that people choose, from lists of those; of 256 random bits there is no
 * list, and a slow hash would be paid for at each call.
 */
export const hashOf = (secret: string): string => createHash("sha256").update(secret).digest("base64url")

export const sameSecret = (secret: string, hash: string): boolean => {
  const [given, expected] = [Buffer.from(hashOf(secret)), Buffer.from(hash)]
  return given.length === expected.length && timingSafeEqual(given, expected)
}

const checksum = (body: string): string => base62(BigInt(crc32(body)), 6)

const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

const base62 = (value: bigint, length: number): string => {
  let text = ""
  for (let left = value; text.length < length; left /= 62n) text = (digits[Number(left % 62n)] ?? "") + text
  return text
}
