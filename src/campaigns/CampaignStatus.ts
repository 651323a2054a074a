import type { Campaign } from "./Campaign.ts"

export type Status = Campaign["status"]

/** The life of a campaign: from each status, those it may go to. Staying is always allowed. */
export const transitions: Readonly<Record<Status, ReadonlyArray<Status>>> = {
  draft: ["active"],
  active: ["paused", "completed"],
  paused: ["active", "completed"],
  completed: ["archived"],
  archived: []
}
