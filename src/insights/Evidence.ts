import { Schema } from "effect"

/** Where a finding was read, and in which posts: anybody can look it up. */
export const Evidence = Schema.Struct({
  source: Schema.Literals([
    "payload",
    "full_name",
    "biography",
    "link",
    "caption",
    "hashtag",
    "tag",
    "mention",
    "collaboration",
    "sponsor",
    "location",
    "comment"
  ]),
  shortcodes: Schema.Array(Schema.String).annotate({ description: "The posts; none for what stands in the profile itself" })
}).annotate({ identifier: "Evidence" })
export interface Evidence extends Schema.Schema.Type<typeof Evidence> {}

/** Evidence cites at most this many posts: enough to look it up. */
const MOST = 12

export const evidence = (source: Evidence["source"], shortcodes: ReadonlyArray<string> = []): Evidence => ({
  source,
  shortcodes: shortcodes.slice(0, MOST)
})
