/** Bytes by key, at most `maxBytes` of them; the least recently used go first. */
export class BytesCache {
  private readonly entries = new Map<string, Uint8Array>()
  private readonly maxBytes: number
  private bytes = 0

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes
  }

  getOrMake(key: string, make: () => Uint8Array): Uint8Array {
    const found = this.entries.get(key)
    if (found !== undefined) {
      this.entries.delete(key)
      this.entries.set(key, found)
      return found
    }
    const made = make()
    this.entries.set(key, made)
    this.bytes += made.byteLength
    for (const [oldest, { byteLength }] of this.entries) {
      if (this.bytes <= this.maxBytes) break
      this.entries.delete(oldest)
      this.bytes -= byteLength
    }
    return made
  }
}
