import { Schema } from "effect"
import { derived, unavailable } from "../../analytics/Figure.ts"
import type { Figure } from "../../analytics/Figure.ts"
import { round } from "../../analytics/Statistics.ts"
import { Evidence, evidence } from "../Evidence.ts"
import { creatorMethod } from "./CreatorMethod.ts"
import type { Subject } from "./Subject.ts"
import { sampleOfPosts } from "./Subject.ts"
import { isTelling, tokensOf } from "./Words.ts"

/** What an account posts about, commonest first. */
export const Themes = Schema.Array(Schema.Struct({
  theme: Schema.String.annotate({ description: "A hashtag with its #, or a word of the captions" }),
  share: Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 })).annotate({ description: "Of the posts received" }),
  evidence: Evidence
})).annotate({ identifier: "ContentThemes" })
export type Themes = typeof Themes.Type

/** Hashtags and words that at least two posts have. */
export const themesOf = (subject: Subject): Figure<Themes> => {
  const { as_of, closed, posts } = subject
  if (closed !== null) return unavailable(content_themes, as_of, closed)
  const sample = sampleOfPosts(posts)
  const found = new Map<string, Array<string>>()
  for (const post of posts) {
    const tags = post.hashtags.map((tag) => `#${tag}`)
    const words = new Set(tokensOf(post.caption ?? "").filter(isTelling))
    for (const theme of new Set([...tags, ...words])) {
      const shortcodes = found.get(theme)
      if (shortcodes === undefined) found.set(theme, [post.shortcode])
      else shortcodes.push(post.shortcode)
    }
  }
  // A word that a hashtag spells is the hashtag's.
  const repeated = [...found].filter(([theme, { length }]) => length >= MIN_POSTS && !found.has(`#${theme}`))
  if (repeated.length === 0) {
    return unavailable(content_themes, as_of, posts.length < MIN_POSTS ? "too_few_posts" : "not_stated", sample)
  }
  const themes = repeated
    .toSorted(([a, n], [b, m]) =>
      m.length - n.length || Number(b.startsWith("#")) - Number(a.startsWith("#")) || (a < b ? -1 : 1)
    )
    .slice(0, MOST)
    .map(([theme, shortcodes]) => ({
      theme,
      share: round(shortcodes.length / posts.length),
      evidence: evidence(theme.startsWith("#") ? "hashtag" : "caption", shortcodes)
    }))
  return derived(content_themes, as_of, themes, sample)
}

const MIN_POSTS = 2
const MOST = 25

export const content_themes = creatorMethod({
  method: "content_themes",
  definition:
    "Hashtags and words of the captions that at least two of the posts received have, commonest first, at most 25. Words of fewer than four letters (two signs in Chinese and Japanese) and the common words of 11 languages (data/insights/stopwords.json) do not count.",
  formula: "share = posts with the theme / posts received",
  unit: "share, 0 to 1",
  range: null,
  source: "This service; words of Chinese, Japanese and Thai are cut by the dictionary of ICU",
  example: {
    figure: "themes",
    input: {
      posts: [{ hashtags: ["ootd"], caption: "autumn boots #ootd" }, { hashtags: ["ootd"], caption: "the same boots" }, {}, {}]
    },
    output: [
      { theme: "#ootd", share: 0.5, evidence: { source: "hashtag", shortcodes: ["p0", "p1"] } },
      { theme: "boots", share: 0.5, evidence: { source: "caption", shortcodes: ["p0", "p1"] } }
    ]
  }
})
