import { Schema } from "effect"
import file from "../../../data/insights/disclosures.json" with { type: "json" }
import { derived, unavailable } from "../../analytics/Figure.ts"
import type { Figure } from "../../analytics/Figure.ts"
import { round } from "../../analytics/Statistics.ts"
import { creatorMethod } from "./CreatorMethod.ts"
import type { CreatorPost, Subject } from "./Subject.ts"
import { sampleOfPosts } from "./Subject.ts"

/** What makes a post a disclosed advertisement. */
export const DisclosureSignal = Schema.Struct({
  signal: Schema.Literals(["paid_partnership_label", "sponsor_label", "hashtag", "phrase"]),
  text: Schema.NullOr(Schema.String).annotate({ description: "What was found; null for Instagram's own labels" }),
  language: Schema.NullOr(Schema.String)
}).annotate({ identifier: "DisclosureSignal" })
export type DisclosureSignal = typeof DisclosureSignal.Type

export const Sponsored = Schema.Struct({
  share: Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 })).annotate({ description: "Of the posts received" }),
  posts: Schema.Array(Schema.Struct({
    shortcode: Schema.String,
    sponsors: Schema.Array(Schema.String).annotate({ description: "Accounts that Instagram's label names" }),
    signals: Schema.NonEmptyArray(DisclosureSignal)
  }))
}).annotate({ identifier: "SponsoredPosts" })
export type Sponsored = typeof Sponsored.Type

/** Posts that disclose being paid for. What nobody disclosed cannot be seen. */
export const sponsoredOf = (subject: Subject): Figure<Sponsored> => {
  const { as_of, closed, posts } = subject
  if (closed !== null) return unavailable(sponsored_posts, as_of, closed)
  const disclosed = posts.flatMap((post) => {
    const [first, ...rest] = disclosuresOf(post)
    return first === undefined ? [] : [{
      shortcode: post.shortcode,
      sponsors: post.sponsor_users.map(({ username }) => username),
      signals: [first, ...rest] as const
    }]
  })
  return derived(
    sponsored_posts,
    as_of,
    { share: round(disclosed.length / posts.length), posts: disclosed },
    sampleOfPosts(posts)
  )
}

/** The disclosures of one post, each signal once. */
export const disclosuresOf = (
  post: Pick<CreatorPost, "caption" | "hashtags" | "sponsor_users" | "is_paid_partnership">
): ReadonlyArray<DisclosureSignal> => {
  const caption = (post.caption ?? "").normalize("NFC").toLowerCase()
  const hashtags = new Set(post.hashtags)
  const found = new Map<string, DisclosureSignal>()
  if (post.is_paid_partnership === true) found.set("label", { signal: "paid_partnership_label", text: null, language: null })
  if (post.sponsor_users.length > 0) found.set("sponsor", { signal: "sponsor_label", text: null, language: null })
  for (const { language, phrases, tags } of signals()) {
    for (const tag of tags) {
      if (hashtags.has(tag) && !found.has(`#${tag}`)) found.set(`#${tag}`, { signal: "hashtag", text: `#${tag}`, language })
    }
    for (const { pattern, phrase } of phrases) {
      if (!found.has(phrase) && pattern.test(caption)) found.set(phrase, { signal: "phrase", text: phrase, language })
    }
  }
  return [...found.values()]
}

// A phrase stands by itself: "Werbung" is none in "Werbungskosten", and no part of a hashtag, which is counted as one.
const phraseOf = (phrase: string) => ({
  phrase,
  pattern: new RegExp(
    `(?<![\\p{L}\\p{M}\\p{N}#＃_])${phrase.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}${
      SPACELESS.test(phrase) || /\W$/.test(phrase) ? "" : "(?![\\p{L}\\p{M}\\p{N}_])"
    }`,
    "u"
  )
})

const SPACELESS = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u

// Before a verb or at the start of a sentence these are ordinary words: only a line of their own discloses.
const ALONE = new Set([
  "anzeige",
  "werbung",
  "publicidad",
  "publicidade",
  "pubblicità",
  "reklam",
  "إعلان",
  "اعلان",
  "реклама",
  "विज्ञापन",
  "advertisement"
])

const compile = () =>
  file.signals.map(({ hashtags, language, phrases }) => ({
    language,
    tags: hashtags.map((tag) => tag.normalize("NFC")),
    phrases: phrases.map((phrase) =>
      ALONE.has(phrase)
        ? { phrase, pattern: new RegExp(`(?:^|[\\n|•·\\[(*\\-–])\\s*${phrase}\\s*(?:$|[\\n|•·\\])*:/,.!\\-–]|@)`, "u") }
        : phraseOf(phrase)
    )
  }))

let compiled: ReturnType<typeof compile> | undefined
/** Compiled when they are first asked for, not at each start. */
const signals = () => compiled ??= compile()

export const sponsored_posts = creatorMethod({
  method: "sponsored_posts",
  definition:
    "Posts that disclose being paid for or supplied: Instagram's paid-partnership or sponsor label, a hashtag or a phrase that does so in one of 14 languages (data/insights/disclosures.json). An undisclosed advertisement is not seen, so the share is a lower bound.",
  formula: "share = disclosing posts / posts received",
  unit: "share, 0 to 1",
  range: null,
  source:
    "Customary disclosures: FTC Disclosures 101, ASA/CMA influencers' guide, German media authorities' guide, AGCOM, and the usage of each market",
  example: {
    figure: "sponsored",
    input: {
      posts: [{ caption: "Werbung | new shoes", hashtags: [] }, { caption: "at home", hashtags: ["gifted"] }, {
        caption: "I must not advertise",
        hashtags: ["adventure"]
      }, { caption: "the end" }]
    },
    output: {
      share: 0.5,
      posts: [
        { shortcode: "p0", sponsors: [], signals: [{ signal: "phrase", text: "werbung", language: "de" }] },
        { shortcode: "p1", sponsors: [], signals: [{ signal: "hashtag", text: "#gifted", language: "en" }] }
      ]
    }
  }
})
