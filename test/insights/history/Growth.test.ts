import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { type FollowerSnapshot, Growth, growth, growthRegistry, type NearbyPost } from "../../../src/insights/history/Growth.ts"

const daily = (followers: ReadonlyArray<number | null>): ReadonlyArray<FollowerSnapshot> =>
  followers.map((followers_count, index) => ({ taken_at: new Date(Date.UTC(2026, 0, 1 + index)).toISOString(), followers_count }))

const at = (value: unknown, path: string): unknown =>
  path.split(".").reduce<unknown>((found, key) => (found as Record<string, unknown>)[key], value)

describe("Growth", () => {
  it.each(growthRegistry.map((method) => [method.method, method] as const))(
    "the worked example of %s gives what it says",
    (_, { example }) => {
      const { posts = [], snapshots } = example.input as unknown as {
        snapshots: ReadonlyArray<FollowerSnapshot>
        posts?: ReadonlyArray<NearbyPost>
      }
      const figure = at(growth(snapshots, posts, example.as_of), example.figure) as { value: unknown }
      assert.deepStrictEqual(figure.value, example.output)
    }
  )

  it("a single snapshot yields no growth, and says why", () => {
    for (const { net, rate } of growth(daily([100]), [], "2026-01-01T00:00:00.000Z").windows) {
      assert.strictEqual(net.value, null)
      assert.strictEqual(net.reason, "too_few_snapshots")
      assert.strictEqual(rate.reason, "too_few_snapshots")
    }
  })

  it("a gap at the start of a window is a gap, not a zero", () => {
    const snapshots = [...daily([100]), { taken_at: "2026-01-25T00:00:00.000Z", followers_count: 130 }]
    const windows = growth(snapshots, [], "2026-01-25T00:00:00.000Z").windows
    assert.deepStrictEqual(windows.filter(({ net }) => net.value !== null), [])
  })

  it("followers may be lost", () => {
    const [one] = growth(daily([200, 150]), [], "2026-01-02T00:00:00.000Z").windows
    assert.strictEqual(one?.net.value, -50)
    assert.strictEqual(one?.rate.value, -25)
  })

  it("growth from nobody has no rate", () => {
    const [one] = growth(daily([0, 10]), [], "2026-01-02T00:00:00.000Z").windows
    assert.strictEqual(one?.net.value, 10)
    assert.strictEqual(one?.rate.reason, "no_followers")
  })

  it("unknown counts are left out, never read as zero", () => {
    const [one] = growth(daily([100, null]), [], "2026-01-02T00:00:00.000Z").windows
    assert.strictEqual(one?.net.reason, "too_few_snapshots")
  })

  it("a missing day breaks the chain of daily changes", () => {
    const snapshots = daily([100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 111]).filter((_, index) => index !== 5)
    assert.strictEqual(growth(snapshots, [], "2026-01-12T00:00:00.000Z").spikes.reason, "too_few_snapshots")
  })

  it.prop(
    "the order of snapshots does not matter, and every answer is of the declared shape",
    [Schema.Array(
      Schema.Struct({
        day: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 400 })),
        followers: Schema.NullOr(Schema.Natural)
      })
    )],
    ([points]) => {
      const distinct = [...new Map(points.map((point) => [point.day, point])).values()]
      const snapshots = distinct.map((point) => ({
        taken_at: new Date(Date.UTC(2025, 0, 1 + point.day)).toISOString(),
        followers_count: point.followers
      }))
      const answer = growth(snapshots, [], "2026-06-01T00:00:00.000Z")
      assert.deepStrictEqual(growth(snapshots.toReversed(), [], "2026-06-01T00:00:00.000Z"), answer)
      Schema.decodeUnknownSync(Growth)(answer)
    }
  )
})
