import type { Method } from "../../analytics/Method.ts"

interface FactorRule {
  readonly method: Method
  /** The input at which the factor's score is one half. */
  readonly half: number
  readonly power: number
  readonly weight: number
  /** Whether more of the input speaks for the account. */
  readonly rising: boolean
}

const rule = (
  name: string,
  entry: Omit<FactorRule, "method"> & {
    readonly definition: string
    readonly unit: string
    readonly source: string
    readonly input: number
    readonly output: number
  }
): FactorRule => ({
  half: entry.half,
  power: entry.power,
  weight: entry.weight,
  rising: entry.rising,
  method: {
    method: `authenticity_${name}`,
    version: 1,
    definition: entry.definition,
    formula: `score = ${
      entry.rising ? `1 / (1 + (${entry.half} / input)^${entry.power})` : `1 / (1 + (input / ${entry.half})^${entry.power})`
    }; multiplier = 1 - ${entry.weight} * (1 - score)`,
    unit: entry.unit,
    range: null,
    source: entry.source,
    example: {
      figure: `factors.${name}`,
      as_of: "2026-02-01T00:00:00.000Z",
      input: { input: entry.input },
      output: { score: entry.output }
    },
    changes: [{ version: 1, date: "2026-11-25", change: "First version." }]
  }
})

const opinion = "This service: half point and weight are an opinion, open to be argued with"

/** The factors of authenticity. Each is monotonic in its input; their weights are in points of the whole. */
export const factors = {
  engagement_for_size: rule("engagement_for_size", {
    half: 0.08,
    power: 1.5,
    weight: 0.7,
    rising: true,
    definition:
      "Engagement against accounts of the size: the headline engagement rate divided by the middle of the published range. Bought followers do not engage.",
    unit: "ratio to the reference rate",
    source: `${opinion}; reference: data/benchmarks.json`,
    input: 0.32,
    output: 0.88888889
  }),
  following_ratio: rule("following_ratio", {
    half: 2,
    power: 2,
    weight: 0.3,
    rising: false,
    definition: "Accounts followed for each follower: those who follow to be followed back, and bots, follow many.",
    unit: "ratio",
    source: opinion,
    input: 2,
    output: 0.5
  }),
  likes_per_comment: rule("likes_per_comment", {
    half: 350,
    power: 2,
    weight: 0.6,
    rising: false,
    definition: "Likes for one comment, one comment added a post: bought likes come without comments.",
    unit: "likes per comment",
    source: opinion,
    input: 350,
    output: 0.5
  }),
  comments_per_like: rule("comments_per_like", {
    half: 0.25,
    power: 2,
    weight: 0.5,
    rising: false,
    definition:
      "Comments for one like, one like added a post: pods and bought comments come without likes. Giveaways and debates do so too.",
    unit: "comments per like",
    source: opinion,
    input: 0.5,
    output: 0.2
  }),
  like_variation: rule("like_variation", {
    half: 0.12,
    power: 3,
    weight: 0.6,
    rising: true,
    definition:
      "How far likes differ from post to post (standard deviation of log(1 + likes)): bought in packages they hardly do; what people like differs.",
    unit: "log units",
    source: opinion,
    input: 0.12,
    output: 0.5
  }),
  comment_repetition: rule("comment_repetition", {
    half: 0.25,
    power: 2,
    weight: 0.6,
    rising: false,
    definition: "Share of longer comments that repeat another one (`comment_repetition`): templates are bought.",
    unit: "share, 0 to 1",
    source: opinion,
    input: 0.5,
    output: 0.2
  }),
  recurring_commenters: rule("recurring_commenters", {
    half: 0.45,
    power: 3,
    weight: 0.5,
    rising: false,
    definition:
      "Share of comments by accounts that comment under most posts (`recurring_commenters`): a pod, or loyal friends of a small account.",
    unit: "share, 0 to 1",
    source: opinion,
    input: 0.9,
    output: 0.11111111
  }),
  follower_spikes: rule("follower_spikes", {
    half: 0.12,
    power: 2,
    weight: 0.7,
    rising: false,
    definition:
      "Followers gained on days that stand out (`follower_spikes`), of all followers: followers are delivered in days. A post that went viral does so too, with engagement.",
    unit: "share of followers",
    source: opinion,
    input: 0.24,
    output: 0.2
  })
} as const
export type FactorName = keyof typeof factors
