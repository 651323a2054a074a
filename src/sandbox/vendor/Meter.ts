import type { Target } from "./Target.ts"

/** What the vendor has done since it started or was reset, and would send a bill for. */
export interface Stats {
  /** Scrapes and tasks with good credentials and a good body, whatever became of them. */
  readonly calls: number
  readonly billed: number
  readonly cost_usd: number
  readonly by_target: Readonly<Partial<Record<Target, { readonly calls: number; readonly billed: number }>>>
  /** Calls being worked on now: a gauge, which a reset leaves alone. */
  readonly in_flight: number
}

/** Counts calls and money; the price is in whole micro-dollars, for binary fractions of a dollar do not add up. */
export const makeMeter = (priceMicros: number) => {
  let inFlight = 0
  let targets: Partial<Record<Target, { calls: number; billed: number }>> = {}
  return {
    started: (target: Target) => {
      inFlight += 1
      const counts = targets[target] ??= { calls: 0, billed: 0 }
      counts.calls += 1
    },
    ended: () => {
      inFlight -= 1
    },
    billed: (target: Target) => {
      const counts = targets[target] ??= { calls: 0, billed: 0 }
      counts.billed += 1
    },
    stats: (): Stats => {
      const all = Object.values(targets)
      const billed = all.reduce((sum, counts) => sum + counts.billed, 0)
      return {
        calls: all.reduce((sum, counts) => sum + counts.calls, 0),
        billed,
        cost_usd: billed * priceMicros / 1_000_000,
        by_target: structuredClone(targets),
        in_flight: inFlight
      }
    },
    reset: () => {
      targets = {}
    }
  }
}
