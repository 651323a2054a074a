import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { accountFor, dayOf, timelineFor } from "../../../src/sandbox/vendor/Account.ts"
import { idOfShortcode, secondsOf } from "../../../src/sandbox/vendor/MediaId.ts"
import { personaOf } from "../../../src/sandbox/vendor/Persona.ts"
import { latestPosts } from "../../../src/sandbox/vendor/Post.ts"
import { postDetail } from "../../../src/sandbox/vendor/PostDetail.ts"
import { voices } from "../../../src/sandbox/vendor/voices/Voices.ts"

const now = Date.UTC(2026, 10, 25, 18, 30)
const oneDay = 86_400_000
const many = Array.from({ length: 200 }, (_, index) => accountFor(`somebody_${index}`, now))
const nodes = many.flatMap((account) => account.edge_owner_to_timeline_media.edges.map(({ node }) => ({ account, node })))

describe("accountFor", () => {
  const Username = Schema.String.check(Schema.isPattern(/^[a-z0-9._]{1,30}$/))

  it.prop("makes a coherent account of any username", { username: Username }, ({ username }) => {
    const account = accountFor(username, now)
    assert.deepStrictEqual(accountFor(username, now + 3_600_000), account, "an hour later, the same day")
    assert.strictEqual(account.username, username)
    assert.match(account.id, /^[1-9]\d{8,10}$/)
    assert.isAbove(account.edge_followed_by.count, 0)
    const { count, edges } = account.edge_owner_to_timeline_media
    assert.isAtMost(edges.length, 12)
    assert.isAtLeast(count, edges.length)
    const videos = account.edge_felix_video_timeline.edges
    for (const { node } of [...edges, ...videos]) {
      assert.strictEqual(String(idOfShortcode(node.shortcode)), node.id)
      assert.strictEqual(secondsOf(BigInt(node.id)), node.taken_at_timestamp)
      assert.isBelow(node.taken_at_timestamp * 1000, now)
      assert.strictEqual(node.edge_liked_by.count, node.edge_media_preview_like.count)
      assert.isAtLeast(node.edge_liked_by.count, node.like_and_view_counts_disabled ? -1 : 0)
    }
    assert.strictEqual(new Set(edges.map(({ node }) => node.id)).size, edges.length, "no post twice")
  }, { arbitrary: { runs: 40 } })

  it("has the size of a recorded profile", () => {
    const sizes = many.map((account) => JSON.stringify(account).length).sort((a, b) => a - b)
    assert.isAbove(sizes[0] as number, 40_000)
    assert.isAbove(sizes[100] as number, 100_000)
    assert.isBelow(sizes[199] as number, 400_000)
  })

  it("keeps posts from day to day, adds new ones and lets followers drift in both directions", () => {
    const days = Array.from({ length: 60 }, (_, day) => accountFor("slow.river", now + day * oneDay))
    const texts = new Map<string, string | undefined>()
    for (const account of days) {
      for (const { node } of account.edge_owner_to_timeline_media.edges) {
        const text = node.edge_media_to_caption.edges[0]?.node.text
        assert.strictEqual(texts.has(node.id) ? texts.get(node.id) : text, text)
        texts.set(node.id, text)
      }
    }
    const counts = days.map((account) => account.edge_owner_to_timeline_media.count)
    assert.deepStrictEqual(counts, [...counts].sort((a, b) => a - b))
    assert.isAbove(counts[59] as number, counts[0] as number)
    const changes = Array.from(
      { length: 59 },
      (_, day) => (days[day + 1] as typeof days[0]).edge_followed_by.count - (days[day] as typeof days[0]).edge_followed_by.count
    )
    assert.isTrue(changes.some((change) => change > 0) && changes.some((change) => change < 0), "followers rise and fall")
    assert.isTrue(changes.every((change) => Math.abs(change) < days[0]!.edge_followed_by.count * 0.01))
  })

  it("knows no time before 2020, where every account exists already", () => {
    assert.deepStrictEqual(accountFor("nadia", 0), accountFor("nadia", Date.UTC(2020, 0, 1)))
    assert.lengthOf(accountFor("nadia", 0).edge_owner_to_timeline_media.edges, 12)
  })

  it("links expire within days and lead nowhere", () => {
    const { profile_pic_url } = accountFor("nadia", now)
    const url = new URL(profile_pic_url)
    assert.isTrue(url.hostname.endsWith(".invalid"))
    const expiry = Number.parseInt(url.searchParams.get("oe") as string, 16) * 1000
    assert.isTrue(expiry > now && expiry < now + 5 * oneDay)
    assert.notStrictEqual(accountFor("nadia", now + oneDay).profile_pic_url, profile_pic_url)
  })
})

