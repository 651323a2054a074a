import { Schema } from "effect"
import { derived, Figure, unavailable } from "./Figure.ts"
import { firstVersion } from "./Method.ts"
import type { Study } from "./Study.ts"

export const FollowerTier = Schema.Literals(["nano", "micro", "mid", "macro", "mega"]).annotate({ identifier: "FollowerTier" })
export type FollowerTier = typeof FollowerTier.Type

/** Available for private accounts too: the count is public. */
export const followerTier = ({ as_of, profile }: Study): Figure<FollowerTier> =>
  profile.followers_count === null
    ? unavailable(follower_tier, as_of, "not_collected")
    : derived(follower_tier, as_of, tierOf(profile.followers_count))

/** Size class of an account by its followers. */
export const tierOf = (followers: number): FollowerTier => {
  if (followers < 10_000) return "nano"
  if (followers < 50_000) return "micro"
  if (followers < 500_000) return "mid"
  return followers < 1_000_000 ? "macro" : "mega"
}

/** Followers from and up to which a tier reaches, without the latter. */
export const tierBounds: Readonly<Record<FollowerTier, { readonly from: number; readonly to: number | null }>> = {
  nano: { from: 0, to: 10_000 },
  micro: { from: 10_000, to: 50_000 },
  mid: { from: 50_000, to: 500_000 },
  macro: { from: 500_000, to: 1_000_000 },
  mega: { from: 1_000_000, to: null }
}

export const follower_tier = firstVersion({
  method: "follower_tier",
  definition: "Size class of the account by its followers.",
  formula: "nano < 10,000; micro < 50,000; mid < 500,000; macro < 1,000,000; mega from 1,000,000",
  unit: "class",
  range: null,
  source: "Boundaries of HypeAuditor, State of Influencer Marketing",
  example: { figure: "follower_tier", input: { profile: { followers_count: 50_000 } }, output: "mid" }
})
