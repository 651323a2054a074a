import { assert, describe, it } from "@effect/vitest"
import { analyze } from "../../src/analytics/Analytics.ts"
import type { PostSample, ProfileSample } from "../../src/analytics/Sample.ts"
import { AS_OF, figuresOf, jan, postsOf, profileOf } from "./support.ts"

const run = (profile: Partial<ProfileSample>, posts: ReadonlyArray<Partial<PostSample>> = []) =>
  analyze(profileOf(profile), postsOf(posts), AS_OF)

const liked = (likes_count: number): Partial<PostSample> => ({
  likes_count,
  comments_count: 10,
  posted_at: jan(likes_count % 28 + 1)
})
const hidden: Partial<PostSample> = { likes_hidden: true, comments_count: 10 }

// All that needs posts; the rest is known of every account or of none.
const postBased = (analytics: ReturnType<typeof run>) =>
  figuresOf(analytics).filter(([path]) => !/^(follower_tier|data_quality|not_public)/.test(path))

describe("Absence", () => {
  it("says private for everything that needs posts, even where posts were stored before", () => {
    const analytics = run({ followers_count: 1000, is_private: true, posts_count: 90 }, [liked(10), liked(20), liked(30)])
    for (const [path, figure] of postBased(analytics)) assert.strictEqual(figure.reason, "private", path)
    assert.strictEqual(analytics.follower_tier.value, "nano")
  })

  it("says not_collected where the account has posts and none came", () => {
    for (const posts_count of [90, null]) {
      const analytics = run({ followers_count: 1000, posts_count })
      for (const [path, figure] of postBased(analytics)) assert.strictEqual(figure.reason, "not_collected", path)
      assert.isNull(analytics.sample)
    }
  })

  it("says too_few_posts for an account without posts", () => {
    for (const [path, figure] of postBased(run({ followers_count: 1000, posts_count: 0 }))) {
      assert.strictEqual(figure.reason, "too_few_posts", path)
    }
  })

  it("tells an account with two posts from one of which only two came", () => {
    const two = [liked(10), liked(20)]
    assert.strictEqual(run({ followers_count: 1000, posts_count: 2 }, two).engagement.engagement_rate.reason, "too_few_posts")
    const some = run({ followers_count: 1000, posts_count: 71 }, two).engagement.engagement_rate
    assert.strictEqual(some.reason, "not_collected")
    assert.strictEqual(some.sample?.size, 2)
  })

  it("tells no followers from unknown followers, and needs none for counts", () => {
    const posts = [liked(10), liked(20), liked(30)]
    for (const [followers_count, reason] of [[0, "no_followers"], [null, "not_collected"]] as const) {
      const { averages, engagement, influence } = run({ followers_count, is_verified: false }, posts)
      assert.strictEqual(engagement.engagement_rate.reason, reason)
      assert.strictEqual(engagement.engagement_benchmark.reason, reason)
      assert.strictEqual(influence.influence_score.reason, reason)
      assert.strictEqual(averages.avg_likes.value, 20)
    }
  })

  it("says hidden_by_owner where all likes are hidden, and still knows the comments", () => {
    const { averages, engagement } = run({ followers_count: 1000 }, [hidden, hidden, hidden])
    assert.strictEqual(engagement.engagement_rate.reason, "hidden_by_owner")
    assert.strictEqual(engagement.like_comment_ratio.reason, "hidden_by_owner")
    assert.strictEqual(averages.avg_likes.reason, "hidden_by_owner")
    assert.strictEqual(averages.avg_comments.value, 10)
    assert.strictEqual(engagement.comment_rate.value, 1)
  })

  it("believes no number beside hidden likes", () => {
    const posts = [1, 2, 3].map((likes_count) => ({ ...hidden, likes_count }))
    assert.strictEqual(run({ followers_count: 1000 }, posts).averages.median_likes.reason, "hidden_by_owner")
  })

  it("computes over the known likes where at least three are, and says over how many", () => {
    const { engagement_rate } = run({ followers_count: 1000 }, [hidden, liked(90), liked(190), liked(290), hidden]).engagement
    assert.strictEqual(engagement_rate.value, 20)
    assert.strictEqual(engagement_rate.sample?.size, 3)
  })

  it("says hidden_by_owner where the hidden ones are what is missing, not_collected where nobody hid them", () => {
    const profile = { followers_count: 1000, posts_count: 9 }
    assert.strictEqual(run(profile, [hidden, hidden, liked(90)]).averages.avg_likes.reason, "hidden_by_owner")
    assert.strictEqual(run(profile, [{}, {}, liked(90)]).averages.avg_likes.reason, "not_collected")
  })

  it("takes plays of 0 as unknown and counts reels with the videos", () => {
    const reel = (plays_count: number | null) => ({ ...liked(90), media_type: "reel" as const, plays_count })
    const video = (plays_count: number | null) => ({ ...reel(plays_count), media_type: "video" as const })
    const known = run({}, [reel(1000), video(1000), reel(500), reel(0), video(null)])
    assert.strictEqual(known.engagement.engagement_rate_by_views.value, 10)
    assert.strictEqual(known.averages.avg_plays.sample?.size, 3)
    assert.strictEqual(run({}, [reel(0), video(0), reel(null)]).averages.avg_plays.reason, "not_collected")
    assert.strictEqual(run({}, [reel(5), video(5), liked(3)]).averages.avg_plays.reason, "too_few_posts")
  })

  it("has no ratio without comments", () => {
    const quiet = [1, 2, 3].map((likes_count) => ({ likes_count, comments_count: 0 }))
    assert.strictEqual(run({}, quiet).engagement.like_comment_ratio.reason, "no_comments")
  })

  it("never answers for reach, impressions, saves and shares", () => {
    for (const figure of Object.values(run({ followers_count: 1000 }, [liked(1), liked(2), liked(3)]).not_public)) {
      assert.strictEqual(figure.reason, "not_supported")
    }
  })

  it("takes what cannot be, a -1 or a time in the future, as unknown", () => {
    const wrong = { likes_count: -1, comments_count: 10, posted_at: jan(400) }
    const { averages, cadence } = run({}, [wrong, wrong, wrong])
    assert.strictEqual(averages.avg_likes.reason, "not_collected")
    assert.strictEqual(cadence.days_since_last_post.reason, "not_collected")
  })
})
