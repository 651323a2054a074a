import type { Instant } from "../database/Column.ts"
import { instantOf } from "../database/Instant.ts"

/**
 * When the first of these signed addresses of Instagram's ends: each says so in `oe`, seconds since 1970 in hexadecimal. Null where none
 * does. Nothing is asked of the address.
 */
export const pictureExpiry = (urls: ReadonlyArray<string | null>): Instant | null => {
  const ends = urls.flatMap((url) => {
    const hex = url === null ? undefined : /[?&]oe=([0-9a-f]{8})(?=&|$)/i.exec(url)?.[1]
    return hex === undefined ? [] : [Number.parseInt(hex, 16)]
  })
  return ends.length === 0 ? null : instantOf(Math.min(...ends) * 1000)
}
