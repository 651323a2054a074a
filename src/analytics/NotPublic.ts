import type { Unavailable } from "./Figure.ts"
import { unavailable } from "./Figure.ts"
import type { Method } from "./Method.ts"
import { firstVersion } from "./Method.ts"
import type { Study } from "./Study.ts"

/** What only the account's owner can see: named, so that nobody looks for it, and never guessed. */
export const notPublic = ({ as_of }: Study) =>
  ({
    reach: unavailable(reach, as_of, "not_supported"),
    impressions: unavailable(impressions, as_of, "not_supported"),
    saves: unavailable(saves, as_of, "not_supported"),
    shares: unavailable(shares, as_of, "not_supported")
  }) satisfies Record<string, Unavailable>

const ownersOnly = (method: string, definition: string): Method =>
  firstVersion({
    method,
    definition: `${definition} Not in public data: always unavailable here, never estimated from likes or followers.`,
    formula: "none",
    unit: "count",
    range: null,
    source: "Instagram Insights, which only the account's owner can open",
    example: { figure: `not_public.${method}`, input: { profile: { followers_count: 10_000 } }, output: null }
  })

export const reach = ownersOnly("reach", "Accounts that saw a post.")
export const impressions = ownersOnly("impressions", "Times a post was shown.")
export const saves = ownersOnly("saves", "Times a post was saved.")
export const shares = ownersOnly("shares", "Times a post was shared.")
