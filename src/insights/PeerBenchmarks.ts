import { Schema } from "effect"
import { Analytics } from "../analytics/Analytics.ts"
import { derived, Figure, unavailable } from "../analytics/Figure.ts"
import type { Figure as FigureOf } from "../analytics/Figure.ts"
import type { Method } from "../analytics/Method.ts"
import { median, round, sorted } from "../analytics/Statistics.ts"
import { wilson } from "./Shares.ts"

/** Where a figure stands among those of stored peers. */
export const PeerStanding = Schema.Struct({
  percentile: Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 100 })),
  own: Schema.Finite,
  peers_median: Schema.Finite
}).annotate({ identifier: "PeerStanding" })
export type PeerStanding = typeof PeerStanding.Type

const Standing = Figure(PeerStanding).annotate({ identifier: "PeerStandingFigure" })

export const PeerBenchmarks = Schema.Struct({
  peers: Schema.Struct({ engagement_rate: Standing, posts_per_week: Standing, influence_score: Standing }),
  /** The published tables, for where there are too few peers. */
  published: Schema.NullOr(Analytics.fields.engagement.fields.engagement_benchmark)
}).annotate({ identifier: "PeerBenchmarks" })

/** The percentile of a figure among its peers' (ties count half), with the Wilson interval of the share below. */
export const standingOf = (
  own: FigureOf<number> | undefined,
  peers: ReadonlyArray<number>,
  asOf: string
): FigureOf<PeerStanding> => {
  const sample = peers.length === 0 ? null : { size: peers.length, unit: "profiles" as const, from: null, to: null }
  if (own === undefined) return unavailable(peer_percentile, asOf, "not_collected", sample)
  if (own.value === null) return unavailable(peer_percentile, asOf, own.reason, sample)
  if (sample === null || peers.length < MIN_PEERS) return unavailable(peer_percentile, asOf, "too_few_profiles", sample)
  const value = own.value
  const below = peers.filter((peer) => peer < value).length + peers.filter((peer) => peer === value).length / 2
  const { high, level, low } = wilson(below, peers.length)
  return derived(
    peer_percentile,
    asOf,
    { percentile: round(100 * below / peers.length), own: value, peers_median: round(median(sorted(peers))) },
    sample,
    { low: round(100 * low), high: round(100 * high), level }
  )
}

const MIN_PEERS = 20

export const peer_percentile: Method = {
  method: "peer_percentile",
  version: 1,
  definition:
    "Where a figure stands among the same figure of stored peers: up to 250 accounts with more and 250 with fewer followers, the nearest of the same tier and kind (business or not) that are available and have an engagement rate; at least 20. The peers are those this service was asked about, not all of Instagram.",
  formula: "100 * (peers below + half of those equal) / peers; Wilson 95 % interval",
  unit: "percentile, 0 to 100",
  range: null,
  source: "Own stored profiles, as of each one's last fetch",
  example: {
    figure: "peers.engagement_rate",
    as_of: "2026-02-01T00:00:00.000Z",
    input: { own: 3, peers: [...Array.from({ length: 15 }, () => 1), 3, 3, ...Array.from({ length: 3 }, () => 5)] },
    output: { percentile: 80, own: 3, peers_median: 1 }
  },
  changes: [{ version: 1, date: "2026-11-25", change: "First version." }]
}
