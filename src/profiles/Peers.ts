import { Context, Effect, Layer } from "effect"
import type { Instant } from "../database/Column.ts"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { Suppressions } from "../suppressions/Suppressions.ts"
import { PeerRepo } from "./PeerRepo.ts"
import type { ProfileId } from "./Profile.ts"
import type { Page } from "./ProfileRelationRepo.ts"
import { type MentionEdge, ProfileRepo } from "./ProfileRepo.ts"
import type { SimilarProfile } from "./RelatedProfile.ts"
import type { Unlocked } from "./Unlocked.ts"

/** Stored profiles as a crowd: peers, neighbours, and who mentions whom. */
export class Peers extends Context.Service<
  Peers,
  Omit<PeerRepo["Service"], "mentionedBy"> & {
    /** Who mentions the account, newest first. */
    mentionedBy(profile: Unlocked, page: Page): ReturnType<PeerRepo["Service"]["mentionedBy"]>
    /**
     * Adds whom comments under the profile's posts mention, where that is not known yet; call inside the transaction that stores what the comments
     * say, before the rest of it.
     */
    storeMentions(profile: ProfileId, mentions: ReadonlyArray<MentionEdge>, at: Instant): Effect.Effect<void, DatabaseError>
    /** Takes these as what is similar to the profile by our own method, in a transaction; former ones that are not among them go. */
    storeSimilar(profile: ProfileId, similar: ReadonlyArray<SimilarProfile>, at: string): Effect.Effect<void, DatabaseError>
  }
>()("analytics-following/profiles/Peers") {
  static readonly layerNoDeps = Layer.effect(
    Peers,
    Effect.gen(function*() {
      const repo = yield* PeerRepo
      const profiles = yield* ProfileRepo
      const suppressions = yield* Suppressions
      return {
        ...repo,
        mentionedBy: ({ username }: Unlocked, page: Page) => repo.mentionedBy(username, page),
        storeMentions: Effect.fn("Peers.storeMentions")(
          function*(profile: ProfileId, mentions: ReadonlyArray<MentionEdge>, at: Instant) {
            if (mentions.length === 0) return
            const clean = (yield* suppressions.clean(mentions.map((edge) => ({ ...edge })))) ?? []
            yield* profiles.raiseVersion(profile)
            yield* profiles.insertMentions(profile, clean, at)
          }
        ),
        storeSimilar: Effect.fn("Peers.storeSimilar")(
          function*(profile: ProfileId, similar: ReadonlyArray<SimilarProfile>, at: string) {
            yield* profiles.upsertSimilar(profile, (yield* suppressions.clean(similar.map((one) => ({ ...one })))) ?? [], at)
          }
        )
      }
    })
  )

  static readonly layer = this.layerNoDeps.pipe(Layer.provide(PeerRepo.layer))
}
