import type { Figure } from "../../analytics/Figure.ts"
import { derived, unavailable } from "../../analytics/Figure.ts"
import { round } from "../../analytics/Statistics.ts"
import type { Growth } from "../history/Growth.ts"
import { factors } from "./FactorMethods.ts"

/** Followers gained on days that stand out, of those there are now; falls on such days take nothing away. */
export const spikeShare = ({ spikes }: Growth, followers: number | null): Figure<number> => {
  const by = factors.follower_spikes.method
  if (spikes.value === null) return unavailable(by, spikes.as_of, spikes.reason, spikes.sample)
  if (followers === null) return unavailable(by, spikes.as_of, "not_collected", spikes.sample)
  if (followers === 0) return unavailable(by, spikes.as_of, "no_followers", spikes.sample)
  const gained = spikes.value.reduce((sum, { net }) => sum + Math.max(0, net), 0)
  return derived(by, spikes.as_of, round(gained / followers), spikes.sample)
}
