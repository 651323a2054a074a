import { Clock, Context, Duration, Effect, Layer, Option, Schema } from "effect"
import { makeSingleFlight } from "../auth/SingleFlight.ts"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { instantOf } from "../database/Instant.ts"
import { Transaction } from "../database/Transaction.ts"
import { DecodoClient } from "../decodo/DecodoClient.ts"
import { PostAnswers } from "../posts/PostAnswers.ts"
import { Posts } from "../posts/Posts.ts"
import { sameJson } from "../profiles/CanonicalJson.ts"
import { Peers } from "../profiles/Peers.ts"
import type { ProfileId } from "../profiles/Profile.ts"
import { ProfileTemporarilyUnavailable } from "../profiles/ProfileErrors.ts"
import type { Outcome } from "../profiles/Recomputation.ts"
import type { Unlocked } from "../profiles/Unlocked.ts"
import type { Username } from "../profiles/Username.ts"
import { audienceOf } from "./audience/Audience.ts"
import { audienceVersion } from "./audience/AudienceMethods.ts"
import { type CommentFigures, CommentStudy, nothingCollected, studyOf } from "./CommentStudy.ts"
import { noContentSentiment } from "./ContentSentiment.ts"
import { FirstPartyAudience, type FirstPartyDemographics } from "./FirstPartyAudience.ts"
import { InsightRepo, type PostSentiment } from "./InsightRepo.ts"
import { LanguageDetection } from "./LanguageDetection.ts"
import { loadAnalyzer } from "./sentiment/LoadAnalyzer.ts"
import { comment_sentiment } from "./sentiment/Methods.ts"

type Subject = { readonly id: ProfileId; readonly username: Username; readonly last_refreshed: string }

/** What a collection brought. */
export interface Collected {
  /** Shortcodes of the posts whose comments are known now, asked for in this collection or lately before. */
  readonly collected: ReadonlyArray<string>
  readonly failed: ReadonlyArray<{ readonly shortcode: string; readonly reason: string }>
}

export interface CommentsOptions {
  /** Answers younger than this are used instead of paying again. */
  readonly freshFor: Duration.Duration
}

/** Comments of a profile's posts: fetched when asked for (they cost), kept as they came, and what they say of sentiment and audience. */
export class Comments extends Context.Service<Comments, {
  /**
   * Asks the vendor for the comments of the latest posts, those with a fresh answer apart, and stores what they say. One collection a
   * profile at a time; it goes on when the caller no longer waits, then undefined. Fails where no post could be read.
   */
  collect(
    profile: Unlocked,
    posts: number,
    wait: Duration.Duration
  ): Effect.Effect<Collected | undefined, ProfileTemporarilyUnavailable | DatabaseError>
  /** Computes the stored rows anew from the kept answers; asks nobody. */
  derive(profile: Omit<Subject, "last_refreshed">, firstParty?: FirstPartyDemographics): Effect.Effect<void, DatabaseError>
  /** As `derive`, but writes only what differs from what is stored. */
  recompute(profile: Omit<Subject, "last_refreshed">, dryRun: boolean): Effect.Effect<Outcome, DatabaseError>
  /** What is stored: all posts together, and each of the latest posts. */
  read(profile: Unlocked): Effect.Effect<
    { readonly study: CommentStudy; readonly posts: ReadonlyArray<typeof PostSentiment.Type> },
    DatabaseError
  >
}>()("analytics-following/insights/Comments") {
  static readonly layerNoDeps = (options: CommentsOptions) => Layer.effect(Comments, make(options))

  static readonly layer = (options: CommentsOptions) =>
    this.layerNoDeps(options).pipe(Layer.provide([InsightRepo.layer, PostAnswers.layer]))
}

