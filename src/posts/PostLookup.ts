import { Clock, Context, Duration, Effect, Layer, Option, Result } from "effect"
import { AccessTracker } from "../access/AccessTracker.ts"
import { makeSingleFlight } from "../auth/SingleFlight.ts"
import { Cache } from "../cache/Cache.ts"
import { TtlMap } from "../cache/TtlMap.ts"
import { type Announced, Charges } from "../credits/Charges.ts"
import type { CreditsRequired } from "../credits/CreditErrors.ts"
import { freeFor, type Quote } from "../credits/Quote.ts"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { instantOf } from "../database/Instant.ts"
import { Transaction } from "../database/Transaction.ts"
import { DecodoClient } from "../decodo/DecodoClient.ts"
import type { DecodoError } from "../decodo/DecodoError.ts"
import { decodeMedia } from "../decodo/MediaDecoder.ts"
import { AccessRequired } from "../profiles/ProfileErrors.ts"
import { Profiles } from "../profiles/Profiles.ts"
import { ProfileStore } from "../profiles/ProfileStore.ts"
import type { Username } from "../profiles/Username.ts"
import { NegativeCache } from "../thrift/NegativeCache.ts"
import { VendorUse } from "../thrift/VendorUse.ts"
import type { UserId } from "../users/UserId.ts"
import type { FoundPost } from "./FoundPost.ts"
import { PostAnswerRepo } from "./PostAnswerRepo.ts"
import { type KeptPost, PostAnswers } from "./PostAnswers.ts"
import { PostNotFound, PostTemporarilyUnavailable } from "./PostErrors.ts"
import { Posts } from "./Posts.ts"
import type { Shortcode } from "./Shortcode.ts"

/** What of a post the user needs, and what seeing it cost; null while credits are off. */
export interface SeenPost extends Pick<FoundPost, "id" | "shortcode"> {
  readonly charge: Announced | null
}

export interface PostLookupOptions {
  /** How long a caller waits for a fetch, which goes on without them. */
  readonly wait: Duration.Duration
  /** How long a kept answer is used instead of paying again. */
  readonly keptMaxAge: Duration.Duration
  /** How long a failure is answered without asking the vendor again; `NegativeCache` knows how long "no such post" is believed. */
  readonly failureFor: Duration.Duration
}

/**
 * A post by its shortcode, for somebody who holds a window on a profile that lists it. One that is not stored is fetched, at most once
 * at a time whoever asks; its answer is kept, so that unlocking the owner and asking again pays nothing twice. That is a `post_analytics`;
 * what is stored belongs to the window.
 */
export class PostLookup extends Context.Service<PostLookup, {
  unlocked(user: UserId, shortcode: Shortcode): Effect.Effect<
    SeenPost,
    PostNotFound | PostTemporarilyUnavailable | AccessRequired | CreditsRequired | DatabaseError
  >
  /** What `unlocked` would cost now. Nobody is asked. */
  quote(user: UserId, shortcode: Shortcode): Effect.Effect<Quote, DatabaseError>
}>()("analytics-following/posts/PostLookup") {
  static readonly layerNoDeps = (options: PostLookupOptions) => Layer.effect(PostLookup, make(options))

  static readonly layer = (options: PostLookupOptions) =>
    this.layerNoDeps(options).pipe(Layer.provide([PostAnswerRepo.layer, PostAnswers.layer]))
}

type FetchFailure = PostNotFound | PostTemporarilyUnavailable | DatabaseError

