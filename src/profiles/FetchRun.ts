import { Cause, Clock, Context, Duration, Effect, Layer, Schedule, Semaphore } from "effect"
import { Cache } from "../cache/Cache.ts"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { instantOf, millisOf } from "../database/Instant.ts"
import { Transaction } from "../database/Transaction.ts"
import { DecodoClient } from "../decodo/DecodoClient.ts"
import type { DecodoError } from "../decodo/DecodoError.ts"
import { Erasures } from "../suppressions/Erasures.ts"
import type { AnswerSuppressed } from "../suppressions/SuppressionErrors.ts"
import { Suppressions } from "../suppressions/Suppressions.ts"
import { NegativeCache } from "../thrift/NegativeCache.ts"
import { VendorUse } from "../thrift/VendorUse.ts"
import { Outbox } from "../webhooks/Outbox.ts"
import { FetchEnds } from "./FetchEnds.ts"
import { problemOf, refusalOf } from "./FetchFailures.ts"
import { finishedLookup } from "./LookupJobView.ts"
import type { FetchId, FetchProblem, ProfileFetch } from "./ProfileFetch.ts"
import { type End, ProfileFetchRepo } from "./ProfileFetchRepo.ts"
import { ProfileRepo } from "./ProfileRepo.ts"
import { type Caller, type Granted, isOpened, isRefused, type KeptAnswer, ProfileStore } from "./ProfileStore.ts"

export interface FetchRunOptions {
  /** Kept answers younger than this many milliseconds are stored instead of paying again. */
  readonly keptMaxAge: number
}

/**
 * What a fetch does, in steps that each leave a row behind, so that whoever takes it up goes on after the last one: ask the vendor and
 * keep the paid answer; store all that it says, and with it settle what belongs to the callers, and end the fetch.
 */
