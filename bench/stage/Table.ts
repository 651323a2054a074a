import type { Case } from "./Cases.ts"
import type { LoadResult } from "./Load.ts"

export interface Measured extends LoadResult {
  readonly case: Case
  /** Microseconds of processor time for one request, all threads of the server. */
  readonly cpu: number
  /** Share of its core that the server used, and that somebody else did: 0–1. */
  readonly busy: number
  readonly others: number
  readonly megabytes: number
  readonly bytes: number
  readonly windowMillis: { readonly stopped: number; readonly noticed: number }
}

/** The results as a Markdown table; ratios are ours to the peer's with the same work, first variant. */
export const table = (results: ReadonlyArray<Measured>): string => {
  const lines = results.map((found) => {
    const ours = results.find(({ case: { server, work } }) => server === "ours" && work === found.case.work)
    return [
      found.case.work,
      `${found.case.server}: ${found.case.how}`,
      perSecond(found).toLocaleString("en", { maximumFractionDigits: 0 }),
      found.cpu.toFixed(1),
      found.p50.toFixed(1),
      found.p99.toFixed(1),
      found.megabytes.toFixed(0),
      found.bytes.toLocaleString("en"),
      windowText(found),
      `${percent(found.busy)} · ${percent(found.others)}`,
      ours === undefined || ours === found
        ? ""
        : `${(perSecond(ours) / perSecond(found)).toFixed(2)} · ${(found.cpu / ours.cpu).toFixed(2)}`
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
  "ours to it: rate · CPU"
]

const perSecond = ({ requests, seconds }: LoadResult) => requests / seconds

const percent = (share: number) => `${(share * 100).toFixed(0)} %`

const windowText = ({ case: { server }, windowMillis: { noticed, stopped } }: Measured) =>
  server === "ours" ? `${seconds(stopped)}; look-up ${seconds(noticed)}` : seconds(stopped)

const seconds = (millis: number) => `${(millis / 1000).toFixed(1)} s`
