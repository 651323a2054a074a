import { Clock, Context, Duration, Effect, Layer, Option, References, Tracer } from "effect"
import { Unlocks } from "../access/Unlocks.ts"
import { TtlMap } from "../cache/TtlMap.ts"
import type * as Column from "../database/Column.ts"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { instantOf } from "../database/Instant.ts"
import { Transaction } from "../database/Transaction.ts"
import { isUuid } from "../database/Uuid.ts"
import { JobQueue } from "../jobs/JobQueue.ts"
import { loop } from "../observability/Loops.ts"
import type { AnalysisType } from "../searches/Search.ts"
import type { ProfileSuppressed } from "../suppressions/SuppressionErrors.ts"
import { Suppressions } from "../suppressions/Suppressions.ts"
import type { UserId } from "../users/UserId.ts"
import { Outbox } from "../webhooks/Outbox.ts"
import { type EndedFetch, FetchEnds } from "./FetchEnds.ts"
import { outcomeOf, refusalOf } from "./FetchFailures.ts"
import { FetchRun, type FetchRunOptions } from "./FetchRun.ts"
import { finishedLookup } from "./LookupJobView.ts"
import { FetchId, isEnded, type ProfileFetch, type Purpose } from "./ProfileFetch.ts"
import { ProfileFetchRepo } from "./ProfileFetchRepo.ts"
import type { Caller, Granted, LookupRefusal } from "./ProfileStore.ts"
import type { Username } from "./Username.ts"

export interface JoinOptions {
  readonly purpose: Purpose
  readonly analysisType: typeof AnalysisType.Type
  /** When that was fetched which the caller saw stored and wants anew; null: nothing was there; undefined: they did not look. */
  readonly seen?: Column.Instant | null
}

export interface FetchesOptions {
  /** How many milliseconds "no such profile" is believed. */
  readonly notFoundFor: number
  /** How many milliseconds another failure is answered without asking the vendor again. */
  readonly failureFor: number
  /** Fetches that this process does at once; 0: it only asks others to. */
  readonly concurrency: number
}

/** How a joined fetch ended. */
export interface Outcome {
  /** The profile, or why there is none. */
  readonly result: Effect.Effect<Granted, LookupRefusal>
  /** Whether the transaction that ended it also recorded the user; one who joined too late records by themselves. */
  recorded(user: UserId): boolean
}

/**
 * Fetches that outlive the requests and the processes that began them, at most one a username under way whichever processes ask: any
 * number of callers cause one vendor call, and all get its outcome.
 */
