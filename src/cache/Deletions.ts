import { TtlMap } from "./TtlMap.ts"

/**
 * Which bodies this process deleted lately. Whoever reads the source before a change, and is done after the body was deleted for it, must not
 * keep what they read: it would be served until its time is over.
 */
export class Deletions {
  #count = 0
  readonly #latest = new TtlMap<number>(remembered)

  /** Where it stands: to be asked for before the source is read. */
  get mark(): number {
    return this.#count
  }

  note(key: string): void {
    this.#latest.set(key, ++this.#count, -Infinity, Infinity)
  }

  isDeletedSince(mark: number, key: string): boolean {
    return (this.#latest.get(key, 0) ?? 0) > mark
  }
}

/** Between a read and its end there are few. */
const remembered = 20_000
