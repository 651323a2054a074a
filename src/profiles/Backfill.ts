import { Clock, Context, Effect, Layer, Result } from "effect"
import { Cache } from "../cache/Cache.ts"
import type { Instant } from "../database/Column.ts"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { instantOf } from "../database/Instant.ts"
import { Transaction } from "../database/Transaction.ts"
import { pictureExpiry } from "../decodo/PictureExpiry.ts"
import { decodeUser } from "../decodo/ProfileDecoder.ts"
import type { Refilled } from "../posts/ListedPost.ts"
import { Posts } from "../posts/Posts.ts"
import { Suppressions } from "../suppressions/Suppressions.ts"
import { type BackfillCounts, BackfillRepo } from "./BackfillRepo.ts"
import type { ProfileId } from "./Profile.ts"
import { ProfileRepo } from "./ProfileRepo.ts"
import { rowsOf } from "./ProfileRows.ts"
import { SnapshotRepo } from "./SnapshotRepo.ts"
import type { VendorAnswerId } from "./VendorAnswer.ts"
import { VendorAnswerRepo } from "./VendorAnswerRepo.ts"

/** Why nothing can be made of a kept answer: no profile is stored of its account, or today's decoder refuses it. */
export type Unusable = "without_profile" | "unreadable"

export interface PicturesOfBatch {
  readonly done: number
  readonly changed: number
  /** Of these the addresses do not say when they end, or there is none. */
  readonly undated: number
  readonly cursor: ProfileId
}

/**
 * Makes up for what earlier versions did not make of what is stored. Asks neither the vendor nor any address, never replaces what is newer, and
 * finds nothing to do a second time. A dry run does the same and undoes it.
 */
export class Backfill extends Context.Service<Backfill, {
  readonly counts: Effect.Effect<BackfillCounts, DatabaseError>
  countAnswers: BackfillRepo["Service"]["countAnswers"]
  countProfiles: BackfillRepo["Service"]["countProfiles"]
  /** The next kept answers behind an id. */
  answers: VendorAnswerRepo["Service"]["storedAfter"]
  withoutPosts: BackfillRepo["Service"]["withoutPosts"]
  /** The posts of a kept answer, as today's decoder reads them, with whom they mention. Figures are left to `Recomputation`. */
  posts(answer: VendorAnswerId, dryRun: boolean): Effect.Effect<Refilled | Unusable, DatabaseError>
  /** The snapshot that a kept answer leads to, at the instant it was fetched. */
  snapshot(answer: VendorAnswerId, dryRun: boolean): Effect.Effect<"added" | "unchanged" | Unusable, DatabaseError>
  /** When the pictures of the next profiles behind an id end; undefined at the end. */
  pictures(after: string, limit: number, dryRun: boolean): Effect.Effect<PicturesOfBatch | undefined, DatabaseError>
}>()("analytics-following/profiles/Backfill") {
  static readonly layerNoDeps = Layer.effect(
    Backfill,
    Effect.gen(function*() {
      const repo = yield* BackfillRepo
      const answers = yield* VendorAnswerRepo
      const profiles = yield* ProfileRepo
      const snapshots = yield* SnapshotRepo
      const posts = yield* Posts
      const cache = yield* Cache
      const transaction = yield* Transaction
      const suppressions = yield* Suppressions

      /** In the transaction of what is made of it: whom it names may be erased meanwhile. */
      const read = Effect.fnUntraced(function*(id: VendorAnswerId) {
        const answer = yield* answers.find(id)
        const payload = answer && (yield* suppressions.clean(answer.payload))
        const decoded = payload === undefined ? undefined : Result.getOrUndefined(decodeUser(payload))
        if (answer === undefined || decoded === undefined) return "unreadable" as const
        const account = yield* repo.findAccount(decoded.profile)
        return account === undefined ? "without_profile" as const : { account, rows: rowsOf(decoded, answer.fetched_at) }
      })

      const run = <A>(dryRun: boolean, effect: Effect.Effect<A, DatabaseError>) =>
        dryRun
          ? Effect.flatMap(effect, (found) => Effect.fail(new Undone(found))).pipe(
            transaction.run,
            Effect.catchIf((error): error is Undone<A> => error instanceof Undone, ({ found }) => Effect.succeed(found))
          )
          : transaction.run(effect)

      const refill = Effect.fn("Backfill.posts")(function*(id: VendorAnswerId, dryRun: boolean) {
        const made = yield* run(
          dryRun,
          Effect.gen(function*() {
            const kept = yield* read(id)
            if (typeof kept === "string") return kept
            const { account, rows } = kept
            const shortcodes = rows.posts.map(({ shortcode }) => shortcode)
            // First the profiles, as an ingest does, so that the two cannot deadlock.
            yield* profiles.lockWithListers({ username: account.username, instagram_user_id: null }, shortcodes)
            const refilled = yield* posts.refill(account.id, rows.posts)
            if (refilled.added + refilled.changed + refilled.listed === 0) return { refilled, names: [] }
            yield* profiles.insertMentions(account.id, rows.mentions, rows.snapshot.taken_at as Instant)
            yield* profiles.raiseVersion(account.id)
            return { refilled, names: [account.username, ...(yield* profiles.raiseListers(account.id, shortcodes))] }
          })
        )
        if (typeof made === "string") return made
        if (!dryRun) yield* Effect.forEach(made.names, cache.delete, { discard: true })
        return made.refilled
      })

      const snapshot = Effect.fn("Backfill.snapshot")(function*(id: VendorAnswerId, dryRun: boolean) {
        return yield* run(
          dryRun,
          Effect.gen(function*() {
            const kept = yield* read(id)
            if (typeof kept === "string") return kept
            const added = yield* snapshots.insert({ profile_id: kept.account.id, ...kept.rows.snapshot })
            return added ? "added" as const : "unchanged" as const
          })
        )
      })

      const pictures = Effect.fn("Backfill.pictures")(function*(after: string, limit: number, dryRun: boolean) {
        const batch = yield* repo.pictures(after, limit)
        const last = batch.at(-1)
        if (last === undefined) return undefined
        const ends = batch.map(({ id, profile_pic_url, profile_pic_url_hd }) => ({
          id,
          profile_pic_url,
          profile_pic_expires_at: pictureExpiry([profile_pic_url, profile_pic_url_hd])
        }))
        const dated = ends.filter(({ profile_pic_expires_at }) => profile_pic_expires_at !== null)
        const changed = yield* run(dryRun, profiles.setPictureExpiries(dated))
        if (!dryRun) yield* Effect.forEach(changed, cache.delete, { discard: true })
        return { done: batch.length, changed: changed.length, undated: batch.length - dated.length, cursor: last.id }
      })

      return {
        counts: Effect.flatMap(Clock.currentTimeMillis, (now) => repo.counts(instantOf(now))),
        countAnswers: repo.countAnswers,
        countProfiles: repo.countProfiles,
        answers: answers.storedAfter,
        withoutPosts: repo.withoutPosts,
        posts: refill,
        snapshot,
        pictures
      }
    })
  )

  static readonly layer = this.layerNoDeps.pipe(Layer.provide(BackfillRepo.layer))
}

/** What was found, by a transaction that is not to last. */
class Undone<A> {
  readonly found: A
  constructor(found: A) {
    this.found = found
  }
}
