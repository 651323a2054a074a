import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import { FetchedPost } from "../../src/decodo/FetchedPost.ts"
import { decodeMedia } from "../../src/decodo/MediaDecoder.ts"
import { decodePost, decodeTimeline } from "../../src/decodo/TimelineDecoder.ts"
import { Username } from "../../src/profiles/Username.ts"
import { recorded, recordedFiles, type RecordedMedia, type RecordedUser, whereRecorded } from "./payloads.ts"
import { mediaNode, reelNode } from "./samples.ts"

const post = (node: unknown, listedBy?: string) => Result.getOrThrow(decodeMedia(node, listedBy)).value

const isFetchedPost = Schema.is(Schema.toType(FetchedPost))

describe.skipIf(!recorded)(`the recorded pages of posts and posts${whereRecorded}`, () => {
  interface Page {
    readonly data: { readonly user: Partial<RecordedUser> }
  }
  interface Blanked {
    readonly entry_data: { readonly PostPage: readonly [{ readonly graphql: { readonly shortcode_media: RecordedMedia } }] }
  }

  it.each(recordedFiles<Page>("timeline"))("%s decodes through the same media schema", (_, answer) => {
    const { user } = answer.data
    const { issues, posts, received } = Result.getOrThrow(decodeTimeline(answer))
    assert.isTrue(received)
    assert.strictEqual(posts.length, (user.edge_owner_to_timeline_media ?? user.edge_felix_video_timeline)?.edges.length)
    assert.isTrue(posts.every(isFetchedPost))
    assert.deepStrictEqual(issues, [])
    // Only the preview count exists outside profiles: reading the other one stored 0 for everybody.
    assert.isTrue(
      posts.every((post) => post.likes_count !== null && post.comments_count !== null && post.taken_at_timestamp !== null)
    )
  })

  it.each(recordedFiles("post").filter(([name]) => !name.includes("blanked")))(
    "%s decodes through the same media schema",
    (_, answer) => {
      const { issues, value } = Result.getOrThrow(decodePost(answer))
      assert.isTrue(isFetchedPost(value))
      assert.isNotNull(value.likes_count)
      assert.isNotNull(value.comments_count)
      assert.strictEqual(value.is_video, value.raw.is_video)
      assert.deepStrictEqual(issues, [])
    }
  )

  it.each(recordedFiles<Blanked>("post").filter(([name]) => name.includes("blanked")))(
    "%s is refused for its blank id and shortcode, and decodes once it has them",
    (_, answer) => {
      assert.deepInclude(Result.getOrThrow(Result.flip(decodePost(answer))), {
        _tag: "ContractBroken",
        paths: ["id", "shortcode"]
      })
      const media = answer.entry_data.PostPage[0].graphql.shortcode_media
      assert.deepInclude(post({ ...media, id: "1", shortcode: "A" }), {
        is_video: true,
        video_view_count: media.video_view_count ?? null,
        video_play_count: media.video_play_count ?? null,
        comments_count: media.edge_media_to_parent_comment?.count ?? null
      })
    }
  )
})

describe("a post", () => {
  it("takes its likes from the preview count, else from the other, and treats −1 as hidden", () => {
    const likes = (node: object) => {
      const { likes_count, likes_hidden } = post({ id: "1", shortcode: "A", ...node })
      return [likes_count, likes_hidden]
    }
    assert.deepStrictEqual(likes({ edge_media_preview_like: { count: 8633 }, edge_liked_by: { count: 8127 } }), [8633, false])
    assert.deepStrictEqual(likes({ edge_liked_by: { count: 0 } }), [0, false])
    assert.deepStrictEqual(likes({ edge_media_preview_like: { count: -1 }, edge_liked_by: { count: 5 } }), [null, true])
    assert.deepStrictEqual(likes({ edge_media_preview_like: {}, edge_liked_by: { count: 5 } }), [5, false])
    assert.deepStrictEqual(likes({}), [null, false])
  })

  it("counts comments with replies where the answer has them", () => {
    assert.strictEqual(
      post({ id: "1", shortcode: "A", edge_media_to_parent_comment: { count: 53_282 }, edge_media_preview_comment: { count: 3 } })
        .comments_count,
      53_282
    )
  })

  it.each([
    [{ __typename: "GraphImage" }, "photo"],
    [{ __typename: "XDTGraphImage", is_video: false }, "photo"],
    [{ __typename: "XDTGraphSidecar" }, "carousel"],
    [{ __typename: "GraphX", __isXDTGraphMediaInterface: "XDTGraphSidecar" }, "carousel"],
    [{ __typename: "GraphVideo", product_type: "clips" }, "reel"],
    [{ __typename: "GraphVideo", product_type: "igtv" }, "video"],
    [{ __typename: "GraphVideo", product_type: "feed" }, "video"],
    [{ is_video: true }, "video"],
    [{}, "photo"]
  ])("%j is a %s", (node, type) => {
    assert.strictEqual(post({ id: "1", shortcode: "A", ...node }).media_type, type)
  })

  it("is pinned where it was listed, and of unknown pin when the answer is older than pins", () => {
    const pinned = { pinned_for_users: [{ id: "4200", username: "sample.studio" }] }
    assert.strictEqual(post(mediaNode(1, pinned), "4200").is_pinned, true)
    assert.strictEqual(post(mediaNode(1, pinned), "1").is_pinned, false)
    assert.strictEqual(post(mediaNode(1, pinned)).is_pinned, true)
    assert.isNull(post({ id: "1", shortcode: "A" }).is_pinned)
  })

  it("carries children, tags, sponsors, music and place", () => {
    const value = post(reelNode(1, {
      __typename: "GraphSidecar",
      edge_sidecar_to_children: {
        edges: [
          { node: { id: "11", shortcode: "C1", is_video: true, video_view_count: 7, dimensions: { width: 1, height: 2 } } },
          {
            node: { id: "12" }
          }
        ]
      },
      edge_media_to_sponsor_user: { edges: [{ node: { sponsor: { id: "5", username: "Brand" } } }] },
      is_paid_partnership: true,
      clips_music_attribution_info: { artist_name: "A", song_name: "S", audio_id: "9", uses_original_audio: false }
    }))
    assert.strictEqual(value.carousel_media_count, 2)
    assert.deepInclude(value.sidecar_children[0], { shortcode: "C1", is_video: true, video_view_count: 7, width: 1, height: 2 })
    assert.deepStrictEqual(value.tagged_users, [
      {
        username: Username.make("other.studio"),
        full_name: "Other",
        instagram_user_id: "4300",
        is_verified: true,
        x: 0.5,
        y: 0.25
      }
    ])
    assert.deepStrictEqual(value.sponsor_users, [{ username: Username.make("brand"), instagram_user_id: "5" }])
    assert.deepInclude(value.music, { song_name: "S", uses_original_audio: false })
    assert.deepInclude(value, { location_name: "Lisbon", location_id: "77", video_duration: 12.5 })
    assert.deepStrictEqual<ReadonlyArray<string>>(value.mentions, ["other.studio"])
  })
})