const make = Effect.fnUntraced(function*(options: PostLookupOptions) {
  const client = yield* DecodoClient
  const answers = yield* PostAnswerRepo
  const { keep } = yield* PostAnswers
  const posts = yield* Posts
  const profiles = yield* Profiles
  const store = yield* ProfileStore
  const access = yield* AccessTracker
  const cache = yield* Cache
  const transaction = yield* Transaction
  const absences = yield* NegativeCache
  const charges = yield* Charges
  const once = yield* makeSingleFlight<KeptPost, FetchFailure>()
  const failures = new TtlMap<PostTemporarilyUnavailable>(rememberedFailures)

  /** The kept answer, or a new one. A kept one that no longer decodes is no answer. */
  const fetch = Effect.fnUntraced(function*(shortcode: Shortcode) {
    const now = yield* Clock.currentTimeMillis
    const kept = yield* answers.findLatest(shortcode, instantOf(now - Duration.toMillis(options.keptMaxAge)))
    const decoded = kept === undefined ? undefined : Result.getOrUndefined(decodeMedia(kept.payload))
    if (kept !== undefined && decoded !== undefined) return { id: kept.id, post: decoded.value, fetchedAt: kept.fetched_at }
    if ((yield* absences.find({ shortcode })) !== undefined) return yield* Effect.fail(notFound(shortcode))
    const fetched = yield* Effect.catchTag(client.fetchPost(shortcode), "DecodoError", (error) => failed(shortcode, error))
    // Paid for, and only here until it is written down, also where the process is told to stop meanwhile.
    const written = yield* keep(fetched)
    if (written !== undefined) {
      yield* absences.forget({ shortcode })
      return written
    }
    // Of an owner who was erased: as if it were not there, so that it is not paid for again at once.
    yield* absences.remember({ shortcode }, "media_null")
    return yield* Effect.fail(notFound(shortcode))
  })

  const failed = Effect.fnUntraced(function*(shortcode: Shortcode, error: DecodoError) {
    yield* Effect.logWarning("post fetch failed", { reason: error.reason._tag, attempts: error.attempts })
    if (error.reason._tag === "PostNotFound") {
      yield* absences.remember({ shortcode }, error.reason.evidence)
      return yield* Effect.fail(notFound(shortcode))
    }
    const failure = unavailable(shortcode, error.reason._tag, retryAfter(error))
    // What one may not spend another may; asking again costs nothing.
    if (error.reason._tag !== "SpendCeilingReached") {
      const now = yield* Clock.currentTimeMillis
      failures.set(shortcode, failure, now, now + Duration.toMillis(options.failureFor))
    }
    return yield* Effect.fail(failure)
  })

  const fetched = Effect.fnUntraced(function*(shortcode: Shortcode) {
    const failure = failures.get(shortcode, yield* Clock.currentTimeMillis)
    if (failure !== undefined) return yield* Effect.fail(failure)
    const answer = yield* Effect.timeoutOption(once(shortcode, fetch(shortcode)), options.wait)
    return Option.isSome(answer) ? answer.value : yield* Effect.fail(unavailable(shortcode, "still_fetching", 5))
  })

  /** The first of the profiles that is stored and unlocked. */
  const firstUnlocked = Effect.fnUntraced(function*(user: UserId, usernames: ReadonlyArray<Username>) {
    for (const username of usernames) {
      const profile = yield* profiles.unlocked(user, username).pipe(
        Effect.catchTags({ ProfileNotFound: () => Effect.undefined, AccessRequired: () => Effect.undefined })
      )
      if (profile !== undefined) return profile
    }
    return undefined
  })

  /** Whoever unlocked a profile that lists the post sees it; the owner may be unlocked and stored before the post was. */
  const stored = Effect.fnUntraced(function*(user: UserId, post: FoundPost) {
    for (const profile of post.listed_by) {
      if ((yield* access.check(user, profile)) !== undefined) return post
    }
    const owner = yield* firstUnlocked(user, [post.owner_username])
    if (owner === undefined) return yield* locked(post.owner_username)
    const now = instantOf(yield* Clock.currentTimeMillis)
    yield* Effect.uninterruptible(Effect.andThen(store.linkPost(owner.id, post.id, now), cache.delete(owner.username)))
    return post
  })

  /** A post that is not stored: its answer becomes rows, and is charged for, in one transaction. */
  const added = Effect.fnUntraced(function*(
    user: UserId,
    shortcode: Shortcode,
    commit: Effect.Effect<Announced | null, CreditsRequired | DatabaseError>
  ) {
    const answer = yield* Effect.provideService(fetched(shortcode), VendorUse, { purpose: "post", user })
    const { coauthor_producers, owner_username } = answer.post
    if (owner_username === null) return yield* Effect.fail(unavailable(shortcode, "owner_unknown", 3600))
    const profile = yield* firstUnlocked(user, [owner_username, ...coauthor_producers.map(({ username }) => username)])
    if (profile === undefined) return yield* locked(owner_username)
    const now = instantOf(yield* Clock.currentTimeMillis)
    const written = transaction.run(Effect.gen(function*() {
      yield* store.addPost(profile, answer.post, answer.fetchedAt)
      yield* answers.markStored(answer.id, now)
      const post = yield* posts.find(shortcode)
      return post === undefined ? undefined : { ...post, charge: yield* commit }
    }))
    // Whoever hangs up after the commit leaves no old answer in the cache.
    const post = yield* Effect.uninterruptible(Effect.tap(written, () => cache.delete(profile.username)))
    // A post that contradicts what is stored is left out of it.
    return post ?? (yield* Effect.fail(unavailable(shortcode, "answer_refused", 3600)))
  })

  const unlocked = Effect.fn("PostLookup.unlocked")(function*(user: UserId, shortcode: Shortcode) {
    const known = yield* posts.find(shortcode)
    return known === undefined
      ? yield* charges.holding(user, askedFor(shortcode), (commit) => added(user, shortcode, commit))
      : { ...(yield* stored(user, known)), charge: charges.nothing }
  })

  const quote = Effect.fn("PostLookup.quote")(function*(user: UserId, shortcode: Shortcode) {
    const quoted = yield* charges.quote(user, askedFor(shortcode))
    return (yield* posts.find(shortcode)) === undefined ? quoted : freeFor(quoted, "window_open")
  })

  return PostLookup.of({ unlocked, quote })
})

const askedFor = (shortcode: Shortcode) => ({
  action: "post_analytics" as const,
  subject: shortcode,
  note: "A post that was not stored, read from Instagram by itself"
})

const rememberedFailures = 20_000

const locked = (owner: Username) =>
  Effect.fail(
    new AccessRequired({
      username: owner,
      unlock: `/profile/${owner}`,
      detail: "The post is of a profile that you have not unlocked. GET the address in `unlock` to open it, then send this again."
    })
  )

const notFound = (shortcode: Shortcode) =>
  new PostNotFound({ shortcode, detail: "Instagram shows no such post: check the address; it may be deleted or private." })

const unavailable = (shortcode: Shortcode, reason: string, retry_after: number) =>
  new PostTemporarilyUnavailable({ shortcode, reason, retry_after, detail: "Send this again after `retry_after` seconds." })

/** Seconds: what the vendor asked for, else a guess that spares both sides. */
const retryAfter = ({ reason }: DecodoError): number =>
  "retryAfter" in reason && reason.retryAfter !== null ? Math.max(1, reason.retryAfter) : 30
