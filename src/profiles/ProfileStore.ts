import { Clock, Context, Effect, Layer, Result } from "effect"
import { type Openings, Unlocks } from "../access/Unlocks.ts"
import { Cache } from "../cache/Cache.ts"
import type { Reservation } from "../credits/CreditReservation.ts"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { instantOf } from "../database/Instant.ts"
import { Transaction } from "../database/Transaction.ts"
import type { FetchedPost } from "../decodo/FetchedPost.ts"
import type { DecodedProfile, FetchedProfile } from "../decodo/FetchedProfile.ts"
import { decodeMedia } from "../decodo/MediaDecoder.ts"
import { decodeUser } from "../decodo/ProfileDecoder.ts"
import type { PostId } from "../posts/Post.ts"
import { Posts } from "../posts/Posts.ts"
import type { AnalysisType, DataSource, UserSearch } from "../searches/Search.ts"
import { Searches } from "../searches/Searches.ts"
import type { AnswerSuppressed, ProfileSuppressed } from "../suppressions/SuppressionErrors.ts"
import { Suppressions } from "../suppressions/Suppressions.ts"
import type { UserId } from "../users/UserId.ts"
import { Outbox } from "../webhooks/Outbox.ts"
import type { ProfileId } from "./Profile.ts"
import type { ProfileNotFound, ProfileTemporarilyUnavailable, SpendCeilingReached } from "./ProfileErrors.ts"
import { ProfileListener } from "./ProfileListener.ts"
import { ProfileRepo } from "./ProfileRepo.ts"
import { type PostAuthor, type ProfileRows, rowsOf, singlePostRows } from "./ProfileRows.ts"
import { SnapshotRepo } from "./SnapshotRepo.ts"
import type { Username } from "./Username.ts"
import { VendorAnswerId } from "./VendorAnswer.ts"
import { VendorAnswerRepo } from "./VendorAnswerRepo.ts"

/** Someone who asked for a profile, since when they wait (milliseconds since 1970), and what they have reserved for it. */
export interface Caller {
  readonly id: UserId
  readonly startedAt: number
  readonly reservation: Reservation | null
}

export interface Granted {
  readonly profile: ProfileId
  readonly username: Username
}

/** Why a look-up ends without a profile, when the database is well. */
export type LookupRefusal = ProfileNotFound | ProfileSuppressed | ProfileTemporarilyUnavailable | SpendCeilingReached

export interface Stored extends Granted {
  /** The name under which the account was stored until now, where that was another one. */
  readonly formerName: Username | null
}

/** A paid answer that is kept but has not become rows yet. */
export interface KeptAnswer {
  readonly id: VendorAnswerId
  readonly decoded: DecodedProfile
  readonly fetchedAt: ReturnType<typeof instantOf>
}

