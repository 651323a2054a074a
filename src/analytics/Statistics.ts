import type { Interval } from "./Figure.ts"

/** Ascending copy, so that no later step depends on the order of arrival. */
export const sorted = (values: ReadonlyArray<number>): ReadonlyArray<number> => values.toSorted((a, b) => a - b)

/** Arithmetic mean of at least one value. Sum ascending values to be independent of order. */
export const mean = (values: ReadonlyArray<number>): number => sum(values) / values.length

/** Median of at least one ascending value; the mean of the middle two when their number is even. */
export const median = (ascending: ReadonlyArray<number>): number => {
  const upper = ascending.length >> 1
  return ascending.length % 2 === 1 ? at(ascending, upper) : (at(ascending, upper - 1) + at(ascending, upper)) / 2
}

/** Standard deviation with n - 1, of at least two values. */
export const deviation = (values: ReadonlyArray<number>): number => {
  const centre = mean(values)
  return Math.sqrt(sum(values.map((value) => (value - centre) ** 2)) / (values.length - 1))
}

/**
 * Distribution-free interval of the median from order statistics (David and Nagaraja, Order Statistics, 7.1): the r-th smallest to
 * the r-th largest value, with the largest r that keeps the coverage at 95 % or more. Null under 6 values, where none does.
 */
export const medianInterval = (ascending: ReadonlyArray<number>): Interval | null => {
  const rank = medianRank(ascending.length)
  return rank === 0
    ? null
    : { low: round(at(ascending, rank - 1)), high: round(at(ascending, ascending.length - rank)), level: 0.95 }
}

/** At most eight decimals, and never -0: the last bits of a logarithm differ between engines and must not reach stored bytes. */
export const round = (value: number): number => {
  const rounded = Number.isInteger(value) ? value : Math.round(value * 1e8) / 1e8
  return rounded === 0 ? 0 : rounded
}

/** Sum in the order given. */
export const sum = (values: ReadonlyArray<number>): number => {
  let total = 0
  for (const value of values) total += value
  return total
}

// The largest r with P(Binomial(n, 1/2) < r) <= 0.025, by logarithms so that thousands of posts do not underflow.
const medianRank = (n: number): number => {
  let rank = 0
  let logProbability = -n * Math.LN2
  let tail = Math.exp(logProbability)
  while (tail <= 0.025) {
    rank += 1
    logProbability += Math.log((n - rank + 1) / rank)
    tail += Math.exp(logProbability)
  }
  return rank
}

const at = (values: ReadonlyArray<number>, index: number): number => values[index] ?? Number.NaN
