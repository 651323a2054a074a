import { Profile } from "./Profile.ts"
import { figureColumns } from "./ProfileView.ts"

/** SQL of an upsert: how a row takes what a new answer says; of `taken` columns nulls too. */
export const coalesced = (columns: ReadonlyArray<string>, taken: ReadonlySet<string>): string =>
  columns
    .map((name) => {
      if (taken.has(name)) return `${name} = excluded.${name}`
      // A list cannot be NULL: whether the answer had one is in the answer itself.
      if (lists.has(name)) {
        return `${name} = CASE WHEN excluded.raw_data ? '${name}' THEN excluded.${name} ELSE current.${name} END`
      }
      // The end of the addresses that the answer brought, and of no others.
      if (name === "profile_pic_expires_at") {
        return `${name} = CASE WHEN coalesce(excluded.profile_pic_url, excluded.profile_pic_url_hd) IS NULL THEN current.${name} ELSE excluded.${name} END`
      }
      return `${name} = coalesce(excluded.${name}, current.${name})`
    })
    .join(",\n            ")

const lists = new Set(["bio_links", "pronouns"])

const ours = new Set(["id", "data_version", "refresh_count", "created_at"])
/** The columns that an answer fills. */
export const profileColumns = Object.keys(Profile.fields).filter((name) => !ours.has(name))

/** Figures are replaced whole, nulls too, since each states why it is absent. */
const figures = new Set<string>(figureColumns)
const always = new Set(["availability", "raw_data", "last_refreshed", "updated_at"])
const refreshed = profileColumns.filter((name) => name !== "username")
export const assignmentsTakingFigures = coalesced(refreshed, new Set([...always, ...figures]))
export const assignmentsKeepingFigures = coalesced(refreshed.filter((name) => !figures.has(name)), always)
