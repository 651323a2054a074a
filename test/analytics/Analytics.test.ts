import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Effect, Schema } from "effect"
import { Analytics, analyze } from "../../src/analytics/Analytics.ts"
import { postEngagementRate } from "../../src/analytics/EngagementRate.ts"
import { registry } from "../../src/analytics/Registry.ts"
import { PostSample, ProfileSample } from "../../src/analytics/Sample.ts"
import { study } from "../../src/analytics/Study.ts"
import { AS_OF, figuresOf, likelyPosts, likelyProfile, numbersOf, postsOf, profileOf } from "./support.ts"

const anyProfile = Arbitrary.schema(ProfileSample)
const anyPosts = Arbitrary.schema(Schema.Array(PostSample))
const methods = new Map(registry.map((method) => [`${method.method} ${method.version}`, method]))

describe("Analytics", () => {
  for (const [kind, profiles, feeds] of [["any", anyProfile, anyPosts], ["a likely", likelyProfile, likelyPosts]] as const) {
    it.effect.prop(
      `of ${kind} sample encode, decode and keep their bytes`,
      [profiles, feeds],
      ([profile, posts]) =>
        Effect.gen(function*() {
          const analytics = analyze(profile, posts, AS_OF)
          const encoded = yield* Schema.encodeEffect(Analytics)(analytics)
          assert.strictEqual(JSON.stringify(encoded), JSON.stringify(analytics))
          const decoded = yield* Schema.decodeUnknownEffect(Analytics)(JSON.parse(JSON.stringify(encoded)))
          assert.strictEqual(JSON.stringify(decoded), JSON.stringify(analytics))
        })
    )

    it.prop(`of ${kind} sample hold no NaN, no infinity and no -0`, [profiles, feeds], ([profile, posts]) => {
      for (const [path, value] of numbersOf(analyze(profile, posts, AS_OF))) {
        assert.isTrue(Number.isFinite(value) && !Object.is(value, -0), `${path}: ${value}`)
      }
    })

    it.prop(`of ${kind} sample name registered methods and stay in their range`, [profiles, feeds], ([profile, posts]) => {
      for (const [path, figure] of figuresOf(analyze(profile, posts, AS_OF))) {
        const method = methods.get(`${figure.method} ${figure.version}`)
        assert.isDefined(method, path)
        assert.strictEqual(figure.as_of, AS_OF)
        if (typeof figure.value !== "number" || method === undefined) continue
        assert.isNotNull(method.range, path)
        assert.isAtLeast(figure.value, method.range?.low ?? Number.NaN, path)
        assert.isAtMost(figure.value, method.range?.high ?? Infinity, path)
        if (figure.interval !== null) {
          assert.isTrue(figure.interval.low <= figure.value && figure.value <= figure.interval.high, path)
        }
      }
    })

    it.prop(
      `of ${kind} sample do not depend on order or repetition`,
      [profiles, feeds, Schema.Int],
      ([profile, posts, seed]) => {
        const bytes = (posts: ReadonlyArray<PostSample>) => JSON.stringify(analyze(profile, posts, AS_OF))
        const expected = bytes(posts)
        assert.strictEqual(bytes(posts.toReversed()), expected)
        const cut = Math.abs(seed) % (posts.length + 1)
        assert.strictEqual(bytes([...posts.slice(cut), ...posts.slice(0, cut)]), expected)
        assert.strictEqual(bytes([...posts, ...posts.slice(cut)]), expected)
      }
    )
  }

  it.prop(
    "are computed in one order, so that not even the last bit of a sum can differ",
    [likelyProfile, likelyPosts],
    ([profile, posts]) => {
      assert.deepStrictEqual(study(profile, posts.toReversed(), AS_OF).posts, study(profile, posts, AS_OF).posts)
    }
  )

  it.prop("take unknown likes for no post at all, never for zero", [likelyProfile, likelyPosts], ([profile, posts]) => {
    // Distinct posts: a copy would fill the gap.
    const distinct = posts.map((post, index) => ({ ...post, shortcode: `p${index}` }))
    const unknown = distinct.map((post, index) => index % 2 === 0 ? { ...post, likes_count: null } : post)
    const all = analyze(profile, unknown, AS_OF)
    const known = analyze(profile, unknown.filter((post) => post.likes_count !== null), AS_OF)
    for (const figure of ["avg_likes", "median_likes"] as const) {
      assert.strictEqual(all.averages[figure].value, known.averages[figure].value)
    }
    for (const figure of ["engagement_rate", "engagement_rate_mean", "like_comment_ratio"] as const) {
      assert.strictEqual(all.engagement[figure].value, known.engagement[figure].value)
    }
  })

  it.prop("of an empty payload hold no number about engagement", [ProfileSample], ([profile]) => {
    const { averages, best_times, cadence, engagement, influence } = analyze(profile, [], AS_OF)
    const { engagement_rate_by_type, ...rates } = engagement
    for (
      const figure of [
        ...Object.values(rates),
        ...Object.values(engagement_rate_by_type),
        ...Object.values(averages),
        ...Object.values(cadence),
        best_times,
        influence.influence_score
      ]
    ) {
      assert.isNull(figure.value)
      assert.isNotNull(figure.reason)
    }
  })

  it("are no number at all for the recorded shapes of nothing: unknown profile, no posts", () => {
    const values = figuresOf(analyze(profileOf({}), [], AS_OF)).filter(([, figure]) => figure.value !== null)
    assert.deepStrictEqual(values.map(([path]) => path), ["data_quality.data_quality_score"])
  })

  it.effect("answer most figures for most likely samples, so that the properties above are about something", () =>
    Effect.gen(function*() {
      const samples = yield* Arbitrary.sampleEffect(
        Arbitrary.all([likelyProfile, likelyPosts]),
        {
          count: 200,
          size: 30,
          seed: 1
        }
      )
      const answered = samples.filter(([profile, posts]) =>
        analyze(profile, posts, AS_OF).engagement.engagement_rate.value !== null
      )
      assert.isAbove(answered.length, 50)
    }))

  it("keep exact counts beyond 32 bits", () => {
    const posts = postsOf([1, 2, 3].map(() => ({ media_type: "reel", plays_count: 4_000_000_001 })))
    assert.strictEqual(analyze(profileOf({}), posts, AS_OF).averages.avg_plays.value, 4_000_000_001)
  })
})

describe("Engagement rate of a post", () => {
  const post = { likes_count: 90, likes_hidden: false, comments_count: 10 }

  it("is percent of followers", () => {
    assert.strictEqual(postEngagementRate(post, 10_000), 1)
    assert.strictEqual(postEngagementRate({ ...post, likes_count: 0, comments_count: 0 }, 10_000), 0)
  })

  it("is null where a part is unknown, hidden or 0 followers", () => {
    assert.isNull(postEngagementRate(post, null))
    assert.isNull(postEngagementRate(post, 0))
    assert.isNull(postEngagementRate({ ...post, likes_count: null }, 10_000))
    assert.isNull(postEngagementRate({ ...post, likes_count: -1 }, 10_000))
    assert.isNull(postEngagementRate({ ...post, likes_hidden: true }, 10_000))
    assert.isNull(postEngagementRate({ ...post, comments_count: null }, 10_000))
  })
})
