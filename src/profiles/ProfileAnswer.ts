import { Schema } from "effect"
import { Analytics } from "../analytics/Analytics.ts"
import type { CachedBody } from "../cache/Cache.ts"
import * as Column from "../database/Column.ts"
import { instantOf, millisOf } from "../database/Instant.ts"
import type { ListedPost } from "../posts/ListedPost.ts"
import { PostView, postView } from "../posts/PostView.ts"
import { ProfileView, type StoredProfile } from "./ProfileView.ts"

/** How old the data is, and whether something better was tried. */
export const Freshness = Schema.Struct({
  status: Schema.Literals(["fresh", "stale"]),
  refreshed_at: Column.Instant,
  fresh_until: Column.Instant,
  /** Why stale data is served; null while it is fresh. */
  reason: Schema.NullOr(Schema.String)
}).annotate({ identifier: "Freshness" })

/** The answer of `GET /profile/{username}`. */
export const ProfileAnswer = Schema.Struct({
  profile: ProfileView.annotate({ identifier: "Profile" }),
  analytics: Schema.NullOr(Analytics),
  posts: Schema.Array(PostView),
  freshness: Freshness
}).annotate({ identifier: "ProfileAnswer" })
export type ProfileAnswer = typeof ProfileAnswer.Type

/** Posts in the main answer: what one look at a profile shows. */
export const postsInAnswer = 12

/**
 * Encodes the answer once. The strong ETag is made of the data version and the answer's own form, never of the caller; `staleReason`
 * makes another representation with another tag. `freshFor` is in milliseconds.
 */
export const encodeAnswer = (
  { analytics, data_version, ...profile }: StoredProfile,
  posts: ReadonlyArray<ListedPost>,
  options: { readonly freshFor: number; readonly staleReason: string | null }
): CachedBody => {
  const refreshedAt = millisOf(profile.last_refreshed)
  const freshUntil = refreshedAt + options.freshFor
  const freshness = freshnessWith(profile, options.freshFor, options.staleReason)
  return {
    body: encoder.encode(JSON.stringify({ profile, analytics, posts: posts.map(postView), freshness })),
    etag: `"${profile.id.slice(0, 8)}-${data_version}-${options.freshFor}-${answerForm}${options.staleReason ?? ""}"`,
    subject: profile.id,
    refreshedAt,
    freshUntil
  }
}

/** The freshness of stored data at `now`, which nothing was tried to better. Milliseconds. */
export const freshnessOf = (profile: StoredProfile, freshFor: number, now: number): typeof Freshness.Type =>
  freshnessWith(profile, freshFor, millisOf(profile.last_refreshed) + freshFor > now ? null : "expired")

const freshnessWith = (
  profile: Pick<StoredProfile, "last_refreshed">,
  freshFor: number,
  reason: string | null
): typeof Freshness.Type => ({
  status: reason === null ? "fresh" : "stale",
  refreshed_at: profile.last_refreshed,
  fresh_until: instantOf(millisOf(profile.last_refreshed) + freshFor),
  reason
})

/** Raised when the form of the answer changes: a client's cached copy of the old form must not count as current. */
const answerForm = 2

const encoder = new TextEncoder()
