/**
 * A map bounded in weight and in time, for hot paths. It keeps two generations: when the younger weighs half the capacity, the older
 * is dropped whole and the younger takes its place; what is read from the older moves to the younger.
 *
 * The usual LRU, deleting and inserting the key at each hit, is a trap: V8 keeps deleted slots in the key's hash chain until the next
 * rehash, and one hot key among 9,000 costs 65 µs a hit, where this costs 0.1.
 */
export class TtlMap<Value> {
  readonly #half: number
  readonly #weigh: (value: Value) => number
  #young = new Map<string, Entry<Value>>()
  #old = new Map<string, Entry<Value>>()
  #weight = 0

  /** `capacity` is in the unit that `weigh` gives; without one it counts entries. */
  constructor(capacity: number, weigh: (value: Value) => number = () => 1) {
    this.#half = Math.max(1, Math.floor(capacity / 2))
    this.#weigh = weigh
  }

  /** An upper bound: a key may be counted in both generations. */
  get size(): number {
    return this.#young.size + this.#old.size
  }

  /** `now` is milliseconds since 1970. */
  get(key: string, now: number): Value | undefined {
    const entry = this.#young.get(key) ?? this.#promote(key)
    return entry === undefined || now >= entry.until || now < entry.since ? undefined : entry.value
  }

  /**
   * To be had from `since` on, and at `until` no more: milliseconds since 1970. A clock that is set back behind `since` would make a value last
   * longer than it may. A value heavier than a generation is not kept.
   */
  set(key: string, value: Value, since: number, until: number): void {
    this.#insert(key, { value, since, until })
  }

  delete(key: string): void {
    this.#young.delete(key)
    this.#old.delete(key)
  }

  /** Looks at every entry: for rare events only. */
  deleteWhere(predicate: (value: Value) => boolean): void {
    for (const generation of [this.#young, this.#old]) {
      for (const [key, entry] of generation) if (predicate(entry.value)) generation.delete(key)
    }
  }

  #promote(key: string): Entry<Value> | undefined {
    const entry = this.#old.get(key)
    if (entry !== undefined) this.#insert(key, entry)
    return entry
  }

  /** Weight only grows within a generation, replaced values included: the bound holds, and dropping a generation resets it. */
  #insert(key: string, entry: Entry<Value>): void {
    const weight = this.#weigh(entry.value)
    if (weight > this.#half) return this.delete(key)
    if (this.#weight + weight > this.#half) {
      this.#old = this.#young
      this.#young = new Map()
      this.#weight = 0
    }
    this.#weight += weight
    this.#young.set(key, entry)
  }
}

interface Entry<Value> {
  readonly value: Value
  readonly since: number
  readonly until: number
}
