import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { postEngagementRate } from "../../src/analytics/EngagementRate.ts"
import { instantOf } from "../../src/database/Instant.ts"
import { PostId } from "../../src/posts/Post.ts"
import { postRegistry, PostView, postView } from "../../src/posts/PostView.ts"

const listed = {
  id: PostId.make("00000000-0000-4000-8000-000000000001"),
  shortcode: "abc",
  owner_username: null,
  relation: "owner",
  is_pinned: false,
  media_type: "photo",
  is_video: false,
  carousel_media_count: null,
  caption: null,
  likes_count: 90,
  likes_hidden: false,
  comments_count: 10,
  comments_disabled: null,
  video_view_count: null,
  video_play_count: null,
  video_duration: null,
  engagement_rate: 1,
  display_url: null,
  thumbnail_src: null,
  video_url: null,
  width: null,
  height: null,
  accessibility_caption: null,
  location_name: null,
  hashtags: [],
  mentions: [],
  posted_at: instantOf(0),
  updated_at: instantOf(86_400_000),
  position: "0 x"
} as const

describe("PostView", () => {
  it("states the engagement rate with its method, sample and date", () => {
    const { engagement_rate } = Schema.decodeUnknownSync(PostView)(postView(listed))
    assert.strictEqual(engagement_rate.value, 1)
    assert.strictEqual(engagement_rate.as_of, "1970-01-02T00:00:00.000Z")
  })

  it("says why there is none: hidden by the owner, or not known through a collaborator", () => {
    const hidden = postView({ ...listed, likes_count: null, likes_hidden: true, engagement_rate: null })
    const collaboration = postView({ ...listed, relation: "collaborator", engagement_rate: null })
    assert.deepStrictEqual([hidden, collaboration].map((post) => post.engagement_rate.reason), [
      "hidden_by_owner",
      "not_collected"
    ])
  })

  it("the worked example of the registry gives what it says", () => {
    const [{ example }] = postRegistry as unknown as [
      {
        example: {
          input: { profile: { followers_count: number }; posts: [{ likes_count: number; comments_count: number }] }
          output: number
        }
      }
    ]
    const rate = postEngagementRate({ ...example.input.posts[0], likes_hidden: false }, example.input.profile.followers_count)
    assert.strictEqual(rate, example.output)
  })
})
