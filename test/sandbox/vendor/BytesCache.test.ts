import { assert, it } from "@effect/vitest"
import { BytesCache } from "../../../src/sandbox/vendor/BytesCache.ts"

it("keeps what was used last within its bytes", () => {
  const cache = new BytesCache(10)
  const made: Array<string> = []
  const ask = (key: string, size: number) => cache.getOrMake(key, () => (made.push(key), new Uint8Array(size)))
  ask("a", 4)
  ask("b", 4)
  assert.strictEqual(ask("a", 4), ask("a", 4))
  ask("c", 4)
  ask("a", 4)
  ask("b", 4)
  assert.deepStrictEqual(made, ["a", "b", "c", "b"], "b made room for c, being the one not used since")
  assert.strictEqual(ask("whale", 20).byteLength, 20)
  ask("d", 4)
  ask("d", 4)
  assert.deepStrictEqual(made.slice(4), ["whale", "d"])
})
