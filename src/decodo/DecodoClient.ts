import { Context, type Effect } from "effect"
import type { DecodoError } from "./DecodoError.ts"
import type { FetchedProfile, FetchedSinglePost } from "./FetchedProfile.ts"

/** The vendor, as the product sees it. A call costs money and takes seconds to minutes: hold no database connection across one. */
export class DecodoClient extends Context.Service<DecodoClient, {
  /**
   * Asks for a profile and its latest posts by its normalised username, repeating what is safe and useful to repeat.
   */
  fetchProfile(username: string, options?: FetchOptions): Effect.Effect<FetchedProfile, DecodoError>
  /** Asks for one post by its shortcode. Three empty answers in a row mean that there is none to see. */
  fetchPost(shortcode: string): Effect.Effect<FetchedSinglePost, DecodoError>
  /**
   * Orders profiles, at most 3,000, in one call and does not wait for them: how many the vendor took. Each is then had by `fetchProfile`, which
   * looks at the task that is there. Names with an open task are left out; of the others those are ordered that `wanted` says, which
   * is asked when whoever begins to fetch one of them already waits for its task. In the synchronous mode none is.
   */
  submitProfiles<E>(
    usernames: ReadonlyArray<string>,
    wanted: (usernames: ReadonlyArray<string>) => Effect.Effect<ReadonlyArray<string>, E>
  ): Effect.Effect<number, DecodoError | E>
}>()("analytics-following/decodo/DecodoClient") {}

export interface FetchOptions {
  /** Three empty answers in a row mean "no such user" only for a name that is not known (the default): they are ambiguous. */
  readonly known: boolean
  /** Looked at right before each call, which may have waited long for its place: `Superseded` where it is no longer needed. */
  readonly superseded?: Effect.Effect<boolean>
}

/** What the vendor is asked for a profile by. */
export const profileTarget = { target: "instagram_graphql_profile" }
