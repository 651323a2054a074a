import type { Quota } from "../../src/ratelimits/Policy.ts"

/** Units let through, by key. */
export type Told = Readonly<Record<string, number>>

export interface LimitRequest {
  readonly key: string
  readonly cost: number
}

export const processes = 4

/** Keys with limits as plans have them, asked for from half as much as they give to twice as much. */
const keys = Array.from({ length: 24 }, (_, n) => ({
  key: `key ${n}`,
  limit: [60, 240, 300, 480, 600, 1000][n % 6] ?? 60,
  asked: [0.5, 1, 1.2, 2][Math.floor(n / 6)] ?? 1
}))

/** In windows of a decade: none ends while a test runs. */
export const quotaOf = (key: string): Quota => ({
  key,
  policy: { name: "model", limit: keys.find((one) => one.key === key)?.limit ?? 0, window: 315_360_000 }
})

/** What all processes ask for, in a fixed disorder: one request in ten costs ten units, as those that ask the vendor do. */
const all: ReadonlyArray<LimitRequest> = (() => {
  const requests = keys.flatMap(({ asked, key, limit }) => {
    const wanted: Array<LimitRequest> = []
    for (let units = 0; units < limit * asked;) {
      const cost = wanted.length % 10 === 9 && limit * asked - units >= 10 ? 10 : 1
      wanted.push({ key, cost })
      units += cost
    }
    return wanted
  })
  let state = 1
  const next = (below: number) => {
    state = (state * 48_271) % 2_147_483_647
    return state % below
  }
  for (let n = requests.length - 1; n > 0; n--) {
    const other = next(n + 1)
    const [one, two] = [requests[n], requests[other]]
    if (one !== undefined && two !== undefined) [requests[n], requests[other]] = [two, one]
  }
  return requests
})()

/** The requests of one process: uneven shares, so that one has used what it took ahead when another has not. */
export const requestsOf = (share: number): ReadonlyArray<LimitRequest> =>
  all.filter((_, n) => [0, 0, 0, 0, 1, 1, 1, 2, 2, 3][n % 10] === share)

/** What one limiter that sees every request would let through: units of each key, in the order in which they come. */
export const expected = (): Told => {
  const through: Record<string, number> = {}
  for (const { cost, key } of all) {
    const used = through[key] ?? 0
    if (used + cost <= quotaOf(key).policy.limit) through[key] = used + cost
  }
  return through
}
