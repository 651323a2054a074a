import { Clock, Context, Effect, Layer } from "effect"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { instantOf } from "../database/Instant.ts"
import type { AccessRequired, ProfileNotFound } from "../profiles/ProfileErrors.ts"
import { Profiles } from "../profiles/Profiles.ts"
import type { Username } from "../profiles/Username.ts"
import type { UserId } from "../users/UserId.ts"
import { FavoriteRepo, type Given } from "./FavoriteRepo.ts"
import { type FavoriteChange, normalizeTag, type SavedProfileRow } from "./SavedProfile.ts"

/**
 * Profiles that a user has saved. Saving needs a stored profile and an open window; what is saved stays when the window ends, with the
 * public summary alone, and its notes and tags can still be changed.
 */
export class Favorites extends Context.Service<Favorites, {
  save(user: UserId, profile: Username, change: FavoriteChange): Effect.Effect<
    SavedProfileRow,
    ProfileNotFound | AccessRequired | DatabaseError
  >
  /** False when it was not saved. */
  remove(user: UserId, profile: Username): Effect.Effect<boolean, DatabaseError>
  /** Newest first, each with the position that `after` continues from. */
  list(user: UserId, options: {
    readonly tag: string | undefined
    readonly after: string | undefined
    readonly limit: number
  }): Effect.Effect<ReadonlyArray<SavedProfileRow>, DatabaseError>
}>()("analytics-following/favorites/Favorites") {
  static readonly layerNoDeps = Layer.effect(
    Favorites,
    Effect.gen(function*() {
      const repo = yield* FavoriteRepo
      const profiles = yield* Profiles

      const save = Effect.fn("Favorites.save")(function*(user: UserId, username: Username, change: FavoriteChange) {
        const now = instantOf(yield* Clock.currentTimeMillis)
        const given = givenOf(change)
        const changed = yield* repo.update(user, username, given, now)
        if (changed !== undefined) return changed
        const profile = yield* profiles.unlocked(user, username)
        return yield* repo.upsert(user, profile.id, given, now)
      })

      const list = Effect.fn("Favorites.list")(function*(
        user: UserId,
        { tag, ...page }: Parameters<Favorites["Service"]["list"]>[1]
      ) {
        const now = instantOf(yield* Clock.currentTimeMillis)
        return yield* repo.list({ user, now, tag: tag === undefined ? undefined : normalizeTag(tag), ...page })
      })

      return { save, remove: repo.delete, list }
    })
  )

  static readonly layer = this.layerNoDeps.pipe(Layer.provide(FavoriteRepo.layer))
}

const givenOf = ({ notes, tags }: FavoriteChange): Given => ({
  ...(notes === undefined ? {} : { notes }),
  ...(tags === undefined ? {} : { tags: [...new Set((tags ?? []).map(normalizeTag))] })
})
