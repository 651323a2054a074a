import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import * as fc from "fast-check"
import type { Campaign } from "../../src/campaigns/Campaign.ts"
import { campaignRegistry } from "../../src/campaigns/CampaignMethods.ts"
import { CampaignReport, reportOf } from "../../src/campaigns/CampaignReport.ts"
import type { PostRow, ProfileRow } from "../../src/campaigns/CampaignRows.ts"
import { ProfileId } from "../../src/profiles/Profile.ts"
import { at, campaignOf, postOf, profileOf } from "./samples.ts"

const decodeReport = Schema.decodeUnknownSync(CampaignReport, { onExcessProperty: "error" })

/** Every figure of a report by its path. */
const figuresIn = (
  value: unknown,
  path = ""
): ReadonlyArray<readonly [string, { method: string; value: unknown; reason: unknown }]> => {
  if (typeof value !== "object" || value === null) return []
  if ("method" in value && "status" in value) return [[path, value as never]]
  return Object.entries(value).flatMap(([key, member]) => figuresIn(member, path === "" ? key : `${path}.${key}`))
}

describe("a campaign's report", () => {
  const example = Schema.decodeUnknownSync(Schema.Struct({
    campaign: Schema.optionalKey(Schema.Record(Schema.String, Schema.Json)),
    profiles: Schema.optionalKey(Schema.Array(Schema.Record(Schema.String, Schema.Json))),
    posts: Schema.optionalKey(Schema.Array(Schema.Record(Schema.String, Schema.Json)))
  }))

  it.each(campaignRegistry.map((method) => [method.method, method] as const))("works out the example of %s", (name, method) => {
    const { campaign, posts, profiles } = example(method.example.input)
    const report = reportOf(
      campaignOf(campaign as Partial<Campaign>),
      (profiles ?? []).map((profile, i) => profileOf(i, profile as Partial<ProfileRow>)),
      (posts ?? []).map((post, i) => postOf(i, post as Partial<PostRow>))
    )
    const figure = new Map(figuresIn(decodeReport(report))).get(method.example.figure)
    assert.strictEqual(figure?.method, name)
    assert.deepStrictEqual(figure?.value, method.example.output)
  })

  it("holds no figure of a method that is not registered, and every registered one", () => {
    const report = reportOf(campaignOf({ campaign_goals: { likes: 1 } }), [profileOf(1)], [postOf(1)])
    const emitted = new Set(figuresIn(report).map(([, { method }]) => method))
    for (const ofOtherRooms of ["reach", "impressions", "post_engagement_rate"]) assert.isTrue(emitted.delete(ofOtherRooms))
    assert.sameMembers([...emitted], campaignRegistry.map(({ method }) => method))
  })

  it("counts posts of its days alone, both included, in UTC; says which it leaves out and why", () => {
    const report = reportOf(campaignOf({ start_date: "2026-01-10", end_date: "2026-01-12" }), [], [
      postOf(1, { likes_count: 1, posted_at: at("2026-01-09", "23:59:59.999") }),
      postOf(2, { likes_count: 10, posted_at: at("2026-01-10", "00:00:00.000") }),
      postOf(3, { likes_count: 100, posted_at: at("2026-01-12", "23:59:59.999") }),
      postOf(4, { likes_count: 1000, posted_at: at("2026-01-13", "00:00:00.000") }),
      postOf(5, { likes_count: 10_000, posted_at: null }),
      postOf(6, { posted_at: at("2026-01-11"), unlocked: false })
    ])
    assert.strictEqual(report.totals.likes.value, 110)
    assert.strictEqual(report.totals.posts.value, 3)
    assert.deepInclude(report.totals.likes.sample, { size: 2, unit: "posts" })
    assert.deepStrictEqual(report.left_out, { outside_dates: 2, undated: 1, locked: 1 })
    assert.deepStrictEqual(
      new Map(report.posts.map((post) => [post.shortcode, post.left_out])),
      new Map([["Post1", "outside_dates"], ["Post2", null], ["Post3", null], ["Post4", "outside_dates"], ["Post5", "undated"], [
        "Post6",
        "locked"
      ]])
    )
    const undated = reportOf(campaignOf(), [], [postOf(5, { likes_count: 7, posted_at: null })])
    assert.strictEqual(undated.totals.likes.value, 7, "without dates everything counts")
  })

  it("says why there is no figure, and never 0 for what is unknown", () => {
    const reasonOf = (posts: ReadonlyArray<PostRow>, campaign: Partial<Campaign> = {}) =>
      reportOf(campaignOf(campaign), [], posts).totals
    assert.strictEqual(reasonOf([]).likes.reason, "too_few_posts")
    assert.strictEqual(reasonOf([]).posts.value, 0)
    assert.strictEqual(reasonOf([]).followers.reason, "too_few_profiles")
    assert.strictEqual(reasonOf([postOf(1, { unlocked: false })]).likes.reason, "access_required")
    assert.strictEqual(reasonOf([postOf(1, { likes_hidden: true, comments_count: 3 })]).engagement.reason, "hidden_by_owner")
    assert.strictEqual(reasonOf([postOf(1, { likes_hidden: true, comments_count: 3 })]).comments.value, 3)
    assert.strictEqual(reasonOf([postOf(1)]).likes.reason, "not_collected")
    assert.strictEqual(reasonOf([postOf(1, { media_type: "photo" })]).plays.reason, "too_few_posts")
    assert.strictEqual(reasonOf([postOf(1, { likes_count: 0, comments_count: 0 })]).engagement.value, 0)
    const paid = { budget: "10.00", currency: "EUR" }
    assert.strictEqual(
      reasonOf([postOf(1, { likes_count: 0, comments_count: 0 })], paid).cost_per_engagement.reason,
      "no_engagement"
    )
    assert.strictEqual(reasonOf([postOf(1, { likes_count: 1, comments_count: 1 })]).cost_per_engagement.reason, "not_stated")
    assert.strictEqual(reasonOf([postOf(1, { likes_count: 1, comments_count: 1 })], paid).cost_per_engagement.value, 5)
    assert.strictEqual(
      reasonOf([postOf(1, { likes_count: 1, comments_count: 1 })], { budget: "0.00", currency: "EUR" }).cost_per_engagement.value,
      0
    )
    assert.strictEqual(reasonOf([]).reach.reason, "not_supported")
  })

  it("gives a post to each of its profiles, and a profile without access the way to it", () => {
    const both = [ProfileId.make("profile 1"), ProfileId.make("profile 2")]
    const report = reportOf(campaignOf(), [
      profileOf(2, { unlocked: false, priority: 5 }),
      profileOf(1, { followers_count: 100 }),
      profileOf(3, { priority: 1 })
    ], [
      postOf(1, { likes_count: 5, listed_by: both }),
      postOf(2, { likes_count: 7, listed_by: both.slice(0, 1) })
    ])
    assert.deepStrictEqual(
      report.profiles.map((profile) => [`${profile.username}`, profile.posts.value, profile.likes.value, profile.unlock]),
      [
        ["creator.3", 0, null, null],
        ["creator.2", 1, 5, "/profile/creator.2"],
        ["creator.1", 2, 12, null]
      ]
    )
    assert.strictEqual(report.totals.likes.value, 12, "once in the total")
    assert.deepInclude(report.totals.followers, { value: 100, sample: { size: 1, unit: "profiles", from: null, to: null } })
  })

  it("measures goals that can be counted; what an old campaign holds beside them is nobody's figure", () => {
    const campaign_goals = { likes: 200, engagement_rate: 2, reach: 5000, posts: "many", comments: -1 }
    const { goals } = reportOf(campaignOf({ campaign_goals }), [], [postOf(1, { likes_count: 300, engagement_rate: null })])
    assert.deepStrictEqual(
      goals.map(({ actual, metric, progress, target }) => [metric, target, actual.value, progress.value, progress.reason]),
      [
        ["likes", 200, 300, 150, null],
        ["engagement_rate", 2, null, null, "not_collected"]
      ]
    )
  })

  it("is the same bytes in whatever order things come, valid, and adds up", () => {
    const posts = fc.uniqueArray(
      fc.record({
        n: fc.nat(50),
        likes_count: fc.option(fc.nat(1_000_000)),
        comments_count: fc.option(fc.nat(10_000)),
        plays_count: fc.option(fc.nat(10_000_000)),
        media_type: fc.constantFrom("photo", "reel", "carousel", "video"),
        unlocked: fc.boolean(),
        day: fc.option(fc.integer({ min: 1, max: 28 })),
        owners: fc.subarray([1, 2, 3])
      }),
      { selector: ({ n }) => n, maxLength: 12 }
    )
    fc.assert(fc.property(posts, fc.nat(), (given, seed) => {
      const rows = given.map(({ day, n, owners, ...post }) =>
        postOf(n, {
          ...post,
          posted_at: day === null ? null : at(`2026-01-${String(day).padStart(2, "0")}`),
          listed_by: owners.map((owner) => ProfileId.make(`profile ${owner}`))
        })
      )
      const campaign = campaignOf({
        start_date: "2026-01-05",
        end_date: "2026-01-20",
        budget: "9.99",
        currency: "EUR",
        campaign_goals: { likes: 3 }
      })
      const profiles = [profileOf(1), profileOf(2, { unlocked: false }), profileOf(3, { followers_count: 0 })]
      const report = reportOf(campaign, profiles, rows)
      const shuffled = rows.map((row, i) => [(i * 7919 + seed) % 101, row] as const).sort(([a], [b]) => a - b).map(([, row]) =>
        row
      )
      assert.strictEqual(JSON.stringify(reportOf(campaign, profiles.toReversed(), shuffled)), JSON.stringify(report))
      decodeReport(JSON.parse(JSON.stringify(report)))
      const counting = report.posts.filter((post) => post.left_out === null)
      assert.strictEqual(report.totals.posts.value, counting.length + report.left_out.locked)
      const likes = counting.flatMap((post) => post.likes.value ?? [])
      assert.strictEqual(report.totals.likes.value, likes.length === 0 ? null : likes.reduce((sum, value) => sum + value, 0))
      assert.strictEqual(
        report.posts.length,
        counting.length + report.left_out.locked + report.left_out.outside_dates + report.left_out.undated
      )
    }))
  })
})
