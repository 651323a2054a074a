import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { AtPosting, atPosting, atPostingRegistry, type PostedPost } from "../../../src/insights/history/AtPosting.ts"

const post: PostedPost = {
  shortcode: "a",
  posted_at: "2026-01-10T12:00:00.000Z",
  updated_at: "2026-02-01T00:00:00.000Z",
  relation: "owner",
  likes_count: 190,
  likes_hidden: false,
  comments_count: 10
}
const at = (taken_at: string, followers_count: number | null) => ({ taken_at, followers_count })
const of = (given: Partial<PostedPost>, snapshots: ReadonlyArray<ReturnType<typeof at>>, isPrivate: boolean | null = false) => {
  const [found] = atPosting(isPrivate, [{ ...post, ...given }], snapshots)
  return Schema.decodeUnknownSync(AtPosting)(found)
}

describe("Followers at posting time", () => {
  it.each(atPostingRegistry.map((method) => [method.method, method] as const))(
    "the worked example of %s gives what it says",
    (_, { example }) => {
      const { posts, snapshots } = example.input as unknown as {
        posts: ReadonlyArray<PostedPost>
        snapshots: ReadonlyArray<ReturnType<typeof at>>
      }
      const name = example.figure.split(".")[1] as "followers_at_post" | "engagement_rate_at_post"
      assert.deepStrictEqual(atPosting(false, posts, snapshots)[0]?.[name].value, example.output)
    }
  )

  it("are those of the nearest snapshot within three days, before or after, in whatever order they come", () => {
    const snapshots = [
      at("2026-01-12T12:00:00.000Z", 2000),
      at("2026-01-09T12:00:00.000Z", 1000),
      at("2026-01-10T13:00:00.000Z", null)
    ]
    for (const order of [snapshots, snapshots.toReversed()]) {
      const { engagement_rate_at_post, followers_at_post } = of({}, order)
      assert.deepStrictEqual([followers_at_post.value, followers_at_post.as_of], [1000, "2026-01-09T12:00:00.000Z"])
      assert.strictEqual(engagement_rate_at_post.value, 20)
    }
    assert.strictEqual(of({}, [at("2026-01-13T12:00:00.000Z", 5)]).followers_at_post.value, 5)
  })

  it("are not guessed where the nearest snapshot is more than three days away, or there is none", () => {
    for (const snapshots of [[], [at("2026-01-13T12:00:00.001Z", 5)], [at("2026-01-07T11:59:59.999Z", 5)]]) {
      const { engagement_rate_at_post, followers_at_post } = of({}, snapshots)
      assert.deepStrictEqual([followers_at_post.reason, engagement_rate_at_post.reason], [
        "too_few_snapshots",
        "too_few_snapshots"
      ])
    }
  })

  it("say why there is no rate: hidden, without followers, not received, another's post, or private", () => {
    const near = [at("2026-01-10T12:00:00.000Z", 1000)]
    const reason = (found: AtPosting) => found.engagement_rate_at_post.reason
    assert.strictEqual(reason(of({ likes_count: null, likes_hidden: true }, near)), "hidden_by_owner")
    assert.strictEqual(reason(of({}, [at("2026-01-10T12:00:00.000Z", 0)])), "no_followers")
    assert.strictEqual(reason(of({ comments_count: null }, near)), "not_collected")
    assert.strictEqual(reason(of({ posted_at: null }, near)), "not_collected")
    assert.strictEqual(reason(of({ relation: "collaborator" }, near)), "not_collected")
    assert.strictEqual(reason(of({}, near, true)), "private")
  })
})
