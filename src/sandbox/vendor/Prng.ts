/**
 * A reproducible stream of pseudo-random numbers: mulberry32 (public domain, Tommy Ettinger) seeded with the 32-bit FNV-1a hash
 * of the seed's parts. The same parts give the same stream on every machine and in every release: what the simulator says about
 * an account depends on it. Not for secrets.
 */
export class Prng {
  private state: number

  constructor(...seed: ReadonlyArray<string | number>) {
    this.state = hash(seed.join("\u0000"))
  }

  /** Uniform in [0, 1). */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }

  /** Uniform integer, both ends included. */
  int(min: number, max: number): number {
    return min + Math.floor(this.next() * (max - min + 1))
  }

  between(min: number, max: number): number {
    return min + this.next() * (max - min)
  }

  chance(probability: number): boolean {
    return this.next() < probability
  }

  pick<A>(items: ReadonlyArray<A>): A {
    return items[Math.floor(this.next() * items.length)] as A
  }

  /** Up to `count` different items, in random order. */
  sample<A>(items: ReadonlyArray<A>, count: number): Array<A> {
    const rest = [...items]
    const chosen: Array<A> = []
    while (chosen.length < count && rest.length > 0) chosen.push(...rest.splice(Math.floor(this.next() * rest.length), 1))
    return chosen
  }

  /** Log-normal with median 1: `exp(sigma · N(0, 1))`, by the Box–Muller transform. */
  spread(sigma: number): number {
    const normal = Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next())
    return Math.exp(sigma * normal)
  }

  /** A number between the ends whose logarithm is uniform. */
  logUniform(min: number, max: number): number {
    return min * Math.pow(max / min, this.next())
  }

  digits(length: number): string {
    let text = String(this.int(1, 9))
    while (text.length < length) text += this.int(0, 9)
    return text
  }

  /**
   * Base64url characters for the opaque parts of URLs and cursors, cut out of one fixed text: hundreds are needed per account.
   */
  opaque(length: number): string {
    const start = this.int(0, opaqueText.length - length - 1)
    return opaqueText.slice(start, start + length)
  }
}

const hash = (text: string): number => {
  let h = 0x811c9dc5
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  // FNV's last character reaches only the low bits: finish with murmur3's mixer, or neighbouring seeds give similar streams.
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}

const opaqueText = (() => {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
  const prng = new Prng("opaque")
  let text = ""
  for (let i = 0; i < 8192; i++) text += alphabet[prng.int(0, alphabet.length - 1)]
  return text
})()
