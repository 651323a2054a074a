import { Schema } from "effect"
import { derived, unavailable } from "../../analytics/Figure.ts"
import type { Figure } from "../../analytics/Figure.ts"
import { median, round, sorted } from "../../analytics/Statistics.ts"
import { countsOf, Shares, sharesOf } from "../Shares.ts"
import { creatorMethod } from "./CreatorMethod.ts"
import type { Subject } from "./Subject.ts"
import { sampleOfPosts } from "./Subject.ts"

const Amount = Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0))

/** What the posts are made of. */
export const ContentMix = Schema.Struct({
  formats: Shares.annotate({ description: "photo, carousel, reel, video: share of the posts received" }),
  median_hashtags: Amount,
  median_caption_characters: Amount
}).annotate({ identifier: "ContentMix" })
export type ContentMix = typeof ContentMix.Type

/** Over all posts received, pinned ones included; how often it posts is in the analytics. */
export const contentMixOf = ({ as_of, closed, posts }: Subject): Figure<ContentMix> => {
  if (closed !== null) return unavailable(content_mix, as_of, closed)
  const sample = sampleOfPosts(posts)
  if (posts.length < MIN_POSTS) return unavailable(content_mix, as_of, "too_few_posts", sample)
  return derived(content_mix, as_of, {
    formats: sharesOf(countsOf(posts.map(({ media_type }) => media_type))).shares,
    median_hashtags: round(median(sorted(posts.map(({ hashtags }) => hashtags.length)))),
    median_caption_characters: round(median(sorted(posts.map(({ caption }) => Array.from(caption ?? "").length))))
  }, sample)
}

const MIN_POSTS = 3

export const content_mix = creatorMethod({
  method: "content_mix",
  definition:
    "Formats of the posts received, and hashtags and length of the caption of the median post; at least 3 posts. A missing caption has length 0.",
  formula: "share = posts of the format / posts; medians over posts",
  unit: "share, hashtags, characters",
  range: null,
  source: "Descriptive statistic",
  example: {
    figure: "content_mix",
    input: {
      posts: [{ media_type: "reel", caption: "four", hashtags: ["a"] }, { media_type: "reel", caption: "" }, {
        media_type: "photo"
      }]
    },
    output: {
      formats: [{ label: "reel", share: 0.66666667 }, { label: "photo", share: 0.33333333 }],
      median_hashtags: 0,
      median_caption_characters: 0
    }
  }
})
