/** Numbers that a seed decides (mulberry32), and what is made of them. */
export interface Random {
  /** 0 ≤ x < 1 */
  readonly next: () => number
  /** least ≤ n < most */
  readonly int: (least: number, most: number) => number
  readonly pick: <A>(items: ReadonlyArray<A>) => A
  readonly uuid: () => string
  readonly word: (length: number) => string
}

export const randomOf = (seed: number): Random => {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const int = (least: number, most: number) => least + Math.floor(next() * (most - least))
  const text = (alphabet: string, length: number) => Array.from({ length }, () => alphabet[int(0, alphabet.length)]).join("")
  return {
    next,
    int,
    pick: (items) => {
      if (items.length === 0) throw new Error("nothing to pick from")
      return items[int(0, items.length)]!
    },
    uuid: () => {
      const hex = text("0123456789abcdef", 32)
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`
    },
    word: (length) => text("abcdefghijklmnopqrstuvwxyz", length)
  }
}
