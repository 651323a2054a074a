import type { Case } from "./Cases.ts"

/** A server under load for a second. */
export interface Turn {
  readonly perSecond: number
  /** Microseconds of processor time for one request, all threads of the server. */
  readonly cpu: number
  /** Milliseconds. */
  readonly p50: number
  readonly p99: number
  /** Share of its core that the server used, and that somebody else did: 0–1. */
  readonly busy: number
  readonly others: number
}

export interface Measured {
  readonly case: Case
  readonly turns: ReadonlyArray<Turn>
  readonly megabytes: number
  readonly bytes: number
  readonly windowMillis: { readonly stopped: number; readonly noticed: number }
}

/**
 * The results as a Markdown table, medians of the turns. The last column holds ours, first variant, against the peer at the same work: the
 * median of what each turn gave, with its quarters.
 */
export const table = (results: ReadonlyArray<Measured>): string => {
  const lines = results.map((found) => {
    const of = (figure: (turn: Turn) => number) => quantile(found.turns.map(figure), 0.5)
    const ours = results.find(({ case: { server, work } }) => server === "ours" && work === found.case.work)
    return [
      found.case.work,
      `${found.case.server}: ${found.case.how}`,
      of(({ perSecond }) => perSecond).toLocaleString("en", { maximumFractionDigits: 0 }),
      of(({ cpu }) => cpu).toFixed(1),
      of(({ p50 }) => p50).toFixed(1),
      of(({ p99 }) => p99).toFixed(1),
      found.megabytes.toFixed(0),
      found.bytes.toLocaleString("en"),
      windowText(found),
      `${percent(of(({ busy }) => busy))} · ${percent(of(({ others }) => others))}`,
      ...ours === undefined || ours === found ? ["", ""] : [
        quarters(found.turns.map(({ perSecond }, nth) => ours.turns[nth]!.perSecond / perSecond)),
        quarters(found.turns.map(({ cpu }, nth) => cpu / ours.turns[nth]!.cpu))
      ]
    ]
  })
  return [head, head.map((_, index) => index < 2 ? "---" : "---:"), ...lines].map((cells) => `| ${cells.join(" | ")} |`).join(
    "\n"
  )
}

const head = [
  "work",
  "server",
  "requests/s",
  "CPU µs",
  "p50 ms",
  "p99 ms",
  "RSS MB",
  "bytes",
  "window ends after",
  "core: server · others",
  "ours to it: rate",
  "ours to it: CPU"
]

const quantile = (values: ReadonlyArray<number>, share: number): number => {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}

const quarters = (values: ReadonlyArray<number>) =>
  `${quantile(values, 0.5).toFixed(2)} (${quantile(values, 0.25).toFixed(2)}–${quantile(values, 0.75).toFixed(2)})`

const percent = (share: number) => `${(share * 100).toFixed(0)} %`

const windowText = ({ case: { server }, windowMillis: { noticed, stopped } }: Measured) =>
  server === "ours" ? `${seconds(stopped)}; look-up ${seconds(noticed)}` : seconds(stopped)

const seconds = (millis: number) => `${(millis / 1000).toFixed(1)} s`
