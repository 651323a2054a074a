import type { Method } from "../analytics/Method.ts"
import { round } from "../analytics/Statistics.ts"

/** What two accounts are compared by. */
export interface Likeness {
  /** Share of its posts that have the theme. */
  readonly themes: ReadonlyMap<string, number>
  readonly mentions: ReadonlySet<string>
  readonly category: string | null
}

/** How alike two accounts are, 0 to 1; null where one of them has no themes: then nothing is known to compare. */
export const similarity = (a: Likeness, b: Likeness): number | null => {
  if (a.themes.size === 0 || b.themes.size === 0) return null
  return round(
    WEIGHTS.themes * cosine(a.themes, b.themes) + WEIGHTS.mentions * jaccard(a.mentions, b.mentions) +
      WEIGHTS.category * Number(a.category !== null && a.category === b.category)
  )
}

const WEIGHTS = { themes: 0.5, mentions: 0.3, category: 0.2 }

const cosine = (a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): number => {
  let product = 0
  for (const [theme, share] of a) product += share * (b.get(theme) ?? 0)
  return product === 0 ? 0 : product / (length(a) * length(b))
}

const length = (vector: ReadonlyMap<string, number>): number =>
  Math.sqrt([...vector.values()].reduce((sum, share) => sum + share * share, 0))

const jaccard = (a: ReadonlySet<string>, b: ReadonlySet<string>): number => {
  const shared = [...a].filter((name) => b.has(name)).length
  return shared === 0 ? 0 : shared / (a.size + b.size - shared)
}

export const profile_similarity: Method = {
  method: "profile_similarity",
  version: 1,
  definition:
    "How alike two stored accounts are: by what they post about (themes, weighted by the share of posts), whom they mention, and their category. Only among stored neighbours: accounts that Instagram suggests beside it, and those that mention the same accounts; null without themes.",
  formula: "0.5 * cosine(themes) + 0.3 * Jaccard(mentioned accounts) + 0.2 * same category",
  unit: "share, 0 to 1",
  range: { low: 0, high: 1 },
  source: "This service; cosine and Jaccard: Manning, Raghavan, Schütze, Introduction to Information Retrieval, 2008",
  example: {
    figure: "similarity_score",
    as_of: "2026-02-01T00:00:00.000Z",
    input: {
      a: { themes: { "#surf": 0.6, "#sea": 0.8 }, mentions: ["x", "y"], category: "sports" },
      b: { themes: { "#surf": 1 }, mentions: ["y", "z", "w"], category: "sports" }
    },
    output: 0.575
  },
  changes: [{ version: 1, date: "2026-11-25", change: "First version." }]
}

/** As it is stored beside a score. */
export const similarityMethod = `${profile_similarity.method}/${profile_similarity.version}`
