/** What grows: the least-squares slope of the later half, in units a step and as a share of the half's mean over the whole half. */
export interface Growth {
  readonly mean: number
  readonly perStep: number
  /** What the half would have gained from its first step to its last, of its mean. */
  readonly share: number
}

export const growthOf = (values: ReadonlyArray<number>): Growth => {
  const half = values.slice(Math.floor(values.length / 2))
  const mean = half.reduce((sum, value) => sum + value, 0) / half.length
  const middle = (half.length - 1) / 2
  const spread = half.reduce((sum, _, step) => sum + (step - middle) ** 2, 0)
  const perStep = spread === 0 ? 0 : half.reduce((sum, value, step) => sum + (step - middle) * (value - mean), 0) / spread
  return { mean, perStep, share: mean === 0 ? 0 : perStep * (half.length - 1) / mean }
}

/** A line of text as high as eight steps, from 0 to the largest value. */
export const graphOf = (values: ReadonlyArray<number>, width = 60): string => {
  const most = Math.max(...values, Number.MIN_VALUE)
  const step = Math.max(1, values.length / width)
  return Array.from({ length: Math.min(width, values.length) }, (_, at) => {
    const value = values[Math.floor(at * step)] ?? 0
    return "▁▂▃▄▅▆▇█"[Math.min(7, Math.floor(value / most * 8))] ?? " "
  }).join("")
}