const make = Effect.fnUntraced(function*(options: CommentsOptions) {
  const client = yield* DecodoClient
  const posts = yield* Posts
  const answers = yield* PostAnswers
  const peers = yield* Peers
  const repo = yield* InsightRepo
  const firstParties = yield* FirstPartyAudience
  const transaction = yield* Transaction
  const { detector } = yield* LanguageDetection
  const once = yield* makeSingleFlight<Collected, DatabaseError>()

  const latestPosts = (profile: ProfileId, limit: number) => posts.latest(profile, { after: undefined, limit })

  const fetch = Effect.fnUntraced(function*(shortcode: string) {
    const fetched = yield* Effect.result(client.fetchPost(shortcode))
    if (fetched._tag === "Failure") {
      yield* Effect.logWarning("comments not fetched", {
        reason: fetched.failure.reason._tag,
        attempts: fetched.failure.attempts
      })
      return { shortcode, reason: fetched.failure.reason._tag as string }
    }
    yield* answers.keep(fetched.success)
    return { shortcode, reason: null }
  })

  const gather = Effect.fnUntraced(function*(profile: Subject, limit: number) {
    const now = yield* Clock.currentTimeMillis
    // A post that nobody commented on, or may comment on, has nothing to pay for.
    const wanted = (yield* latestPosts(profile.id, limit))
      .filter(({ comments_count, comments_disabled }) => comments_count !== 0 && comments_disabled !== true)
      .map(({ shortcode }) => shortcode)
    const known = new Set(
      (yield* answers.latest(wanted, instantOf(now - Duration.toMillis(options.freshFor)))).map(({ shortcode }) =>
        String(shortcode)
      )
    )
    const asked = yield* Effect.forEach(wanted.filter((shortcode) => !known.has(shortcode)), fetch, { concurrency: atOnce })
    const failed = asked.flatMap(({ reason, shortcode }) => reason === null ? [] : [{ shortcode, reason }])
    const firstParty = yield* Effect.catch(
      firstParties.of(profile.username),
      ({ reason }) => Effect.as(Effect.logWarning("first-party audience not read", { reason }), undefined)
    )
    yield* derive(profile, firstParty)
    const lost = new Set(failed.map(({ shortcode }) => shortcode))
    return { collected: wanted.filter((shortcode) => !lost.has(shortcode)), failed }
  })

  const collect = Effect.fn("Comments.collect")(function*(profile: Subject, limit: number, wait: Duration.Duration) {
    const outcome = yield* Effect.timeoutOption(once(`${profile.id} ${limit}`, gather(profile, limit)), wait)
    if (Option.isNone(outcome)) return undefined
    const [first] = outcome.value.failed
    return first === undefined || outcome.value.collected.length > 0
      ? outcome.value
      : yield* new ProfileTemporarilyUnavailable({
        username: profile.username,
        reason: first.reason,
        retry_after: 30,
        detail: "No post could be read; nothing was charged for those. Ask again after `retry_after` seconds."
      })
  })

  const compute = Effect.fnUntraced(function*(profile: Omit<Subject, "last_refreshed">, firstParty?: FirstPartyDemographics) {
    const listed = new Map((yield* latestPosts(profile.id, studied)).map(({ id, shortcode }) => [shortcode, id]))
    const kept = yield* answers.latest([...listed.keys()])
    const known = firstParty ?? (yield* storedStudy(profile.id))?.first_party ?? undefined
    if (kept.length === 0 && known === undefined) return undefined
    const tools = { analyzer: yield* Effect.promise(loadAnalyzer), detect: yield* detector }
    const answered = kept.flatMap((answer) => {
      const post = listed.get(answer.shortcode)
      return post === undefined ? [] : [{ ...answer, post }]
    })
    return studyOf(profile, answered, tools, known)
  })

  const store = Effect.fnUntraced(function*(profile: ProfileId, { audience, mentions, sentiments }: Study) {
    const now = instantOf(yield* Clock.currentTimeMillis)
    yield* transaction.run(Effect.gen(function*() {
      yield* peers.storeMentions(profile, mentions, now)
      yield* repo.upsertSentiment(sentiments)
      if (audience === undefined) return
      yield* repo.upsertAudience(audience)
      yield* repo.setContentSentiment(profile, verdictIn(audience.details))
    }))
  })

  const derive = Effect.fn("Comments.derive")(function*(
    profile: Omit<Subject, "last_refreshed">,
    firstParty?: FirstPartyDemographics
  ) {
    const study = yield* compute(profile, firstParty)
    if (study !== undefined) yield* store(profile.id, study)
  })

  const recompute = Effect.fn("Comments.recompute")(function*(profile: Omit<Subject, "last_refreshed">, dryRun: boolean) {
    const study = yield* compute(profile)
    const [stored, sentiments] = yield* Effect.all([
      repo.findAudience(profile.id),
      repo.sentimentOf(profile.id, { method: comment_sentiment.method, version: comment_sentiment.version, limit: studied })
    ])
    if (study === undefined) {
      return stored === undefined && sentiments.length === 0
        ? "nothing_stored" as const
        : "without_source" as const
    }
    const same = (stored === undefined ? study.audience === undefined : sameJson(study.audience, shown(stored))) &&
      sameJson(byPost(study.sentiments), byPost(sentiments.map(shown)))
    if (same) return "unchanged" as const
    if (!dryRun) yield* store(profile.id, study)
    return "rewritten" as const
  })

  const storedStudy = Effect.fnUntraced(function*(profile: ProfileId) {
    const stored = yield* repo.findAudience(profile)
    return stored?.analysis_version === audienceVersion && stored.details !== null
      ? Option.getOrUndefined(decodeStudy(stored.details))
      : undefined
  })

  const read = Effect.fn("Comments.read")(function*(profile: Subject) {
    const [study, sentiments] = yield* Effect.all([
      storedStudy(profile.id),
      repo.sentimentOf(profile.id, { method: comment_sentiment.method, version: comment_sentiment.version, limit: studied })
    ], { concurrency: "unbounded" })
    return { study: study ?? nothingKnown(profile), posts: sentiments }
  })

  return Comments.of({ collect, derive, recompute, read })
})

const nothingKnown = ({ last_refreshed, username }: Subject): CommentStudy => ({
  audience: audienceOf(username, [], last_refreshed, () => null, undefined),
  comments: nothingCollected(last_refreshed) satisfies CommentFigures,
  content_sentiment: noContentSentiment(last_refreshed),
  first_party: null
})

type Study = ReturnType<typeof studyOf>

/** A row as it was written: without what the database adds. */
const shown = (stored: object) => {
  const { created_at: _c, id: _i, posted_at: _p, shortcode: _s, ...row } = stored as Readonly<Record<string, unknown>>
  return row
}

const verdictIn = (details: unknown) => Option.getOrNull(decodeStudy(details))?.content_sentiment.value?.verdict ?? null

const byPost = (rows: ReadonlyArray<object>) => Object.fromEntries(rows.map((row) => [Reflect.get(row, "post_id"), row]))

const decodeStudy = Schema.decodeUnknownOption(CommentStudy)

/** Calls of one collection under way at once: look-ups share the process's places. */
const atOnce = 3

/** Latest posts whose kept answers count. */
const studied = 24
