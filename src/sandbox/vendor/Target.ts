import { Schema } from "effect"

/** The targets that the simulator knows; the query is a username, or a shortcode or link for a post. */
export const Target = Schema.Literals(["instagram_graphql_profile", "instagram_graphql_user_posts", "instagram_graphql_post"])
export type Target = typeof Target.Type

const Query = Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(2048))

/**
 * The body of a scrape: decode it with excess properties as errors, for the vendor's schema forbids them. `callback_url` is
 * called for tasks, on this machine alone: a sandbox sends nothing out.
 */
export const ScrapeBody = Schema.Struct({ target: Target, query: Query, callback_url: Schema.optionalKey(Schema.String) })

/** Up to 3,000 queries at once. */
export const BatchBody = Schema.Struct({
  target: Target,
  query: Schema.Array(Query).check(Schema.isMinLength(1), Schema.isMaxLength(3_000)),
  callback_url: Schema.optionalKey(Schema.String)
})
