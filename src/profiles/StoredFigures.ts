import { Schema } from "effect"
import { Profile } from "./Profile.ts"

/** Which profiles: those of these names, those whose figures are of this version; all without. */
export interface FigureFilter {
  readonly usernames?: ReadonlyArray<string>
  readonly version?: number
}

export const StoredFigures = Schema.Struct({
  id: Profile.fields.id,
  username: Profile.fields.username,
  analytics: Profile.fields.analytics,
  analytics_version: Profile.fields.analytics_version,
  last_refreshed: Profile.fields.last_refreshed
})
export type StoredFigures = typeof StoredFigures.Type