/** Turns vendor answers into rows: keeps the raw answer first, then stores everything it says in one transaction. */
export class ProfileStore extends Context.Service<ProfileStore, {
  /** Writes a paid answer down before anything is made of it, without what it says of the suppressed; once, however often it is written. */
  keep(requested: Username, fetched: FetchedProfile): Effect.Effect<KeptAnswer, AnswerSuppressed | DatabaseError>
  /** A kept answer that never became rows (the process died in between), no older than `maxAge` milliseconds. */
  findKept(username: Username, maxAge: number): Effect.Effect<KeptAnswer | undefined, DatabaseError>
  /** Whether there is one to be looked at. */
  hasKept(username: Username, maxAge: number): Effect.Effect<boolean, DatabaseError>
  /**
   * One transaction: profile, posts, related, mentions, snapshot, and what `settle` does for those who asked: it runs inside, once all is written, with
   * the figures that their record keeps.
   */
  store(
    answer: KeptAnswer,
    settle: (profile: Granted, snapshot: typeof UserSearch.fields.profile_snapshot.Type) => Effect.Effect<void, DatabaseError>
  ): Effect.Effect<Stored, AnswerSuppressed | DatabaseError>
  /** One transaction: a post by its own answer, with whom it mentions, and a new version of the profile that lists it. */
  addPost(profile: PostAuthor & { readonly id: ProfileId }, post: FetchedPost, fetchedAt: KeptAnswer["fetchedAt"]): Effect.Effect<
    void,
    DatabaseError
  >
  /** One transaction: a post that is stored already is one of the profile's own, and a new version of the profile. */
  linkPost(profile: ProfileId, post: PostId, now: KeptAnswer["fetchedAt"]): Effect.Effect<void, DatabaseError>
  /**
   * Windows, what they cost, and search records on a profile that is stored already, also as part of `store`'s transaction. Of those who
   * cannot pay nothing is stored.
   */
  grant(profile: Granted, callers: ReadonlyArray<Caller>, record: {
    readonly analysisType: typeof AnalysisType.Type
    readonly source: typeof DataSource.Type
    readonly snapshot: typeof UserSearch.fields.profile_snapshot.Type
  }): Effect.Effect<Openings, DatabaseError>
  /** The answer cannot become rows: it is not tried again. `rejection` is a code, never content. */
  reject(answer: KeptAnswer, rejection: string): Effect.Effect<void, DatabaseError>
  /** A fetch failed: those who asked get what is stored, at the usual price, else the failure stands in their record. */
  recordFailure(
    username: Username,
    stored: Granted | undefined,
    callers: ReadonlyArray<Caller>,
    outcome: { readonly failure: LookupRefusal; readonly analysisType: typeof AnalysisType.Type }
  ): Effect.Effect<Openings, DatabaseError>
  /** Instagram says that a stored profile is gone. */
  markGone(username: Username): Effect.Effect<void, DatabaseError>
}>()("analytics-following/profiles/ProfileStore") {
  static readonly layerNoDeps = Layer.effect(
    ProfileStore,
    Effect.gen(function*() {
      const profiles = yield* ProfileRepo
      const snapshots = yield* SnapshotRepo
      const answers = yield* VendorAnswerRepo
      const posts = yield* Posts
      const unlocks = yield* Unlocks
      const searches = yield* Searches
      const cache = yield* Cache
      const transaction = yield* Transaction
      const listener = yield* ProfileListener
      const outbox = yield* Outbox
      const suppressions = yield* Suppressions

      /** The answer as it may be stored: what it says of those who are suppressed is taken out before anything is made of it. */
      const admitted = Effect.fnUntraced(function*(requested: Username, decoded: DecodedProfile) {
        const raw = yield* suppressions.admit(requested, decoded.raw)
        return raw === decoded.raw ? decoded : Result.getOrElse(decodeUser(raw), () => decoded)
      })

      const keep = Effect.fn("ProfileStore.keep")((requested: Username, { meta, ...fetched }: FetchedProfile) =>
        transaction.run(Effect.gen(function*() {
          const decoded = yield* admitted(requested, fetched)
          yield* answers.insert({
            ...meta,
            username: requested,
            payload: decoded.raw,
            stored_at: null,
            rejected_at: null,
            rejection: null
          })
          return { id: VendorAnswerId.make(meta.id), decoded, fetchedAt: meta.fetched_at }
        }))
      )

      const findKept = Effect.fn("ProfileStore.findKept")(function*(username: Username, maxAge: number) {
        const now = yield* Clock.currentTimeMillis
        const answer = yield* answers.findPending(username, instantOf(now - maxAge))
        if (answer === undefined) return undefined
        const decoded = decodeUser(answer.payload)
        if (Result.isSuccess(decoded)) return { id: answer.id, decoded: decoded.success, fetchedAt: answer.fetched_at }
        yield* answers.markRejected(answer.id, decoded.failure._tag, instantOf(now))
        return undefined
      })

      const hasKept = (username: Username, maxAge: number) =>
        Effect.flatMap(Clock.currentTimeMillis, (now) => answers.hasPending(username, instantOf(now - maxAge)))

      const store = Effect.fn("ProfileStore.store")(function*(
        ...[answer, settle]: Parameters<ProfileStore["Service"]["store"]>
      ) {
        const { decoded, rows, ...stored } = yield* transaction.run(Effect.gen(function*() {
          const decoded = yield* admitted(answer.decoded.profile.username, answer.decoded)
          // The profile takes it from there.
          if (decoded !== answer.decoded) yield* answers.replace(answer.id, decoded.raw)
          const rows = rowsOf(decoded, answer.fetchedAt)
          const { raw_data: _, ...account } = rows.profile
          const shortcodes = rows.posts.map(({ shortcode }) => shortcode)
          yield* profiles.lockWithListers(rows.profile, shortcodes)
          const profile = yield* profiles.upsert(account, { keepFigures: rows.keepFigures, answer: answer.id })
          yield* posts.store(profile.id, rows.posts)
          yield* profiles.upsertRelated(profile.id, rows.related)
          yield* profiles.insertMentions(profile.id, rows.mentions, answer.fetchedAt)
          yield* snapshots.insert({ profile_id: profile.id, ...rows.snapshot })
          yield* answers.markStored(answer.id, instantOf(yield* Clock.currentTimeMillis))
          // Before it is told: those who are settled hear of it too.
          yield* settle({ profile: profile.id, username: profile.username }, keyFigures(rows))
          yield* outbox.emit({
            type: "profile.refreshed",
            data: {
              profile_id: profile.id,
              username: profile.username,
              data_version: profile.data_version,
              refreshed_at: answer.fetchedAt,
              href: `/profile/${profile.username}`
            }
          })
          const listers = yield* profiles.raiseListers(profile.id, shortcodes)
          return { ...profile, listers, decoded, rows }
        }))
        yield* Effect.forEach(stored.listers, cache.delete, { discard: true })
        yield* Effect.logInfo("profile stored", {
          username: stored.username,
          data_version: stored.data_version,
          posts: rows.posts.length,
          issues: decoded.issues.length
        })
        yield* listener.stored({
          profile: stored.id,
          username: stored.username,
          decoded,
          fetchedAt: answer.fetchedAt,
          keepFigures: rows.keepFigures
        })
        return { profile: stored.id, username: stored.username, formerName: stored.formerName }
      })

      const addPost = Effect.fn("ProfileStore.addPost")(
        (...[profile, fetched, fetchedAt]: Parameters<ProfileStore["Service"]["addPost"]>) =>
          transaction.run(Effect.gen(function*() {
            const raw = yield* suppressions.clean(fetched.raw)
            // Its owner was erased meanwhile.
            if (raw === undefined) return
            const cleaned = raw === fetched.raw
              ? fetched
              : Result.match(decodeMedia(raw), { onFailure: () => fetched, onSuccess: ({ value }) => value })
            const { mentions, post } = singlePostRows(cleaned, profile, fetchedAt)
            // First the profile, as an ingest does, so that the two cannot deadlock.
            yield* profiles.raiseVersion(profile.id)
            yield* posts.store(profile.id, [post])
            yield* profiles.insertMentions(profile.id, mentions, fetchedAt)
          }))
      )

      const linkPost = Effect.fn("ProfileStore.linkPost")((
        ...[profile, post, now]: Parameters<ProfileStore["Service"]["linkPost"]>
      ) => transaction.run(Effect.andThen(profiles.raiseVersion(profile), posts.link(profile, post, "owner", now))))

      const grant = Effect.fn("ProfileStore.grant")((
        profile: Granted,
        callers: ReadonlyArray<Caller>,
        record: Parameters<ProfileStore["Service"]["grant"]>[2]
      ) =>
        transaction.run(Effect.gen(function*() {
          const openings = yield* unlocks.open(profile, callers)
          const admitted = callers.filter(({ id }) => isOpened(openings, id))
          if (admitted.length > 0) {
            yield* searches.record(admitted, {
              username: profile.username,
              profile: profile.profile,
              errorCode: null,
              ...record
            })
          }
          return openings
        }))
      )

      const markGone = (username: Username) =>
        Effect.flatMap(Clock.currentTimeMillis, (now) => profiles.markGone(username, instantOf(now)))

      const reject = (answer: KeptAnswer, rejection: string) =>
        Effect.flatMap(Clock.currentTimeMillis, (now) => answers.markRejected(answer.id, rejection, instantOf(now)))

      const recordFailure = Effect.fn("ProfileStore.recordFailure")((
        username: Username,
        stored: Granted | undefined,
        callers: ReadonlyArray<Caller>,
        { analysisType, failure }: Parameters<ProfileStore["Service"]["recordFailure"]>[3]
      ) =>
        stored !== undefined && failure._tag !== "ProfileNotFound" && failure._tag !== "ProfileSuppressed"
          ? grant(stored, callers, { analysisType, source: "database", snapshot: null })
          : transaction.run(Effect.gen(function*() {
            // Of a name that is suppressed nothing is recorded, also where it became that while somebody waited.
            const suppressed = failure._tag === "ProfileSuppressed" ||
              (yield* suppressions.among({ usernames: new Set([username]), ids: new Set() })) !== undefined
            yield* unlocks.release(callers.map(({ reservation }) => reservation))
            if (!suppressed) {
              yield* searches.record(callers, {
                username,
                profile: stored?.profile ?? null,
                analysisType,
                source: null,
                errorCode: failure.type.slice("/problems/".length),
                snapshot: null
              })
            }
            return noOpenings
          }))
      )

      return { keep, findKept, hasKept, store, addPost, linkPost, grant, reject, recordFailure, markGone }
    })
  )
}

/** Whether a user's window is open now. */
export const isOpened = (openings: Openings, user: UserId): boolean => {
  const opening = openings.get(user)
  return opening !== undefined && Result.isSuccess(opening)
}

/** Whether a user could not pay for their window. */
export const isRefused = (openings: Openings, user: UserId): boolean => {
  const opening = openings.get(user)
  return opening !== undefined && Result.isFailure(opening)
}

const noOpenings: Openings = new Map()

/** The figures a search record keeps: what the profile looked like when it was looked up. */
const keyFigures = ({ profile, snapshot }: ProfileRows) => ({
  followers_count: profile.followers_count,
  posts_count: profile.posts_count,
  engagement_rate: snapshot.engagement_rate,
  influence_score: snapshot.influence_score
})
