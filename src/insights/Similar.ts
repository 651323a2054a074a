import { Clock, Context, Effect, Layer, Schema } from "effect"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { instantOf } from "../database/Instant.ts"
import { Transaction } from "../database/Transaction.ts"
import { Peers } from "../profiles/Peers.ts"
import type { ProfileId } from "../profiles/Profile.ts"
import type { CreatorMetadata } from "./CreatorMetadata.ts"
import { InsightRepo } from "./InsightRepo.ts"
import { type Likeness, similarity, similarityMethod } from "./Similarity.ts"

/** Similar accounts among what is stored. Computed by the backfill script, never while somebody waits. */
export class Similar extends Context.Service<Similar, {
  /** Compares a profile with its stored neighbours and stores the most similar; how many those are. */
  compute(profile: ProfileId): Effect.Effect<number, DatabaseError>
}>()("analytics-following/insights/Similar") {
  static readonly layerNoDeps = Layer.effect(
    Similar,
    Effect.gen(function*() {
      const peers = yield* Peers
      const repo = yield* InsightRepo
      const transaction = yield* Transaction
      return {
        compute: Effect.fn("Similar.compute")(function*(profile: ProfileId) {
          const neighbours = yield* peers.neighbours(profile)
          const ids = [profile, ...neighbours.map(({ id }) => id)]
          const [creators, mentioned] = yield* Effect.all([repo.findCreators(ids), peers.mentioned(ids)])
          const likeness = likenessOf(creators, mentioned)
          const own = likeness.get(profile)
          const similar = neighbours.flatMap((neighbour) => {
            const other = likeness.get(neighbour.id)
            const score = own === undefined || other === undefined ? null : similarity(own, other)
            return score === null || score < LEAST ? [] : [{
              related_username: neighbour.username,
              related_instagram_user_id: neighbour.instagram_user_id,
              related_full_name: neighbour.full_name,
              related_is_verified: neighbour.is_verified,
              related_is_private: neighbour.is_private,
              related_profile_pic_url: neighbour.profile_pic_url,
              related_followers_count: neighbour.followers_count,
              similarity_score: score,
              similarity_method: similarityMethod
            }]
          }).toSorted((a, b) => b.similarity_score - a.similarity_score).slice(0, MOST)
          const at = instantOf(yield* Clock.currentTimeMillis)
          yield* transaction.run(peers.storeSimilar(profile, similar, at))
          return similar.length
        })
      }
    })
  )

  static readonly layer = this.layerNoDeps.pipe(Layer.provide(InsightRepo.layer))
}

const LEAST = 0.1
const MOST = 20

const likenessOf = (
  creators: ReadonlyArray<CreatorMetadata>,
  mentioned: ReadonlyArray<{ readonly profile_id: ProfileId; readonly mentioned_username: string }>
): ReadonlyMap<ProfileId, Likeness> => {
  const mentions = Map.groupBy(mentioned, ({ profile_id }) => profile_id)
  return new Map(creators.map((creator) => [creator.profile_id, {
    themes: new Map(
      creator.content_themes.filter(isTheme).map(({ share, theme }) => [theme, share])
    ),
    mentions: new Set((mentions.get(creator.profile_id) ?? []).map(({ mentioned_username }) => mentioned_username)),
    category: creator.categories[0] ?? null
  }]))
}

const isTheme = Schema.is(Schema.Struct({ theme: Schema.String, share: Schema.Finite }))
