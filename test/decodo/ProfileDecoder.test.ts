import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import { DecodedProfile } from "../../src/decodo/FetchedProfile.ts"
import { decodeProfile, decodeUser } from "../../src/decodo/ProfileDecoder.ts"
import { Username } from "../../src/profiles/Username.ts"
import { recorded, recordedFiles, type RecordedUser, whereRecorded } from "./payloads.ts"
import { content, mediaNode, reelNode, userObject } from "./samples.ts"

const decoded = (user: unknown) => Result.getOrThrow(decodeUser(user))

const isDecodedProfile = Schema.is(Schema.toType(DecodedProfile))

describe.skipIf(!recorded)(`the recorded profiles, 2018 to 2025${whereRecorded}`, () => {
  interface Graphql {
    readonly user: RecordedUser
  }
  type Answer = { readonly data: Graphql } | { readonly graphql: Graphql } | {
    readonly entry_data: { readonly ProfilePage: readonly [{ readonly graphql: Graphql }] }
  }

  const userIn = (answer: Answer) =>
    ("data" in answer ? answer.data : "graphql" in answer ? answer.graphql : answer.entry_data.ProfilePage[0].graphql).user

  it.each(recordedFiles<Answer>("profile"))("%s decodes: counts, posts once each, related, nothing lost", (_, answer) => {
    const user = userIn(answer)
    const { issues, posts, profile, related } = Result.getOrThrow(decodeProfile(answer))
    const nodes = [user.edge_owner_to_timeline_media, user.edge_felix_video_timeline].flatMap((it) => it?.edges ?? [])
      .map((edge) => edge.node)

    assert.strictEqual(profile.username, user.username)
    assert.strictEqual(profile.instagram_user_id, user.id)
    assert.strictEqual(profile.followers_count, user.edge_followed_by.count)
    assert.strictEqual(profile.following_count, user.edge_follow.count)
    assert.strictEqual(profile.posts_count, user.edge_owner_to_timeline_media.count)
    assert.strictEqual(profile.posts_received, nodes.length > 0)
    assert.deepStrictEqual(posts.map((post) => post.shortcode), [...new Set(nodes.map((node) => node.shortcode))])
    assert.strictEqual(related.length, user.edge_related_profiles?.edges.length ?? 0)
    for (const post of posts) {
      const node = nodes.find((node) => node.shortcode === post.shortcode)!
      const likes = (node.edge_media_preview_like ?? node.edge_liked_by)?.count ?? null
      assert.strictEqual(post.likes_count, likes !== null && likes < 0 ? null : likes)
      assert.strictEqual(post.comments_count, node.edge_media_to_comment?.count ?? null)
      assert.strictEqual(post.caption, node.edge_media_to_caption?.edges[0]?.node.text ?? null)
      assert.strictEqual(post.is_video, node.is_video)
      assert.strictEqual(post.owner_instagram_user_id, node.owner.id)
    }
    // The only things that do not fit are addresses that an author replaced by the word "link".
    assert.deepStrictEqual(issues.filter((issue) => issue.expected !== "an http address"), [])
  })

  it.each(recordedFiles("profile"))("%s gives the same when its kept user object is read again", (_, answer) => {
    const first = Result.getOrThrow(decodeProfile(answer))
    assert.isTrue(isDecodedProfile(first))
    assert.deepStrictEqual(decoded(JSON.parse(JSON.stringify(first.raw))), first)
  })
})

