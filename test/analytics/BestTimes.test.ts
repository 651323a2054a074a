import { assert, describe, it } from "@effect/vitest"
import { analyze } from "../../src/analytics/Analytics.ts"
import type { PostSample } from "../../src/analytics/Sample.ts"
import { AS_OF, jan, postsOf, profileOf } from "./support.ts"

const bestTimesOf = (posts: ReadonlyArray<Partial<PostSample>>) => analyze(profileOf({}), postsOf(posts), AS_OF).best_times

const at = (day: number, hour: number, likes_count: number, media_type: PostSample["media_type"] = "photo") => ({
  posted_at: jan(day, hour),
  likes_count,
  comments_count: 0,
  media_type
})

describe("Best times", () => {
  it("names the hour of the ISO week in UTC: 4 January 2026 is a Sunday", () => {
    const { value } = bestTimesOf([at(4, 23, 50), at(11, 23, 60), at(18, 23, 70)])
    assert.deepInclude(value?.slots[0], { weekday: 7, hour: 23, posts: 3 })
    assert.strictEqual(value?.zone, "UTC")
  })

  it("answers nothing where no hour holds three posts", () => {
    const figure = bestTimesOf([at(4, 23, 50), at(11, 23, 60), at(18, 22, 70)])
    assert.strictEqual(figure.reason, "too_few_posts")
    assert.strictEqual(figure.sample?.size, 3)
  })

  it("measures within the kind of post: reels that always get more do not win their hour", () => {
    const { value } = bestTimesOf([
      at(5, 9, 100),
      at(12, 9, 200),
      at(19, 9, 400),
      at(6, 9, 10_000, "reel"),
      at(13, 9, 20_000, "reel"),
      at(20, 9, 40_000, "reel")
    ])
    for (const { score } of value?.slots ?? []) assert.closeTo(score, 0, 1e-3)
    assert.lengthOf(value?.slots ?? [], 2)
  })

  it("has no favourite where all posts did the same", () => {
    assert.strictEqual(bestTimesOf([at(5, 9, 7), at(12, 9, 7), at(19, 9, 7)]).value?.slots[0].score, 0)
  })
})
