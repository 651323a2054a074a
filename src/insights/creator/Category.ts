import { Schema } from "effect"
import file from "../../../data/insights/categories.json" with { type: "json" }
import { estimated, measured, unavailable } from "../../analytics/Figure.ts"
import type { Figure } from "../../analytics/Figure.ts"
import { round } from "../../analytics/Statistics.ts"
import { Evidence, evidence } from "../Evidence.ts"
import { creatorMethod } from "./CreatorMethod.ts"
import type { Subject } from "./Subject.ts"
import { fieldsSample, sampleOfPosts } from "./Subject.ts"
import { keywordMatcher, tokensOf } from "./Words.ts"

/** What kind of account it is: as Instagram says, else as its words say. */
export const Category = Schema.Struct({
  category: Schema.String.annotate({ description: "Instagram's own label, or one of data/insights/categories.json" }),
  evidence: Schema.Array(Evidence)
}).annotate({ identifier: "CreatorCategory" })
export type Category = typeof Category.Type

/** How sure an estimate is that is not one number. */
export const Confidence = Schema.Struct({
  confidence: Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))
}).annotate({ identifier: "Confidence" })
export type Confidence = typeof Confidence.Type

/** The payload's category; without one, the category whose keywords biography, hashtags and captions hold most of, where it is clear. */
export const categoryOf = (subject: Subject): Figure<Category, Confidence> => {
  const { account, as_of } = subject
  const stated = account.category ?? account.business_category_name ?? account.overall_category_name
  if (stated !== null) {
    return measured(creator_category, as_of, { category: stated, evidence: [evidence("payload")] }) as Figure<
      Category,
      Confidence
    >
  }
  const hits = hitsOf(subject)
  const total = hits.reduce((sum, { score }) => sum + score, 0)
  const best = hits.toSorted((a, b) => b.score - a.score || (a.category < b.category ? -1 : 1))[0]
  const sample = sampleOfPosts(subject.posts) ?? fieldsSample(2)
  const confidence = best === undefined ? 0 : best.score / (total + PRIOR)
  return best === undefined || best.score < LEAST_SCORE || confidence < LEAST_CONFIDENCE
    ? unavailable(creator_category, as_of, subject.closed === "not_collected" ? "not_collected" : "not_stated", sample)
    : estimated(creator_category, as_of, { category: best.category, evidence: best.evidence }, sample, {
      confidence: round(confidence)
    })
}

interface Hit {
  readonly category: string
  readonly score: number
  readonly evidence: ReadonlyArray<Evidence>
}

const hitsOf = ({ account, posts }: Subject): ReadonlyArray<Hit> => {
  const biography = tokensOf(`${account.full_name ?? ""} ${account.biography ?? ""}`)
  const read = posts.map((post) => ({ post, words: tokensOf(post.caption ?? "") }))
  return matchers.flatMap(([category, matches]) => {
    const spoken = biography.filter((word) => matches.word(word)).length
    const tagged = posts.filter((post) => post.hashtags.some(matches.hashtag)).map(({ shortcode }) => shortcode)
    const written = read.filter(({ words }) => words.some(matches.word)).map(({ post }) => post.shortcode)
    const score = BIOGRAPHY * Math.min(spoken, 2) + HASHTAG * tagged.length + CAPTION * written.length
    return score === 0 ? [] : [{
      category,
      score,
      evidence: [
        ...(spoken > 0 ? [evidence("biography")] : []),
        ...(tagged.length > 0 ? [evidence("hashtag", tagged)] : []),
        ...(written.length > 0 ? [evidence("caption", written)] : [])
      ]
    }]
  })
}

const matchers = Object.entries(file.categories).map(([category, keywords]) => [category, keywordMatcher(keywords)] as const)

const BIOGRAPHY = 3
const HASHTAG = 1
const CAPTION = 0.5
/** Evidence that nobody has seen, spread over all other categories: a single word is never sure. */
const PRIOR = 2
const LEAST_SCORE = 3
const LEAST_CONFIDENCE = 0.4

export const creator_category = creatorMethod({
  method: "creator_category",
  definition:
    "The category that Instagram shows (measured). Without one, estimated by keywords in 13 languages (data/insights/categories.json): three points a word of name and biography (at most two words), one a post with a hashtag, half a post with a word in the caption. Given only from 3 points and a confidence of 0.4 on.",
  formula: "confidence = points of the best / (points of all + 2)",
  unit: "label",
  range: null,
  source: "Instagram's category_name, business_category_name or overall_category_name; else this service's keywords",
  example: {
    figure: "category",
    input: {
      account: { biography: "Home cook and recipe developer" },
      posts: [{ caption: "Three ingredients", hashtags: ["homecooking"] }, { caption: "My grandmother's recipe" }]
    },
    output: {
      category: "food",
      evidence: [{ source: "biography", shortcodes: [] }, { source: "hashtag", shortcodes: ["p0"] }, {
        source: "caption",
        shortcodes: ["p1"]
      }]
    }
  }
})
