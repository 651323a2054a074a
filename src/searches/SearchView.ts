import { Schema, Struct } from "effect"
import { ProfileSummary } from "../profiles/ProfileSummary.ts"
import { UserSearch } from "./Search.ts"

/** A look-up as its user sees it. */
export const SearchView = Schema.Struct(Struct.omit(UserSearch.fields, ["user_id", "search_metadata"])).annotate({
  identifier: "Search"
})

/** A look-up and where a next page continues. */
export const SearchRow = Schema.Struct({ ...SearchView.fields, position: Schema.String })
export type SearchRow = typeof SearchRow.Type

/** A stored profile that a beginning of a name may be meant for. */
export const Suggestion = Schema.Struct({
  ...ProfileSummary.fields,
  because: Schema.Literals(["history", "prefix", "inside", "similar"]).annotate({
    description: "The caller looked it up before; its name begins with the text; contains it; or is spelled much like it"
  })
}).annotate({ identifier: "Suggestion" })
export type Suggestion = typeof Suggestion.Type
