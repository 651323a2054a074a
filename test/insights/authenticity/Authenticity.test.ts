import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { unavailable } from "../../../src/analytics/Figure.ts"
import { Method } from "../../../src/analytics/Method.ts"
import {
  Authenticity,
  authenticity_score,
  authenticityOf,
  authenticityRegistry
} from "../../../src/insights/authenticity/Authenticity.ts"
import { type FactorName, factors } from "../../../src/insights/authenticity/FactorMethods.ts"
import { multiplierOf, scoreOf, type Surroundings } from "../../../src/insights/authenticity/Factors.ts"
import { postsOf, profileOf } from "../../analytics/support.ts"
import { assertHonestInsight } from "../support/honest.ts"
import { type Account, AS_OF, auc, type Fraud, population } from "./population.ts"

const none = (method: string) => unavailable({ method, version: 1 }, AS_OF, "not_collected")
const nothing: Surroundings = {
  repetition: none("comment_repetition"),
  recurring: none("recurring_commenters"),
  spikes: none("authenticity_follower_spikes")
}

const scoreFor = ({ around, posts, profile }: Account) => authenticityOf(profile, posts, around, AS_OF).authenticity_score.value

describe("planted fraud", () => {
  const make = population(2026)
  const ordinary = Array.from({ length: 400 }, () => make(null))
  const frauds: ReadonlyArray<Fraud> = ["bought_followers", "bought_likes", "pod", "repeated_comments"]
  const planted = frauds.map((fraud) => [fraud, Array.from({ length: 100 }, () => make(fraud))] as const)
  const scoresOf = (accounts: ReadonlyArray<Account>) => accounts.flatMap((account) => scoreFor(account) ?? [])
  const honest = scoresOf(ordinary)

  it("is separated from ordinary accounts: AUC at least 0.9 over all", () => {
    const each = planted.map(([fraud, accounts]) => [fraud, auc(honest, scoresOf(accounts))] as const)
    const all = auc(honest, planted.flatMap(([, accounts]) => scoresOf(accounts)))
    console.info("AUC", { all: all.toFixed(3), ...Object.fromEntries(each.map(([fraud, value]) => [fraud, value.toFixed(3)])) })
    assert.isAtLeast(all, 0.9)
    for (const [fraud, value] of each) assert.isAtLeast(value, 0.85, fraud)
  })

  it("is judged in nearly every account, and ordinary ones stand well above half", () => {
    assert.isAtLeast(honest.length, 0.99 * ordinary.length)
    assert.isAtLeast(honest.toSorted((a, b) => a - b)[Math.floor(honest.length / 2)] ?? 0, 70)
  })
})

describe("each factor", () => {
  const names = Object.keys(factors) as ReadonlyArray<FactorName>

  it.each(names)("is monotonic in its input: %s", (name) => {
    const inputs = [0, ...Array.from({ length: 400 }, (_, n) => 10 ** (n / 50 - 4))]
    const scores = inputs.map((input) => scoreOf(name, input))
    for (let i = 1; i < scores.length; i++) {
      const [before = 0, after = 0] = [scores[i - 1], scores[i]]
      assert.isTrue(factors[name].rising ? after >= before : after <= before, `${name} at ${inputs[i]}`)
      assert.isTrue(after >= 0 && after <= 1)
    }
    assert.strictEqual(scoreOf(name, factors[name].half), 0.5)
  })

  it.each(names)("works out the example of %s", (name) => {
    const { input, output } = factors[name].method.example
    assert.closeTo(scoreOf(name, (input as { input: number }).input), (output as { score: number }).score, 1e-8)
  })

  it("multiplies the score by what it says", () => {
    const authenticity = authenticityOf(
      profileOf({ followers_count: 10_000, following_count: 20_000 }),
      sixPosts(),
      nothing,
      AS_OF
    )
    const product = Object.values(authenticity.factors).reduce((all, { value }) => all * (value?.multiplier ?? 1), 100)
    assert.closeTo(authenticity.authenticity_score.value ?? 0, product, 1e-4)
    assert.closeTo(authenticity.factors.following_ratio.value?.multiplier ?? 0, multiplierOf("following_ratio", 2), 1e-8)
  })
})

describe("the score", () => {
  it("is what its example says", () => {
    const { input, output } = authenticity_score.example as unknown as {
      input: { profile: object; posts: ReadonlyArray<object> }
      output: number
    }
    const { authenticity_score: score } = authenticityOf(profileOf(input.profile), postsOf(input.posts), nothing, AS_OF)
    assert.strictEqual(score.value, output)
  })

  it("abstains below six posts, without followers, of a private account and with hidden likes", () => {
    const six = sixPosts()
    const profile = profileOf({ followers_count: 10_000 })
    const reasons = [
      authenticityOf(profileOf({ followers_count: 10_000, posts_count: 5 }), six.slice(0, 5), nothing, AS_OF),
      authenticityOf(profileOf({ followers_count: 0 }), six, nothing, AS_OF),
      authenticityOf(profileOf({}), six, nothing, AS_OF),
      authenticityOf(profileOf({ followers_count: 10_000, is_private: true }), six, nothing, AS_OF),
      authenticityOf(profile, six.map((post) => ({ ...post, likes_count: null, likes_hidden: true })), nothing, AS_OF),
      authenticityOf(profile, [], nothing, AS_OF)
    ].map(({ authenticity_score: { reason, value } }) => [value, reason])
    assert.deepStrictEqual(reasons, [
      [null, "too_few_posts"],
      [null, "no_followers"],
      [null, "not_collected"],
      [null, "private"],
      [null, "hidden_by_owner"],
      [null, "not_collected"]
    ])
  })

  it("is valid, honest, and the same in whatever order posts come", () => {
    const make = population(3)
    for (let n = 0; n < 20; n++) {
      const { around, posts, profile } = make(n % 2 === 0 ? null : "pod")
      const authenticity = authenticityOf(profile, posts, around, AS_OF)
      Schema.decodeUnknownSync(Authenticity)(JSON.parse(JSON.stringify(authenticity)))
      assert.strictEqual(assertHonestInsight(authenticity), 9)
      assert.deepStrictEqual(authenticityOf(profile, posts.toReversed(), around, AS_OF), authenticity)
      const { interval, value } = authenticity.authenticity_score
      if (interval !== null && value !== null) assert.isTrue(interval.low <= value && value <= interval.high)
    }
  })

  it("has a registry that can be served", () => {
    Schema.encodeSync(Schema.Array(Method))(authenticityRegistry)
  })
})

const sixPosts = () => postsOf([100, 200, 400, 100, 200, 400].map((likes_count) => ({ likes_count, comments_count: 9 })))
