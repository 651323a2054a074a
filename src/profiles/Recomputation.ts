import { Context, Effect, Layer, Result } from "effect"
import type { Analytics } from "../analytics/Analytics.ts"
import { Cache } from "../cache/Cache.ts"
import type * as Column from "../database/Column.ts"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { Transaction } from "../database/Transaction.ts"
import type { DecodedProfile } from "../decodo/FetchedProfile.ts"
import { decodeUser } from "../decodo/ProfileDecoder.ts"
import { Posts } from "../posts/Posts.ts"
import { sameJson } from "./CanonicalJson.ts"
import { ProfileRepo } from "./ProfileRepo.ts"
import { analyticsOf, analyticsVersion, figureColumnsOf, postRatesOf, snapshotFiguresOf } from "./ProfileRows.ts"
import { SnapshotRepo } from "./SnapshotRepo.ts"
import { StoredFigureRepo } from "./StoredFigureRepo.ts"
import type { FigureFilter, StoredFigures } from "./StoredFigures.ts"
import { VendorAnswerRepo } from "./VendorAnswerRepo.ts"

/** How a recomputation of something stored ended. `without_source`: the answer it was made of is kept no longer, or cannot be read. */
export type Outcome = "unchanged" | "rewritten" | "without_source" | "nothing_stored"

/** The formulas of the figures, and their version; a test passes others. */
export interface Formulas {
  readonly version: number
  readonly analyze: (decoded: DecodedProfile, fetchedAt: Column.Instant) => Analytics
  readonly rate: typeof postRatesOf
}

/** Computes the figures of stored profiles anew from the answers they were made of. Never asks the vendor. */
export class Recomputation extends Context.Service<Recomputation, {
  batch: StoredFigureRepo["Service"]["batch"]
  count(filter: FigureFilter): Effect.Effect<number, DatabaseError>
  /** The answer that stored figures of an instant were made of. */
  answerAt(
    profile: Pick<StoredFigures, "id" | "username" | "last_refreshed">,
    at: string
  ): Effect.Effect<{ readonly decoded: DecodedProfile; readonly fetchedAt: Column.Instant } | undefined, DatabaseError>
  /**
   * Rewrites a profile's figures, and those of the snapshot and the posts of the same fetch, where they differ, and drops the cached answer. A
   * cache inside another process follows within five minutes. Rates of posts that were fetched one by one stay as they are.
   */
  figures(profile: StoredFigures, dryRun: boolean): Effect.Effect<Outcome, DatabaseError>
}>()("analytics-following/profiles/Recomputation") {
  static readonly layerNoDeps = (formulas: Formulas = { version: analyticsVersion, analyze: analyticsOf, rate: postRatesOf }) =>
    Layer.effect(
      Recomputation,
      Effect.gen(function*() {
        const stored = yield* StoredFigureRepo
        const profiles = yield* ProfileRepo
        const snapshots = yield* SnapshotRepo
        const answers = yield* VendorAnswerRepo
        const posts = yield* Posts
        const cache = yield* Cache
        const transaction = yield* Transaction

        const answerAt = Effect.fnUntraced(function*(
          { id, last_refreshed, username }: Pick<StoredFigures, "id" | "username" | "last_refreshed">,
          at: string
        ) {
          const fetchedAt = at as Column.Instant
          const kept = yield* answers.findStored(username, fetchedAt)
          // An account that was renamed has its former answers under its former name; its latest one stands with the profile.
          const payload = kept?.fetched_at === fetchedAt
            ? kept.payload
            : last_refreshed === fetchedAt
            ? yield* stored.rawData(id)
            : undefined
          const decoded = payload === undefined ? undefined : Result.getOrUndefined(decodeUser(payload))
          return decoded === undefined ? undefined : { decoded, fetchedAt }
        })

        const figures = Effect.fn("Recomputation.figures")(function*(profile: StoredFigures, dryRun: boolean) {
          const at = profile.analytics?.["as_of"]
          if (profile.analytics === null || typeof at !== "string") return "nothing_stored" as const
          const answer = yield* answerAt(profile, at)
          if (answer === undefined) return "without_source" as const
          const analytics = formulas.analyze(answer.decoded, answer.fetchedAt)
          const rates = formulas.rate(answer.decoded)
          if (profile.analytics_version === formulas.version && sameJson(analytics, profile.analytics)) {
            if ((yield* posts.rerate(rates, answer.fetchedAt, true)) === 0) return "unchanged" as const
          }
          if (!dryRun) {
            const shortcodes = rates.map(({ shortcode }) => shortcode)
            const listers = yield* transaction.run(Effect.gen(function*() {
              // First the profiles, as an ingest does, so that the two cannot deadlock.
              yield* profiles.lockWithListers({ username: profile.username, instagram_user_id: null }, shortcodes)
              yield* profiles.updateFigures(profile.id, figureColumnsOf(analytics, formulas.version))
              yield* posts.rerate(rates, answer.fetchedAt, false)
              yield* snapshots.updateFigures({
                profile_id: profile.id,
                ...snapshotFiguresOf(answer.decoded, analytics, answer.fetchedAt, formulas.version)
              })
              return yield* profiles.raiseListers(profile.id, shortcodes)
            }))
            yield* Effect.forEach([profile.username, ...listers], cache.delete, { discard: true })
          }
          return "rewritten" as const
        })

        return { batch: stored.batch, count: stored.count, answerAt, figures }
      })
    )

  static readonly layer = (formulas?: Formulas) => this.layerNoDeps(formulas).pipe(Layer.provide(StoredFigureRepo.layer))
}