export class ProfileFetches extends Context.Service<ProfileFetches, {
  /**
   * Joins the fetch of a name or begins it; one that ended after the caller had asked, or stored what the caller did not see, counts as
   * joined. No caller: nobody is settled.
   */
  join(username: Username, caller: Caller | undefined, options: JoinOptions): Effect.Effect<
    ProfileFetch,
    ProfileSuppressed | DatabaseError
  >
  /** Waits for the end of a fetch; undefined where that is long forgotten. Interrupting it changes nothing for the fetch. */
  outcome(fetch: ProfileFetch | FetchId): Effect.Effect<Outcome | undefined>
  /** The user is answered before the fetch ends, and told of its end as that of a job. */
  goOn(id: FetchId, user: UserId): Effect.Effect<void, DatabaseError>
  /** The failure that a name ended with lately, to be answered without asking again. */
  recentFailure(username: Username): Effect.Effect<LookupRefusal | undefined, DatabaseError>
  /** Of these, the names of which a fetch is under way, whichever process has it. */
  underWay: ProfileFetchRepo["Service"]["findUnderWay"]
  /** A fetch by its id, for an hour after it ended; only for those who asked for it. */
  find(id: string, user: UserId): Effect.Effect<ProfileFetch | undefined, DatabaseError>
  /**
   * The user waits for these no longer, all or none of them. A fetch that nobody waits for ends: a queued one is not begun, and what a running
   * one still gets is kept.
   */
  leave(ids: ReadonlyArray<FetchId>, user: UserId): Effect.Effect<void, DatabaseError>
}>()("analytics-following/profiles/ProfileFetches") {
  static readonly layerNoDeps = (options: FetchesOptions) =>
    Layer.effect(
      ProfileFetches,
      Effect.gen(function*() {
        const repo = yield* ProfileFetchRepo
        const queue = yield* JobQueue
        const ends = yield* FetchEnds
        const transaction = yield* Transaction
        const unlocks = yield* Unlocks
        const suppressions = yield* Suppressions
        const outbox = yield* Outbox
        const { run } = yield* FetchRun
        /** The spans of those who asked here, for the fetches that are done here: one trace from the request to the vendor. */
        const askedIn = new TtlMap<Tracer.AnySpan>(tracedAtOnce)
        const traced = yield* References.TracerEnabled

        const join = Effect.fn("ProfileFetches.join")((
          ...[username, caller, asked]: Parameters<ProfileFetches["Service"]["join"]>
        ) =>
          Effect.andThen(
            queue.ready,
            suppressions.guarded(
              username,
              Effect.gen(function*() {
                const now = yield* Clock.currentTimeMillis
                const { is_new, ...fetch } = yield* repo.insert(
                  { username, purpose: asked.purpose, analysis_type: asked.analysisType },
                  instantOf(now)
                )
                if (is_new) {
                  // The one before may have ended between the caller's look at what is stored and now.
                  const since = instantOf(caller?.startedAt ?? now)
                  const before = asked.seen === undefined
                    ? yield* repo.findLatest(username, since)
                    : yield* repo.findNewer(username, since, asked.seen)
                  if (before !== undefined) return yield* Effect.as(repo.delete(fetch.id), before)
                  yield* queue.offer(fetchQueue, fetch.id)
                  const span = traced ? yield* Effect.serviceOption(Tracer.ParentSpan) : Option.none()
                  if (span._tag === "Some") askedIn.set(fetch.id, span.value, now, now + tracedFor)
                }
                if (caller !== undefined) {
                  yield* repo.addCaller(fetch.id, {
                    user_id: caller.id,
                    asked_at: instantOf(caller.startedAt),
                    reservation: caller.reservation
                  })
                }
                return fetch
              })
            )
          )
        )

        const goOn = Effect.fn("ProfileFetches.goOn")((id: FetchId, user: UserId) =>
          transaction.run(Effect.gen(function*() {
            const fetch = yield* repo.setJob(id, user)
            // It ended between the caller's patience and now.
            if (fetch !== undefined && isEnded(fetch)) yield* outbox.emit(finishedLookup(user, fetch, fetch.finished_at))
          }))
        )

        const ended = ({ fetch, recorded }: EndedFetch): Outcome => ({
          result: outcomeOf(fetch),
          recorded: (user) => recorded.has(user)
        })
        const awaited = (id: FetchId) => Effect.map(ends.await(id), (known) => known && ended(known))

        const outcome = (fetch: ProfileFetch | FetchId) =>
          typeof fetch === "string"
            ? awaited(fetch)
            : fetch.finished_at === null
            ? awaited(fetch.id)
            // Joined after its end, hence too late for its transaction.
            : Effect.succeed(ended({ fetch, recorded: new Set() }))

        const recentFailure = Effect.fn("ProfileFetches.recentFailure")(function*(username: Username) {
          const now = yield* Clock.currentTimeMillis
          const longest = Math.max(options.notFoundFor, options.failureFor)
          const latest = yield* repo.findLatest(username, instantOf(now - longest))
          if (latest?.state !== "failed" || latest.problem === null || latest.finished_at === null) return undefined
          // Another user may have something left; and to find that out costs nothing.
          if (latest.problem.kind === "spend_ceiling") return undefined
          const believed = latest.problem.kind === "not_found" ? options.notFoundFor : options.failureFor
          return now < Date.parse(latest.finished_at) + believed ? refusalOf(username, latest.problem) : undefined
        })

        const find = Effect.fn("ProfileFetches.find")(function*(id: string, user: UserId) {
          const now = yield* Clock.currentTimeMillis
          return isUuid(id) ? yield* repo.findOf(id, user, instantOf(now - readableFor)) : undefined
        })

        const leave = Effect.fn("ProfileFetches.leave")((ids: ReadonlyArray<FetchId>, user: UserId) =>
          transaction.run(Effect.gen(function*() {
            const now = instantOf(yield* Clock.currentTimeMillis)
            // All fetches before the account, and always in one order: as the ends of fetches do, with which this must not deadlock.
            const left = (yield* Effect.forEach(ids.toSorted(), (id) => repo.leave(id, user, now))).filter((one) =>
              one !== undefined
            )
            yield* unlocks.release(left.map(({ reservation }) => reservation))
            for (const { id, is_job, username } of left) {
              yield* repo.cancelDeserted(id, now)
              if (is_job) yield* outbox.emit(finishedLookup(user, { id, username, state: "cancelled", problem: null }, now))
              yield* transaction.afterCommit(ends.look(id))
            }
          }))
        )

        /** Who waits in a queue for longer than a lease has paid, and is paid for, when their turn comes. */
        const keepReservations = (id?: FetchId) =>
          unlocks.enabled ? Effect.flatMap(repo.reservations(id), unlocks.keep) : Effect.void

        /** The work ends when the fetch does: with its own end, or with one that somebody else gave it. */
        const work = (id: string) => {
          const fetch = FetchId.make(id)
          const fetched = Effect.flatMap(Clock.currentTimeMillis, (now) => {
            const span = askedIn.get(id, now)
            const going = span === undefined
              ? run(fetch)
              : run(fetch).pipe(Effect.withParentSpan(span), Effect.annotateLogs("trace_id", span.traceId))
            return Effect.raceFirst(going, Effect.asVoid(ends.await(fetch)))
          })
          return Effect.andThen(keepReservations(fetch), fetched)
        }
        yield* queue.work(fetchQueue, { concurrency: options.concurrency, again: Duration.seconds(5) }, work)

        if (options.concurrency > 0) {
          if (unlocks.enabled) yield* loop("leases of what waits", unlocks.lease / 3, keepReservations())
          yield* loop(
            "ended fetches",
            "10 minutes",
            Effect.flatMap(Clock.currentTimeMillis, (now) => repo.prune(instantOf(now - keptFor)))
          )
        }

        return { join, outcome, goOn, recentFailure, underWay: repo.findUnderWay, find, leave }
      })
    )

  /** With what does the fetching. */
  static readonly layer = (options: FetchesOptions & FetchRunOptions) =>
    this.layerNoDeps(options).pipe(
      Layer.provide(FetchRun.layerNoDeps(options)),
      Layer.provide(FetchEnds.layerNoDeps),
      Layer.provide(ProfileFetchRepo.layer)
    )
}

/** The queue of fetches under way: its elements are their ids. */
const fetchQueue = "profile_fetch"

const tracedAtOnce = 10_000
const tracedFor = Duration.toMillis("5 minutes")

const readableFor = Duration.toMillis("1 hour")
const keptFor = Duration.toMillis("1 day")
