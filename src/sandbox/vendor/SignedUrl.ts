import { daySeconds } from "./Persona.ts"
import { Prng } from "./Prng.ts"

/** One picture, in the format asked for (`dst-jpg_e35_s320x320`, …). */
export type Picture = (format: string) => string

/**
 * URLs with the look of Instagram's signed CDN links (`oh` a signature, `oe` an expiry in hex) on a host that can never exist
 * (RFC 2606). The path belongs to the key for ever, the signature to the day: it expires four days later, and nothing may treat
 * it as permanent.
 */
export const picture = (key: string, day: number): Picture => {
  const path = new Prng("picture", key)
  const file = `/v/t51.2885-15/${path.digits(9)}_${path.digits(15)}_${path.digits(19)}_n.jpg`
  const signature = new Prng("signature", key, day)
  const shared = `&_nc_ht=${host}&_nc_cat=${signature.int(1, 111)}&_nc_ohc=${
    signature.opaque(23)
  }&edm=AOQ1c0wBAAAA&ccb=7-5&oh=00_`
  const tail = `&oe=${expiry(day)}&_nc_sid=8fd12b`
  return (format) => `https://${host}${file}?stp=${format}${shared}${signature.opaque(43)}${tail}`
}

export const avatar = (username: string, day: number): string => picture(username, day)("dst-jpg_s150x150")

export const videoUrl = (key: string, day: number): string => {
  const prng = new Prng("video", key, day)
  return `https://${host}/o1/v/t16/f2/m86/${prng.opaque(120)}.mp4?efg=${prng.opaque(90)}&_nc_ht=${host}&_nc_cat=${
    prng.int(1, 111)
  }` +
    `&vs=${prng.digits(15)}_${prng.digits(9)}&_nc_vs=${prng.opaque(180)}&ccb=9-4&oh=00_${prng.opaque(43)}&oe=${
      expiry(day)
    }&_nc_sid=1d576d`
}

/** What Instagram makes of an external link. */
export const shimmed = (url: string): string =>
  `https://l.instagram.invalid/?u=${encodeURIComponent(url)}&e=AT${new Prng("shim", url).opaque(94)}`

const host = "scontent-sim1-1.cdninstagram.invalid"

const expiry = (day: number): string => ((day + 4) * daySeconds).toString(16).toUpperCase()
