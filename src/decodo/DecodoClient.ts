import { Context, type Effect } from "effect"
import type { DecodoError } from "./DecodoError.ts"
import type { FetchedProfile, FetchedSinglePost } from "./FetchedProfile.ts"

/** The vendor, as the product sees it. A call costs money and takes seconds to minutes: hold no database connection across one. */
export class DecodoClient extends Context.Service<DecodoClient, {
  /**
   * Asks for a profile and its latest posts by its normalised username, repeating what is safe and useful to repeat.
   * Three empty answers in a row mean "no such user" only for a name that is not `known` (the default): they are ambiguous.
   */
  fetchProfile(username: string, options?: { readonly known: boolean }): Effect.Effect<FetchedProfile, DecodoError>
  /** Asks for one post by its shortcode. Three empty answers in a row mean that there is none to see. */
  fetchPost(shortcode: string): Effect.Effect<FetchedSinglePost, DecodoError>
  /**
   * Gives the vendor a batch of profiles to fetch, in as few calls as it takes, and does not wait for them: how many it took. Each is then
   * had by `fetchProfile` in the asynchronous mode, which looks at the task that is there. Names with an open task are left out.
   */
  submitProfiles(usernames: ReadonlyArray<string>): Effect.Effect<number, DecodoError>
}>()("analytics-following/decodo/DecodoClient") {}
