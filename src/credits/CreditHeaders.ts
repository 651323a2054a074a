import type { Charge } from "./Credits.ts"

/** What an answer says of its cost. Where credits are off it costs 0, and there is nothing that remains. */
export const creditHeaders = (
  { charged, remaining }: Pick<Charge, "charged" | "remaining">
): Readonly<Record<string, string>> => ({
  "x-credits-charged": String(charged),
  ...(remaining === null ? {} : { "x-credits-remaining": String(remaining) })
})