export class FetchRun extends Context.Service<FetchRun, {
  /** Takes a fetch up and brings it to its end. Fails only where the database is away: then it is to be taken up again. */
  run(id: FetchId): Effect.Effect<void, DatabaseError>
}>()("analytics-following/profiles/FetchRun") {
  static readonly layerNoDeps = (options: FetchRunOptions) =>
    Layer.effect(
      FetchRun,
      Effect.gen(function*() {
        const client = yield* DecodoClient
        const store = yield* ProfileStore
        const profiles = yield* ProfileRepo
        const repo = yield* ProfileFetchRepo
        const transaction = yield* Transaction
        const outbox = yield* Outbox
        const cache = yield* Cache
        const ends = yield* FetchEnds
        const absences = yield* NegativeCache
        const erasures = yield* Erasures
        const suppressions = yield* Suppressions
        const storing = yield* Semaphore.make(storedAtOnce)

        /**
         * Whether the answer has been kept meanwhile, or another process has taken the fetch up: this one fell silent for longer than its
         * lease. While the database is away nobody knows.
         */
        const superseded = ({ attempts, id, username }: ProfileFetch) =>
          Effect.flatMap(repo.findAttempts(id), (latest) =>
            latest === attempts ? store.hasKept(username, options.keptMaxAge) : Effect.succeed(true)).pipe(
              Effect.catch(() =>
                Effect.succeed(false)
              )
            )

        /** The answer; undefined where the name is known to lead to none. */
        const answer = Effect.fnUntraced(function*(fetch: ProfileFetch, known: Granted | undefined) {
          const { attempts, username } = fetch
          const findKept = store.findKept(username, options.keptMaxAge)
          const kept = (yield* findKept) ?? (attempts > 1 ? yield* Effect.delay(findKept, answerOfOthers) : undefined)
          if (kept !== undefined) return kept
          if (known === undefined && (yield* absences.find({ username })) !== undefined) return undefined
          const fetched = yield* client.fetchProfile(username, { known: known !== undefined, superseded: superseded(fetch) })
          // The answer is paid for and exists only here until it is written down: neither a database that is away for a moment nor the
          // end of this process, if it is an orderly one, may lose it.
          return yield* Effect.retry(Effect.uninterruptible(store.keep(username, fetched)), whileDatabaseIsAway)
        })

        /** Ends the fetch and gives the callers what is theirs, inside a transaction; answers with those who got it. Undefined where somebody else has ended it. */
        const settle = Effect.fnUntraced(function*(
          fetch: ProfileFetch,
          end: End,
          settleCallers: ((callers: ReadonlyArray<Caller>) => Effect.Effect<ReadonlyArray<Caller>, DatabaseError>) | undefined
        ) {
          const now = instantOf(yield* Clock.currentTimeMillis)
          const told = yield* repo.end(fetch.id, end, now)
          if (told === undefined) return undefined
          for (const user of told) yield* outbox.emit(finishedLookup(user, { ...fetch, ...end }, now))
          if (settleCallers === undefined) return []
          const callers = (yield* repo.recordCallers(fetch.id)).map((row): Caller => ({
            id: row.user_id,
            startedAt: millisOf(row.asked_at),
            reservation: row.reservation
          }))
          if (callers.length === 0) return callers
          const settled = yield* settleCallers(callers)
          const left = callers.filter((caller) => !settled.includes(caller))
          if (left.length > 0) yield* repo.unrecordCallers(fetch.id, left.map(({ id }) => id))
          return settled
        })

        /** A caller whose account vanishes meanwhile must not cost the others their answer; each then records by themselves. */
        const orWithoutCallers = <A, E extends AnswerSuppressed | DatabaseError>(
          whole: Effect.Effect<A, E>,
          without: Effect.Effect<A, E>
        ) => Effect.catchIf(whole, (error) => error._tag === "RowRefused" && callerRelations.has(error.relation), () => without)

        const announce = (fetch: ProfileFetch, end: End, callers: ReadonlyArray<Caller> | undefined) =>
          callers === undefined ? ends.look(fetch.id) : Effect.flatMap(Clock.currentTimeMillis, (now) =>
            ends.announce({
              fetch: { ...fetch, state: end.state, finished_at: instantOf(now), profile_id: end.profile, problem: end.problem },
              recorded: new Set(callers.map(({ id }) => id))
            }))

        const storeAnswer = Effect.fnUntraced(function*(fetch: ProfileFetch, kept: KeptAnswer, known: Granted | undefined) {
          const succeeded = ({ profile }: Granted): End => ({ state: "succeeded", profile, problem: null })
          let callers: ReadonlyArray<Caller> | undefined
          const write = (withCallers: boolean) =>
            store.store(kept, (profile, snapshot) =>
              Effect.map(
                settle(
                  fetch,
                  succeeded(profile),
                  withCallers
                    ? (found) =>
                      Effect.map(
                        store.grant(profile, found, { analysisType: fetch.analysis_type, source: "vendor", snapshot }),
                        (openings) => found.filter(({ id }) => isOpened(openings, id))
                      )
                    : undefined
                ),
                (found) => {
                  callers = found
                }
              ))
          const written = Effect.gen(function*() {
            const stored = yield* orWithoutCallers(write(true), write(false))
            // What is cached of the name, or of the one it had before, is older than what was stored now.
            yield* cache.delete(fetch.username)
            if (stored.formerName !== null) yield* cache.delete(stored.formerName)
            if (known === undefined) yield* absences.forget(stored)
            yield* announce(fetch, succeeded(stored), callers)
          })
          // The commit tells every process that the fetch has ended, which ends this work too, as the last caller's leaving and the end of the
          // process do. What follows from it would not be made good by anybody.
          yield* Effect.retry(storing.withPermit(Effect.uninterruptible(written)), whileDatabaseIsAway)
        })

        /** What the failure means for those who asked; a profile that is stored is given to them as it is, at the price of an unlock. */
        const fail = Effect.fnUntraced(function*(fetch: ProfileFetch, problem: FetchProblem | null, known: Granted | undefined) {
          const end: End = { state: "failed", profile: null, problem }
          const record = problem === null ?
            undefined :
            (found: ReadonlyArray<Caller>) =>
              Effect.map(
                store.recordFailure(fetch.username, known, found, {
                  failure: refusalOf(fetch.username, problem),
                  analysisType: fetch.analysis_type
                }),
                // Who cannot pay for what is stored is told so.
                (openings) => found.filter(({ id }) => !isRefused(openings, id))
              )
          const callers = yield* Effect.retry(
            orWithoutCallers(transaction.run(settle(fetch, end, record)), transaction.run(settle(fetch, end, undefined))),
            whileDatabaseIsAway
          )
          yield* announce(fetch, end, callers)
        })

        const vendorFailed = Effect.fnUntraced(function*(fetch: ProfileFetch, error: DecodoError, known: Granted | undefined) {
          yield* Effect.logWarning("profile fetch failed", {
            username: fetch.username,
            reason: error.reason._tag,
            attempts: error.attempts,
            duration_ms: error.durationMs
          })
          if (error.reason._tag === "ProfileNotFound") {
            const { evidence } = error.reason
            const noted = Effect.gen(function*() {
              if (known !== undefined) yield* store.markGone(fetch.username)
              yield* Effect.catchTag(
                suppressions.guarded(fetch.username, absences.remember(fetch, evidence)),
                "ProfileSuppressed",
                () => Effect.void
              )
              yield* cache.delete(fetch.username)
            })
            // As after storing: who takes the fetch up again finds the profile gone already, and what is cached stays.
            yield* Effect.retry(Effect.uninterruptible(noted), whileDatabaseIsAway)
          }
          yield* fail(fetch, problemOf(error), known)
        })

        /** Goes on with the answer that was kept meanwhile, or waits until whoever has taken the fetch up ends it. */
        const giveWay: (fetch: ProfileFetch) => Effect.Effect<void, DatabaseError> = Effect.fnUntraced(function*(fetch) {
          for (;;) {
            const latest = yield* repo.findAttempts(fetch.id)
            if (latest === undefined) return
            if (latest === fetch.attempts) return yield* steps(fetch)
            yield* Effect.sleep("1 second")
          }
        })

        /** The account was erased under another name, or while it was fetched: this name goes too, and with it the fetch ends. */
        const suppressed = Effect.fnUntraced(function*(fetch: ProfileFetch, erasure: string) {
          yield* Effect.retry(Effect.uninterruptible(erasures.learn(erasure, fetch.username)), whileDatabaseIsAway)
          yield* ends.look(fetch.id)
        })

        const steps = Effect.fnUntraced(function*(fetch: ProfileFetch) {
          const stored = yield* profiles.findByUsername(fetch.username)
          const known = stored === undefined || stored.availability === "gone"
            ? undefined
            : { profile: stored.id, username: fetch.username }
          if (fetch.attempts > mostAttempts) {
            yield* Effect.logError("profile fetch given up", { fetch: fetch.id, attempts: fetch.attempts })
            return yield* fail(fetch, { kind: "unavailable", reason: "given_up", retry_after: 3600 }, known)
          }
          yield* Effect.matchEffect(answer(fetch, known), {
            onSuccess: (kept) =>
              kept === undefined ? fail(fetch, { kind: "not_found" }, undefined) : Effect.catchTags(
                storeAnswer(fetch, kept, known),
                {
                  RowRefused: (refused) =>
                    Effect.andThen(
                      store.reject(kept, `refused:${refused.constraint}`),
                      fail(fetch, { kind: "unavailable", reason: "answer_refused", retry_after: 60 }, known)
                    ),
                  AnswerSuppressed: ({ erasure_id }) => suppressed(fetch, erasure_id)
                }
              ),
            onFailure: (error) => {
              if (error._tag === "AnswerSuppressed") return suppressed(fetch, error.erasure_id)
              if (error._tag !== "DecodoError") return Effect.fail(error)
              return error.reason._tag === "Superseded" ? giveWay(fetch) : vendorFailed(fetch, error, known)
            }
          })
        })

        const run = Effect.fn("FetchRun.run")(function*(id: FetchId) {
          const fetch = yield* repo.start(id, instantOf(yield* Clock.currentTimeMillis))
          if (fetch === undefined) return
          const purpose = fetch.purpose === "lookup" && fetch.analysis_type === "refresh" ? "refresh" : fetch.purpose
          yield* steps(fetch).pipe(
            Effect.provideService(VendorUse, { purpose, user: fetch.asked_by }),
            Effect.catchCause((cause) =>
              Cause.hasDies(cause)
                ? Effect.andThen(Effect.logError("profile fetch died", cause), fail(fetch, null, undefined))
                : Effect.failCause(cause)
            )
          )
        })

        return { run: (id) => ends.runHere(id, run(id)) }
      })
    )
}

const callerRelations: ReadonlySet<string> = new Set([
  "user_profile_access",
  "user_searches",
  "credit_accounts",
  "credit_reservations"
])

/**
 * Answers that become rows at the same time. The other connections of the pool stay free for writing down what arrives meanwhile,
 * which is lost if the process dies before, and for the windows of those who need no fetch.
 */
const storedAtOnce = 3

/** Processes that may die over one fetch before it is taken for the cause. */
const mostAttempts = 30

/**
 * How long whoever takes a fetch over waits before it asks the vendor too. The process before may live and have the answer: it was frozen, or
 * could not renew its lease because the database was away, and writes down what it has within `whileDatabaseIsAway`'s second.
 */
const answerOfOthers = Duration.seconds(3)

/** About a minute: long enough for a restart of PostgreSQL, short enough not to hoard answers in memory. */
const whileDatabaseIsAway = Schedule.min([Schedule.exponential("200 millis"), Schedule.spaced("1 second")]).pipe(
  Schedule.jittered,
  Schedule.upTo({ duration: "1 minute" }),
  Schedule.setInputType<AnswerSuppressed | DatabaseError>(),
  Schedule.while(({ input }) => input._tag === "DatabaseUnavailable")
)