describe("a profile", () => {
  it("is decoded with every figure where the vendor puts it", () => {
    const { mentions, posts, profile, related } = decoded(userObject())
    assert.strictEqual(profile.username, "sample.studio")
    assert.strictEqual(profile.followers_count, 12_000)
    assert.strictEqual(profile.following_count, 0)
    assert.strictEqual(profile.category, "Artist")
    assert.isNull(profile.business_category_name)
    assert.isNull(profile.is_business_account)
    assert.deepStrictEqual(profile.business_address, { city_name: "Lisbon" })
    assert.deepStrictEqual<ReadonlyArray<string>>(profile.biography_mentions, ["kiln.house", "friend_of_ours"])
    assert.deepStrictEqual(profile.bio_links, [{ title: "Shop", url: "https://sample.example", link_type: "external" }])
    assert.strictEqual(profile.posts_truncated, true)
    assert.deepStrictEqual(posts.map((post) => post.media_type), ["photo", "reel", "carousel"])
    assert.deepStrictEqual(related.map(({ position, related_username }) => [position, related_username]), [[1, "kiln.house"]])
    assert.deepStrictEqual(
      mentions.filter((edge) => edge.shortcode === "Sample1" || edge.shortcode === null).map((
        edge
      ) => [edge.mention_type, edge.mentioned_username]),
      [["biography", "kiln.house"], ["biography", "friend_of_ours"], ["caption", "other.studio"], ["tag", "other.studio"]]
    )
  })

  it("with a count and no posts received nothing, which is not the same as having none", () => {
    const { posts, profile } = decoded(userObject({
      is_private: true,
      edge_owner_to_timeline_media: { count: 1080, page_info: { has_next_page: true }, edges: [] }
    }))
    assert.strictEqual(profile.posts_count, 1080)
    assert.strictEqual(profile.posts_received, false)
    assert.strictEqual(profile.availability, "private")
    assert.deepStrictEqual(posts, [])
  })

  it("of 2017 is read: followed_by, follows and media.nodes", () => {
    const { posts, profile } = decoded({
      id: "58",
      username: "early.bird",
      followed_by: { count: 2198 },
      follows: { count: 3873 },
      media: {
        count: 70,
        page_info: { has_next_page: true },
        nodes: [{
          __typename: "GraphImage",
          id: "1652527627891649059",
          code: "Bbu9R9CACoj",
          caption: "On the road #trip",
          date: 1_511_216_666,
          likes: { count: 309 },
          comments: { count: 10 },
          dimensions: { width: 1080, height: 720 },
          display_src: "https://cdn.example/a.jpg",
          is_video: false,
          owner: { id: "58" }
        }]
      }
    })
    assert.deepStrictEqual([profile.followers_count, profile.following_count, profile.posts_count], [2198, 3873, 70])
    assert.deepInclude(posts[0], {
      shortcode: "Bbu9R9CACoj",
      likes_count: 309,
      comments_count: 10,
      taken_at_timestamp: 1_511_216_666,
      display_url: "https://cdn.example/a.jpg"
    })
    assert.deepStrictEqual(posts[0]?.hashtags, ["trip"])
  })

  it("takes one post from two timelines, and each copy fills the other's gaps", () => {
    const inGrid = { ...mediaNode(7, { __typename: "GraphVideo", is_video: true }), video_duration: null }
    const { posts } = decoded(userObject({
      edge_owner_to_timeline_media: { count: 1, edges: [{ node: inGrid }] },
      edge_felix_video_timeline: {
        count: 1,
        edges: [{ node: reelNode(7, { video_duration: 61.25, edge_liked_by: { count: 1 } }) }]
      }
    }))
    assert.strictEqual(posts.length, 1)
    assert.deepInclude(posts[0], { media_type: "reel", video_duration: 61.25, likes_count: 107 })
  })

  it("keeps only the first of posts that claim the same id or shortcode", () => {
    const { issues, posts } = decoded(userObject({
      edge_owner_to_timeline_media: {
        count: 3,
        edges: [{ node: mediaNode(1) }, { node: mediaNode(1, { shortcode: "Other" }) }, {
          node: mediaNode(2, { shortcode: 5, code: "Sample1" })
        }]
      }
    }))
    assert.deepStrictEqual(posts.map((post) => post.shortcode), ["Sample1"])
    assert.deepStrictEqual(issues, [
      { path: "edge_owner_to_timeline_media.edges[1].node", expected: "an id and a shortcode of its own" },
      { path: "edge_owner_to_timeline_media.edges[2].node", expected: "an id and a shortcode of its own" }
    ])
  })

  it("says of a collaboration who owns it, and does not take the other's pin for its own", () => {
    const { mentions, posts } = decoded(userObject({
      edge_owner_to_timeline_media: {
        count: 1,
        edges: [{
          node: mediaNode(1, {
            owner: { id: "5000", username: "big.brand" },
            coauthor_producers: [{ id: "4200", username: "sample.studio", is_verified: false }],
            pinned_for_users: [{ id: "5000", username: "big.brand" }]
          })
        }]
      }
    }))
    assert.deepInclude(posts[0], { owner_username: Username.make("big.brand"), is_pinned: false })
    assert.deepStrictEqual(
      mentions.filter((edge) => edge.mention_type === "collaboration").map((edge) => edge.mentioned_username),
      ["big.brand"]
    )
  })

  it("without id or username is a broken contract that names the paths", () => {
    const failure = Result.getOrThrow(Result.flip(decodeUser({ username: "no name", edge_followed_by: { count: 1 } })))
    assert.deepInclude(failure, { _tag: "ContractBroken", kind: "wrong_shape" })
    assert.deepStrictEqual(failure.paths, ["id", "username"])
  })
})

