import { Context, Effect, Layer } from "effect"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import type { ProfileId } from "../profiles/Profile.ts"
import type { Username } from "../profiles/Username.ts"
import type { FoundPost } from "./FoundPost.ts"
import type { ListedPost, StoredPost } from "./ListedPost.ts"
import { PostRepo } from "./PostRepo.ts"
import type { Shortcode } from "./Shortcode.ts"

/** Posts of profiles: the door to `posts` and to who lists them. */
export class Posts extends Context.Service<Posts, {
  /** Stores the posts a profile lists; call inside the transaction that stores the profile. */
  store(profile: ProfileId, posts: ReadonlyArray<StoredPost>): Effect.Effect<void, DatabaseError>
  /** Makes up for what is missing of an answer that was stored before; call inside a transaction. */
  refill: PostRepo["Service"]["refill"]
  find(shortcode: Shortcode): Effect.Effect<FoundPost | undefined, DatabaseError>
  /** Notes that a profile lists a post that is stored already. */
  link: PostRepo["Service"]["link"]
  /** Replaces rates that another version of their formula gave; how many there were. */
  rerate: PostRepo["Service"]["rerate"]
  /** The latest posts of a profile, newest first, each with the position that `after` continues from. */
  latest(profile: ProfileId | { readonly username: Username }, page: {
    readonly after: string | undefined
    readonly limit: number
  }): Effect.Effect<ReadonlyArray<ListedPost & { readonly position: string }>, DatabaseError>
}>()("analytics-following/posts/Posts") {
  static readonly layerNoDeps = Layer.effect(
    Posts,
    Effect.gen(function*() {
      const repo = yield* PostRepo
      return {
        store: (profile, posts) => Effect.asVoid(repo.upsert(profile, posts)),
        refill: repo.refill,
        find: repo.findByShortcode,
        link: repo.link,
        rerate: repo.rerate,
        latest: (profile, page) => repo.latest({ profile, ...page })
      }
    })
  )

  static readonly layer = this.layerNoDeps.pipe(Layer.provide(PostRepo.layer))
}