describe("among 200 accounts", () => {
  const share = (found: number, of: number) => found / of

  it("sizes go from nano to mega", () => {
    const followers = many.map((account) => account.edge_followed_by.count).sort((a, b) => a - b)
    assert.isBelow(followers[20] as number, 10_000)
    assert.isAbove(followers[180] as number, 1_000_000)
  })

  it("engagement is of the published order and falls with size", () => {
    const rates = many.map((account) => {
      const known = account.edge_owner_to_timeline_media.edges
        .map(({ node }) => node.edge_liked_by.count + node.edge_media_to_comment.count)
        .filter((engagement) => engagement >= 0)
        .sort((a, b) => a - b)
      return {
        followers: account.edge_followed_by.count,
        rate: known[Math.floor(known.length / 2)] as number / account.edge_followed_by.count
      }
    })
    const median = (of: typeof rates) => of.map(({ rate }) => rate).sort((a, b) => a - b)[Math.floor(of.length / 2)] as number
    const small = median(rates.filter(({ followers }) => followers < 10_000))
    const large = median(rates.filter(({ followers }) => followers > 1_000_000))
    assert.isTrue(small > 0.008 && small < 0.05, `small: ${small}`)
    assert.isTrue(large > 0.002 && large < 0.01, `large: ${large}`)
  })

  it("every language speaks", () => {
    const languages = new Set(many.map((account) => personaOf(account.username).voice.language))
    assert.strictEqual(languages.size, voices.length)
  })

  it("every trap of a recorded payload is there", () => {
    const found = {
      "no caption": nodes.filter(({ node }) => node.edge_media_to_caption.edges.length === 0),
      "hidden likes": nodes.filter(({ node }) => node.edge_liked_by.count === -1),
      "a foreign owner": nodes.filter(({ account, node }) =>
        node.owner.id !== account.id && node.coauthor_producers[0]?.id === account.id
      ),
      "a co-author": nodes.filter(({ account, node }) => node.owner.id === account.id && node.coauthor_producers.length > 0),
      "a pinned post": nodes.filter(({ account, node }) => node.pinned_for_users[0]?.id === account.id),
      "tagged users": nodes.filter(({ node }) => node.edge_media_to_tagged_user.edges.length > 0),
      "a location": nodes.filter(({ node }) => node.location !== null),
      "a carousel with a video": nodes.filter(({ node }) =>
        node.edge_sidecar_to_children?.edges.some((child) => child.node.is_video)
      ),
      "a reel with plays": nodes.filter(({ node }) => "video_play_count" in node && node.product_type === "clips"),
      "a reel without plays": nodes.filter(({ node }) => "product_type" in node && !("video_play_count" in node)),
      "a photo": nodes.filter(({ node }) => node.__typename === "GraphImage")
    }
    for (const [trap, hits] of Object.entries(found)) assert.isAbove(hits.length, 5, trap)
    assert.isBelow(share(found["hidden likes"].length, nodes.length), 0.15)
  })

  it("pinned posts break the order of dates", () => {
    const times = (account: typeof many[0]) =>
      account.edge_owner_to_timeline_media.edges.map(({ node }) => node.taken_at_timestamp)
    const unordered = many.filter((account) =>
      (times(account)[0] as number) < (times(account)[times(account).length - 1] as number)
    )
    assert.isAbove(unordered.length, 10)
  })

  it("the video list repeats posts of the timeline", () => {
    const repeating = many.filter((account) => {
      const shortcodes = account.edge_owner_to_timeline_media.edges.map(({ node }) => node.shortcode)
      return account.edge_felix_video_timeline.edges.some(({ node }) => shortcodes.includes(node.shortcode))
    })
    assert.isAbove(share(repeating.length, many.length), 0.3)
  })

  it("related profiles number from 0 to 80 and never say how many follow them", () => {
    const counts = new Set(many.map((account) => account.edge_related_profiles.edges.length))
    assert.isTrue(counts.has(0) && counts.has(80))
    const [some] = many.flatMap((account) => account.edge_related_profiles.edges)
    assert.deepStrictEqual(Object.keys(some?.node ?? {}).sort(), [
      "full_name",
      "id",
      "is_private",
      "is_verified",
      "profile_pic_url",
      "username"
    ])
  })

  it("a sponsor is disclosed where a post has one", () => {
    const sponsored = many.flatMap((account) => latestPosts(personaOf(account.username), dayOf(now), 12)).filter(({ sponsor }) =>
      sponsor !== null
    )
    assert.isAbove(sponsored.length, 50)
    for (const { caption, sponsor } of sponsored) assert.include(caption, `@${sponsor}`)
  })
})

describe("comments", () => {
  it("a user-posts answer has up to four a post, a post answer up to 50 threads, and both count more than they list", () => {
    for (const { username } of many.slice(0, 40)) {
      for (const { node } of timelineFor(username, now).edges) {
        const listed = node.edge_media_to_comment.edges ?? []
        assert.isAtMost(listed.length, 4)
        assert.isAtLeast(node.edge_media_to_comment.count, listed.length)
        assert.isFalse("edge_liked_by" in node)
      }
      for (const post of latestPosts(personaOf(username), dayOf(now), 3)) {
        const { count, edges } = postDetail(post, dayOf(now)).edge_media_to_parent_comment
        assert.isAtMost(edges.length, 50)
        assert.strictEqual(count, post.comments)
        assert.isAtLeast(count, edges.reduce((sum, { node }) => sum + 1 + node.edge_threaded_comments.edges.length, 0))
      }
    }
  })

  it("three in ten have no word, two in a hundred no text, and no comment is older than its post", () => {
    const details = many
      .flatMap(({ username }) => latestPosts(personaOf(username), dayOf(now), 4))
      .map((post) => postDetail(post, dayOf(now)))
    const comments = details.flatMap((detail) =>
      detail.edge_media_to_parent_comment.edges.map(({ node }) => ({ node, takenAt: detail.taken_at_timestamp }))
    )
    const wordless = comments.filter(({ node }) => node.text !== "" && !/\p{L}/u.test(node.text))
    const empty = comments.filter(({ node }) => node.text === "")
    assert.approximately(share(wordless.length, comments.length), 0.29, 0.03)
    assert.approximately(share(empty.length, comments.length), 0.02, 0.01)
    assert.isTrue(comments.every(({ node, takenAt }) => node.created_at >= takenAt && node.created_at * 1000 <= now))
    const lengths = comments.map(({ node }) => node.text.length).sort((a, b) => a - b)
    assert.approximately(lengths[Math.floor(lengths.length / 2)] as number, 14, 6)
  })

  const share = (found: number, of: number) => found / of
})
