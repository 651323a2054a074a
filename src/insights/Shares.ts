import { Schema } from "effect"
import { Figure, Interval } from "../analytics/Figure.ts"
import { round } from "../analytics/Statistics.ts"

const Part = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))

/** How often each label occurs among those that have one; the shares add up to 1. Largest first. */
export const Shares = Schema.Array(Schema.Struct({ label: Schema.String, share: Part })).annotate({ identifier: "Shares" })
export type Shares = typeof Shares.Type

/** Where the true share of each label lies, each by itself. */
export const SharesInterval = Schema.Array(Schema.Struct({ label: Schema.String, ...Interval.fields })).annotate({
  identifier: "SharesInterval"
})
export type SharesInterval = typeof SharesInterval.Type

export const LanguagesFigure = Figure(Shares, SharesInterval).annotate({
  identifier: "LanguagesFigure",
  description: "Labels are ISO 639-1"
})

/** Shares of counted labels with their Wilson intervals; equal ones in order of label. */
export const sharesOf = (
  counts: ReadonlyMap<string, number>
): { readonly shares: Shares; readonly intervals: SharesInterval; readonly total: number } => {
  const counted = [...counts].filter(([, count]) => count > 0).sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
  const total = counted.reduce((sum, [, count]) => sum + count, 0)
  return {
    total,
    shares: counted.map(([label, count]) => ({ label, share: round(count / total) })),
    intervals: counted.map(([label, count]) => ({ label, ...wilson(count, total) }))
  }
}

/** How often each label was given. */
export const countsOf = (labels: ReadonlyArray<string>): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>()
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1)
  return counts
}

/**
 * The 95 % score interval of a share of which `count` of `total` (at least one) were seen: Wilson, Probable inference, the law of succession,
 * and statistical inference (JASA 22, 1927). Holds for small samples and near 0 and 1, where the textbook interval fails.
 */
export const wilson = (count: number, total: number): Interval => {
  const share = count / total
  const centre = share + Z2 / (2 * total)
  const reach = Z * Math.sqrt(share * (1 - share) / total + Z2 / (4 * total * total))
  const whole = 1 + Z2 / total
  return {
    low: round(Math.max(0, (centre - reach) / whole)),
    high: round(Math.min(1, (centre + reach) / whole)),
    level: 0.95
  }
}

const Z = 1.959963984540054
const Z2 = Z * Z
