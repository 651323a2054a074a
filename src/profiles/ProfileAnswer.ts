import { Schema } from "effect"
import { Analytics } from "../analytics/Analytics.ts"
import type { CachedBody } from "../cache/Cache.ts"
import * as Column from "../database/Column.ts"
import { instantOf, millisOf } from "../database/Instant.ts"
import type { ListedPost } from "../posts/ListedPost.ts"
import { PostView, postView } from "../posts/PostView.ts"
import type { Answerable } from "./EncodedAnswer.ts"
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

/** An answer without its freshness, as JSON text: what the rows say, and nothing of the caller or the moment. */
export const encodeBody = (
  { analytics, data_version: _, ...profile }: StoredProfile,
  posts: ReadonlyArray<ListedPost>
): string => JSON.stringify({ profile, analytics, posts: posts.map(postView) })

/** Version of what `encodeBody` makes: raised whenever the same rows would give another text (a test notices). */
export const answerForm = 4

/**
 * The answer of an encoded body: its freshness put in, its strong ETag made of the data's version and the body's form, never of the
 * caller; `staleReason` makes another representation with another tag. `freshFor` is in milliseconds.
 */
export const answerOf = (
  { data_version, id, last_refreshed }: Pick<Answerable, "id" | "data_version" | "last_refreshed">,
  body: Uint8Array,
  options: { readonly freshFor: number; readonly staleReason: string | null }
): CachedBody => {
  const refreshedAt = millisOf(last_refreshed)
  return {
    body: withMember(body, "freshness", freshnessWith(last_refreshed, options.freshFor, options.staleReason)),
    etag: `"${id.slice(0, 8)}-${data_version}-${options.freshFor}-${answerForm}${options.staleReason ?? ""}"`,
    subject: id,
    refreshedAt,
    freshUntil: refreshedAt + options.freshFor
  }
}

/** The freshness of stored data at `now`, which nothing was tried to better. Milliseconds. */
export const freshnessOf = (profile: StoredProfile, freshFor: number, now: number): typeof Freshness.Type =>
  freshnessWith(profile.last_refreshed, freshFor, millisOf(profile.last_refreshed) + freshFor > now ? null : "expired")

const freshnessWith = (refreshedAt: Column.Instant, freshFor: number, reason: string | null): typeof Freshness.Type => ({
  status: reason === null ? "fresh" : "stale",
  refreshed_at: refreshedAt,
  fresh_until: instantOf(millisOf(refreshedAt) + freshFor),
  reason
})

/** An encoded JSON object with one more member at its end: copied, not read. */
const withMember = (object: Uint8Array, name: string, value: unknown): Uint8Array => {
  const tail = encoder.encode(`,${JSON.stringify(name)}:${JSON.stringify(value)}}`)
  const whole = new Uint8Array(object.byteLength - 1 + tail.byteLength)
  whole.set(object.subarray(0, -1))
  whole.set(tail, object.byteLength - 1)
  return whole
}

const encoder = new TextEncoder()
