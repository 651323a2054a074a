import { Schema } from "effect"
import * as Column from "../database/Column.ts"
import { name, text } from "../http/Text.ts"
import { ProfileSummary } from "../profiles/ProfileSummary.ts"
import { Favorite } from "./Favorite.ts"

/** A favourite as answers carry it: with the public summary of its profile, which stays when the access to it has ended. */
export const SavedProfile = Schema.Struct({
  profile_id: Favorite.fields.profile_id,
  ...ProfileSummary.fields,
  notes: Favorite.fields.notes,
  tags: Favorite.fields.tags,
  added_at: Favorite.fields.added_at,
  updated_at: Favorite.fields.updated_at,
  access_expires_at: Schema.NullOr(Column.Instant).annotate({ description: "Null: not unlocked now" })
}).annotate({ identifier: "Favorite" })
export type SavedProfile = typeof SavedProfile.Type

/** A favourite and where a next page continues. */
export const SavedProfileRow = Schema.Struct({ ...SavedProfile.fields, position: Schema.String })
export type SavedProfileRow = typeof SavedProfileRow.Type

/** One tag as a caller writes it. */
export const Tag = name(50)

/** What a caller says of a favourite: absent is unchanged, null is cleared. */
export const FavoriteChange = Schema.Struct({
  notes: Schema.optionalKey(Schema.NullOr(text(0, 5000))),
  tags: Schema.optionalKey(Schema.NullOr(
    Schema.Array(Tag).check(Schema.isMaxLength(50)).annotate({ description: "Kept trimmed, in lower case, each once" })
  ))
}).annotate({ identifier: "FavoriteChange" })
export type FavoriteChange = typeof FavoriteChange.Type

/** How tags are kept and looked for. */
export const normalizeTag = (tag: string): string => tag.trim().toLowerCase()
