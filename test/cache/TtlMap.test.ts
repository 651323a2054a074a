import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import { TtlMap } from "../../src/cache/TtlMap.ts"

describe("TtlMap", () => {
  it("gives what was set until its time, and nothing at it or after it", () => {
    const map = new TtlMap<string>(10)
    map.set("a", "A", 0, 1000)
    assert.strictEqual(map.get("a", 0), "A")
    assert.strictEqual(map.get("a", 999), "A")
    assert.isUndefined(map.get("a", 1000))
    assert.isUndefined(map.get("b", 0))
  })

  it("gives nothing of what was set later: the clock was set back, and by it nothing would ever end", () => {
    const map = new TtlMap<string>(10)
    map.set("a", "A", 1000, 2000)
    assert.isUndefined(map.get("a", 999))
    assert.strictEqual(map.get("a", 1000), "A")
  })

  it("takes a new value and a new time for a key, and forgets what is deleted", () => {
    const map = new TtlMap<string>(10)
    map.set("a", "A", 0, 10)
    map.set("a", "B", 10, 20)
    assert.strictEqual(map.get("a", 15), "B")
    map.delete("a")
    assert.isUndefined(map.get("a", 15))
  })

  it("forgets by a predicate, in both generations", () => {
    const map = new TtlMap<number>(8)
    for (let i = 0; i < 6; i++) map.set(`k${i}`, i, 0, 10)
    map.deleteWhere((value) => value % 2 === 0)
    assert.deepStrictEqual([0, 1, 2, 3, 4, 5].map((i) => map.get(`k${i}`, 0)), [undefined, 1, undefined, 3, undefined, 5])
  })

  it("never weighs more than its capacity, whatever is set, and keeps nothing that is too heavy", () => {
    fc.assert(fc.property(
      fc.integer({ min: 2, max: 200 }),
      fc.array(fc.tuple(fc.nat(40), fc.integer({ min: 1, max: 150 }), fc.boolean()), { maxLength: 200 }),
      (capacity, steps) => {
        const map = new TtlMap<number>(capacity, (weight) => weight)
        for (const [key, weight, read] of steps) {
          if (read) map.get(`k${key}`, 0)
          else map.set(`k${key}`, weight, 0, 1)
          const kept = valuesIn(map)
          assert.isAtMost(kept.reduce((sum, weight) => sum + weight, 0), capacity)
          assert.isTrue(kept.every((weight) => weight <= capacity / 2))
        }
      }
    ))
  })

  it("keeps what is read often, and lets go of what is not", () => {
    const map = new TtlMap<number>(100)
    map.set("hot", 1, 0, 1e9)
    map.set("cold", 1, 0, 1e9)
    for (let i = 0; i < 1000; i++) {
      map.set(`k${i}`, i, 0, 1e9)
      assert.strictEqual(map.get("hot", 0), 1)
    }
    assert.isUndefined(map.get("cold", 0))
    assert.isAtMost(map.size, 100)
  })

  it("behaves as a map does for whoever reads at once what was set", () => {
    fc.assert(fc.property(fc.array(fc.tuple(fc.nat(5), fc.nat())), (steps) => {
      const map = new TtlMap<number>(1000)
      const model = new Map<number, number>()
      for (const [key, value] of steps) {
        map.set(String(key), value, 0, 1)
        model.set(key, value)
        for (const [k, v] of model) assert.strictEqual(map.get(String(k), 0), v)
      }
    }))
  })

  it("does not take a key for a member of an object", () => {
    const map = new TtlMap<number>(10)
    for (const key of ["__proto__", "constructor", "toString"]) {
      assert.isUndefined(map.get(key, 0))
      map.set(key, 1, 0, 1)
      assert.strictEqual(map.get(key, 0), 1)
    }
  })
})

/** Everything that is kept, whether its time has come or not. */
const valuesIn = (map: TtlMap<number>): ReadonlyArray<number> => {
  const found: Array<number> = []
  map.deleteWhere((value) => {
    found.push(value)
    return false
  })
  return found
}
