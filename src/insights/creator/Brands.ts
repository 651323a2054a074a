import { Schema } from "effect"
import { derived, unavailable } from "../../analytics/Figure.ts"
import type { Figure } from "../../analytics/Figure.ts"
import { round } from "../../analytics/Statistics.ts"
import { Evidence, evidence } from "../Evidence.ts"
import { creatorMethod } from "./CreatorMethod.ts"
import { disclosuresOf } from "./Sponsored.ts"
import type { Subject } from "./Subject.ts"
import { sampleOfPosts } from "./Subject.ts"

/** Accounts that the posts name, those that paid first. */
export const Brands = Schema.Array(Schema.Struct({
  username: Schema.String,
  kind: Schema.Literals(["sponsor", "advertised", "account"]).annotate({
    description:
      "sponsor: Instagram's label names it. advertised: named in a post that discloses being paid for. account: only named, a brand or a friend"
  }),
  share: Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 })).annotate({
    description: "Affinity: the share of the posts received that name the account"
  }),
  evidence: Schema.NonEmptyArray(Evidence)
})).annotate({ identifier: "Brands" })
export type Brands = typeof Brands.Type

/** Whom the posts tag, mention, or are made together with. */
export const brandsOf = (subject: Subject): Figure<Brands> => {
  const { account, as_of, closed, posts } = subject
  if (closed !== null) return unavailable(brand_affinity, as_of, closed)
  const named = new Map<string, Map<Evidence["source"], Array<string>>>()
  const advertised = new Set<string>()
  for (const post of posts) {
    const here = new Map<Evidence["source"], ReadonlyArray<string>>([
      ["sponsor", post.sponsor_users.map(({ username }) => username)],
      [
        "collaboration",
        [post.owner_username, ...post.coauthor_producers.map(({ username }) => username)].flatMap((it) => it ?? [])
      ],
      ["tag", post.tagged_users.map(({ username }) => username)],
      ["mention", post.mentions]
    ])
    const discloses = disclosuresOf(post).length > 0
    for (const [source, usernames] of here) {
      for (const username of new Set(usernames)) {
        if (username === account.username) continue
        if (discloses) advertised.add(username)
        const sources = named.get(username) ?? new Map<Evidence["source"], Array<string>>()
        named.set(username, sources.set(source, [...sources.get(source) ?? [], post.shortcode]))
      }
    }
  }
  const sample = sampleOfPosts(posts)
  if (named.size === 0) return unavailable(brand_affinity, as_of, "not_stated", sample)
  const brands = [...named].flatMap(([username, sources]) => {
    const [first, ...rest] = [...sources].map(([source, shortcodes]) => evidence(source, shortcodes))
    return first === undefined ? [] : [{
      username,
      kind: sources.has("sponsor") ? "sponsor" as const : advertised.has(username) ? "advertised" as const : "account" as const,
      share: round(new Set([...sources.values()].flat()).size / posts.length),
      evidence: [first, ...rest] as const
    }]
  })
  const rank = { sponsor: 0, advertised: 1, account: 2 }
  return derived(
    brand_affinity,
    as_of,
    brands.toSorted((a, b) => rank[a.kind] - rank[b.kind] || b.share - a.share || (a.username < b.username ? -1 : 1)).slice(
      0,
      MOST
    ),
    sample
  )
}

const MOST = 50

export const brand_affinity = creatorMethod({
  method: "brand_affinity",
  definition:
    "Accounts that the posts received tag, mention, are made together with or are sponsored by, each with its posts. Whether a merely named account is a brand is not claimed.",
  formula: "share = posts that name the account / posts received",
  unit: "share, 0 to 1",
  range: null,
  source: "This service",
  example: {
    figure: "brands",
    input: { posts: [{ mentions: ["acme"], hashtags: ["ad"] }, { mentions: ["friend"] }, { mentions: ["friend"] }, {}] },
    output: [
      { username: "acme", kind: "advertised", share: 0.25, evidence: [{ source: "mention", shortcodes: ["p0"] }] },
      { username: "friend", kind: "account", share: 0.5, evidence: [{ source: "mention", shortcodes: ["p1", "p2"] }] }
    ]
  }
})
