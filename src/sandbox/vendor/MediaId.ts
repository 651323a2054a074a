/**
 * Instagram's media ids: milliseconds since its own epoch in the upper 41 bits, 23 bits of shard and sequence below
 * (Instagram Engineering, "Sharding & IDs at Instagram", 2012). The shortcode is the same number in base 64.
 */
export const mediaId = (takenAtSeconds: number, low23Bits: number): bigint =>
  (BigInt(takenAtSeconds * 1000 - epochMillis) << 23n) | BigInt(low23Bits & 0x7fffff)

export const shortcodeOf = (id: bigint): string => {
  let shortcode = ""
  for (let rest = id; rest > 0n; rest >>= 6n) shortcode = alphabet[Number(rest & 63n)] + shortcode
  return shortcode
}

/** The id a shortcode stands for, or `null` where it is not one. */
export const idOfShortcode = (shortcode: string): bigint | null =>
  /^[A-Za-z0-9_-]{9,11}$/.test(shortcode)
    ? [...shortcode].reduce((id, character) => (id << 6n) | BigInt(alphabet.indexOf(character)), 0n)
    : null

/** When the media with this id was made, in seconds since 1970. */
export const secondsOf = (id: bigint): number => Math.floor((Number(id >> 23n) + epochMillis) / 1000)

const epochMillis = 1_314_220_021_721
const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