describe("what does not fit", () => {
  it("becomes null, and its path is listed without its value", () => {
    const { issues, posts, profile } = decoded(userObject({
      full_name: 7,
      edge_followed_by: { count: "12.3M" },
      is_verified: "yes",
      external_url: "javascript:alert(1)",
      bio_links: [null, 3, { title: ["secret-value"], url: "https://ok.example" }],
      edge_owner_to_timeline_media: {
        count: 1,
        edges: [{ node: mediaNode(1, { dimensions: "big", edge_media_to_comment: { count: [] } }) }]
      }
    }))
    assert.deepInclude(profile, { full_name: null, followers_count: null, is_verified: null, external_url: null })
    assert.deepStrictEqual(profile.bio_links, [{ title: null, url: "https://ok.example", link_type: null }])
    assert.deepInclude(posts[0], { width: null, comments_count: null, likes_count: 101 })
    assert.deepStrictEqual(issues.map((issue) => issue.path).sort(), [
      "bio_links[1]",
      "bio_links[2].title",
      "edge_followed_by.count",
      "edge_owner_to_timeline_media.edges[0].node.dimensions",
      "edge_owner_to_timeline_media.edges[0].node.edge_media_to_comment.count",
      "external_url",
      "full_name",
      "is_verified"
    ])
    assert.notInclude(JSON.stringify(issues), "secret-value")
  })

  it("costs a post its place only when id or shortcode is gone", () => {
    const { issues, posts } = decoded(userObject({
      edge_owner_to_timeline_media: {
        count: 4,
        edges: [{ node: mediaNode(1, { id: null }) }, 5, { node: null }, { node: { id: "6", shortcode: "Bare" } }]
      }
    }))
    assert.deepStrictEqual(posts.map((post) => post.shortcode), ["Bare"])
    assert.deepStrictEqual(issues.map((issue) => issue.path), [
      "edge_owner_to_timeline_media.edges[1].node",
      "edge_owner_to_timeline_media.edges[2].node",
      "edge_owner_to_timeline_media.edges[0].node.id"
    ])
  })

  it("is unknown rather than wrong: counts beyond 2^53 or below zero, dates out of range, a huge duration", () => {
    const { posts, profile } = decoded(userObject({
      edge_followed_by: { count: 1e300 },
      edge_follow: { count: -5 },
      highlight_reel_count: 1.5,
      edge_owner_to_timeline_media: {
        count: 2 ** 53,
        edges: [{ node: reelNode(1, { taken_at_timestamp: 1_750_000_000_000, video_duration: 1e9, video_view_count: -1 }) }]
      }
    }))
    assert.deepInclude(profile, { followers_count: null, following_count: null, highlight_reel_count: null, posts_count: null })
    assert.deepInclude(posts[0], { taken_at_timestamp: null, video_duration: null, video_view_count: null })
  })

  it("is refused whole when it is absurd: 501 posts, 65 levels, 2,001 members, 100,000 values", () => {
    const posts = (count: number) =>
      userObject({ edge_owner_to_timeline_media: { edges: Array.from({ length: count }, (_, i) => ({ node: mediaNode(i) })) } })
    const zeros = (length: number) => Array.from({ length }, () => 0)
    let deep: unknown = 1
    for (let i = 0; i < 65; i++) deep = [deep]
    assert.isTrue(Result.isSuccess(decodeUser(posts(500))))
    const refused: ReadonlyArray<readonly [object, string]> = [
      [posts(501), "more than 500 posts"],
      [userObject({ deep }), "more than 64 levels"],
      [userObject({ wide: zeros(2001) }), "more than 2000 members"],
      [userObject({ many: Array.from({ length: 100 }, () => zeros(1000)) }), "more than 100000 values"]
    ]
    for (const [user, limit] of refused) {
      const failure = Result.getOrThrow(Result.flip(decodeUser(user)))
      assert.deepInclude(failure, { _tag: "ContractBroken", kind: "wrong_shape" })
      assert.deepStrictEqual(failure.paths, [limit])
    }
  })

  it("lists at most 100 issues", () => {
    const { issues } = decoded(userObject({ bio_links: Array.from({ length: 100 }, () => ({ title: 1, url: 2 })) }))
    assert.strictEqual(issues.length, 100)
  })
})

describe("hostile text", () => {
  const hostile = (json: string) =>
    Result.getOrThrow(decodeProfile(JSON.stringify(content(userObject())).replace("\"Sample Studio\"", json)))

  it("leaves no NUL and no half of a surrogate pair, in the raw object neither", () => {
    const result = hostile(`"a\\u0000b\\ud800c", "\\u0000k\\udc00": "\\u0000"`)
    assert.strictEqual(result.profile.full_name, "ab\ufffdc")
    assert.deepInclude(result.raw, { full_name: "ab\ufffdc", "k\ufffd": "" })
  })

  it("keeps prototype keys harmless", () => {
    const result = hostile(`"x", "__proto__": {"is_private": true, "polluted": 1}, "constructor": {"prototype": {}}`)
    assert.strictEqual(result.profile.availability, "available")
    assert.isFalse(Object.hasOwn(result.raw, "__proto__"))
    assert.isFalse("polluted" in {})
    assert.isTrue(isDecodedProfile(result))
  })

  it("keeps the digits of 64-bit numbers", () => {
    assert.strictEqual(hostile(`"x", "pk": 2317006284167526179`).raw.pk, "2317006284167526179")
  })

  it("too long to be true becomes null", () => {
    assert.isNull(hostile(`"${"x".repeat(20_001)}"`).profile.full_name)
  })
})
