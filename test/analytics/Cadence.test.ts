import { assert, describe, it } from "@effect/vitest"
import { analyze } from "../../src/analytics/Analytics.ts"
import type { PostSample } from "../../src/analytics/Sample.ts"
import { AS_OF, jan, postsOf, profileOf } from "./support.ts"

const cadenceOf = (posts: ReadonlyArray<Partial<PostSample>>, posts_count: number | null = 500) =>
  analyze(profileOf({ posts_count }), postsOf(posts), AS_OF).cadence

const week = [jan(25), jan(27), jan(29), jan(31)].map((posted_at) => ({ posted_at }))
const old = { posted_at: Date.UTC(2021, 5, 1), media_type: "reel" as const }

describe("Posting cadence", () => {
  it("counts gaps, not posts", () => {
    const cadence = cadenceOf(week)
    assert.strictEqual(cadence.posts_per_week.value, 3.5)
    assert.strictEqual(cadence.median_gap_days.value, 2)
    assert.strictEqual(cadence.gap_variation.value, 0)
    assert.strictEqual(cadence.days_since_last_post.value, 1)
    assert.deepStrictEqual(cadence.share_by_type.value, { photo: 1, carousel: 0, reel: 0, video: 0 })
    assert.deepStrictEqual(cadence.posts_per_week.sample, {
      size: 4,
      unit: "posts",
      from: "2026-01-25T00:00:00.000Z",
      to: "2026-01-31T00:00:00.000Z"
    })
  })

  it("leaves out a pinned post older than the rest, wherever it stands", () => {
    const pinned = { ...old, is_pinned: true }
    const without = cadenceOf(week)
    assert.deepStrictEqual(cadenceOf([pinned, ...week]), without)
    assert.deepStrictEqual(cadenceOf([...week, pinned]), without)
  })

  it("leaves out what only the list of videos reaches", () => {
    assert.deepStrictEqual(cadenceOf([...week, { ...old, video_list_only: true }]), cadenceOf(week))
  })

  it("keeps a pinned post that lies within the run", () => {
    const [first, ...rest] = week
    assert.deepStrictEqual(cadenceOf([{ ...rest[0], is_pinned: true }, { ...first }, ...rest.slice(1)]), cadenceOf(week))
  })

  it("keeps an old pinned post where the sample is the whole account", () => {
    assert.strictEqual(cadenceOf([{ ...old, is_pinned: true }, ...week], 5).posts_per_week.sample?.size, 5)
  })

  it("knows nothing from pinned posts alone", () => {
    const pinned = week.map((post) => ({ ...post, is_pinned: true }))
    assert.strictEqual(cadenceOf(pinned).days_since_last_post.reason, "not_collected")
    assert.strictEqual(cadenceOf(pinned).posts_per_week.reason, "not_collected")
  })

  it("makes no weekly rate of one evening", () => {
    const evening = [jan(30, 18), jan(30, 19), jan(30, 20)].map((posted_at) => ({ posted_at }))
    assert.strictEqual(cadenceOf(evening).posts_per_week.reason, "no_time_span")
    assert.strictEqual(cadenceOf(evening).median_gap_days.value, 0.04166667)
  })

  it("makes no variation of posts of one instant", () => {
    const burst = [jan(30), jan(30), jan(30)].map((posted_at) => ({ posted_at }))
    assert.strictEqual(cadenceOf(burst).gap_variation.reason, "no_time_span")
  })
})
