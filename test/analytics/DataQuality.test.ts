import { assert, describe, it } from "@effect/vitest"
import { analyze } from "../../src/analytics/Analytics.ts"
import type { PostSample, ProfileSample } from "../../src/analytics/Sample.ts"
import { AS_OF, jan, postsOf, profileOf } from "./support.ts"

const full: ProfileSample = {
  followers_count: 0,
  following_count: 0,
  posts_count: 1,
  is_verified: false,
  is_private: false,
  is_business_account: false,
  category: "",
  biography: "",
  external_url: "",
  full_name: "",
  profile_pic_url: ""
}
const post = { likes_count: 0, comments_count: 0, posted_at: jan(1) }

const qualityOf = (profile: Partial<ProfileSample>, posts: ReadonlyArray<Partial<PostSample>>) =>
  analyze(profileOf(profile), postsOf(posts), AS_OF).data_quality

describe("Data quality", () => {
  it("is 1 where everything is said, zero, false and empty included", () => {
    assert.strictEqual(qualityOf(full, [post]).data_quality_score.value, 1)
  })

  it("is 0 where nothing is", () => {
    assert.strictEqual(qualityOf({}, [{}]).data_quality_score.value, 0)
  })

  it("takes posts that did not come as unfilled, and posts that do not exist or are private as no question", () => {
    assert.strictEqual(qualityOf({ ...full, posts_count: 90 }, []).data_quality_score.value, 0.78571429)
    assert.strictEqual(qualityOf({ ...full, posts_count: 0 }, []).data_quality_score.value, 1)
    assert.strictEqual(qualityOf({ ...full, posts_count: 90, is_private: true }, []).data_quality_score.value, 1)
  })

  it("asks videos for plays", () => {
    const { fields } = qualityOf(full, [post, { ...post, media_type: "reel", plays_count: 7 }, { ...post, media_type: "video" }])
    assert.deepInclude(fields, { field: "posts.plays_count", filled: 0.5 })
  })
})
