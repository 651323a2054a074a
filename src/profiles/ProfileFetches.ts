import { Clock, Context, Deferred, Duration, Effect, Exit, Layer, Schedule, Scope, Semaphore } from "effect"
import { randomUUID } from "node:crypto"
import { Cache } from "../cache/Cache.ts"
import { TtlMap } from "../cache/TtlMap.ts"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { DecodoClient } from "../decodo/DecodoClient.ts"
import type { DecodoError } from "../decodo/DecodoError.ts"
import type { AnalysisType } from "../searches/Search.ts"
import type { UserId } from "../users/UserId.ts"
import { ProfileNotFound, ProfileTemporarilyUnavailable } from "./ProfileErrors.ts"
import { type Caller, type Granted, type KeptAnswer, type LookupRefusal, ProfileStore } from "./ProfileStore.ts"
import type { Username } from "./Username.ts"

export type FetchFailure = LookupRefusal | DatabaseError

/** One fetch under way or lately ended. Whoever asks for the same name meanwhile joins it. Times are milliseconds since 1970. */
export interface Fetch {
  readonly id: string
  readonly username: Username
  readonly startedAt: number
  readonly done: Deferred.Deferred<Granted, FetchFailure>
  readonly users: ReadonlySet<UserId>
  readonly finishedAt: number | undefined
  /** How it ended, undefined while it goes on. */
  readonly exit: Effect.Effect<Exit.Exit<Granted, FetchFailure> | undefined>
  /** Whether the transaction that stored the answer also recorded this caller; one who joined later records by themselves. */
  recorded(caller: Caller): boolean
}

export interface JoinOptions {
  readonly known: Granted | undefined
  readonly analysisType: typeof AnalysisType.Type
}

export interface FetchesOptions {
  /** Kept answers younger than this many milliseconds are stored instead of paying again. */
  readonly keptMaxAge: number
  /** How many milliseconds "no such profile" is believed. */
  readonly notFoundFor: number
  /** How many milliseconds another failure is answered without asking the vendor again. */
  readonly failureFor: number
  /** How long fetches under way may go on when the process is told to stop: the vendor bills them all the same. */
  readonly drainFor: Duration.Input
}

/**
 * Fetches that outlive the requests that asked for them, at most one a username: any number of callers cause one vendor call, and
 * all get its outcome. In this process; `jobs/` makes them durable.
 */
export class ProfileFetches extends Context.Service<ProfileFetches, {
  /** Joins the fetch of a name or starts it. `known`: a stored profile exists, so that empty answers do not mean "no such user". */
  join(username: Username, caller: Caller, options: JoinOptions): Effect.Effect<Fetch>
  /** The failure that a name ended with lately, to be answered without asking again. */
  recentFailure(username: Username): Effect.Effect<FetchFailure | undefined>
  /** A fetch by its id, for an hour after it ended; only for those who asked for it. */
  find(id: string, user: UserId): Effect.Effect<Fetch | undefined>
}>()("analytics-following/profiles/ProfileFetches") {
  static readonly layerNoDeps = (options: FetchesOptions) =>
    Layer.effect(
      ProfileFetches,
      Effect.gen(function*() {
        const client = yield* DecodoClient
        const store = yield* ProfileStore
        const cache = yield* Cache
        const scope = yield* Scope.fork(yield* Effect.scope)
        const storing = yield* Semaphore.make(storedAtOnce)
        const running = new Map<Username, MutableFetch>()
        const known = new TtlMap<MutableFetch>(rememberedFetches)
        const failures = new TtlMap<FetchFailure>(rememberedFailures)

        // Added after the scope that carries the fetches, hence run before it closes and interrupts them.
        yield* Effect.addFinalizer(() =>
          Effect.timeoutOption(
            Effect.forEach(running.values(), ({ done }) => Effect.exit(Deferred.await(done)), { discard: true }),
            options.drainFor
          )
        )

        const answer = Effect.fnUntraced(function*(fetch: MutableFetch, isKnown: boolean) {
          const kept = yield* store.findKept(fetch.username, options.keptMaxAge)
          if (kept !== undefined) return kept
          const fetched = yield* client.fetchProfile(fetch.username, { known: isKnown })
          // The answer is paid for and exists only here until it is written down: neither a database that is away for a moment nor the
          // end of this process, if it is an orderly one, may lose it.
          return yield* Effect.retry(Effect.uninterruptible(store.keep(fetch.username, fetched)), whileDatabaseIsAway)
        })

        const storeAnswer = (fetch: MutableFetch, kept: KeptAnswer, analysisType: typeof AnalysisType.Type) =>
          Effect.retry(
            storing.withPermit(Effect.suspend(() => store.store(kept, fetch.recordCallers(), analysisType))),
            whileDatabaseIsAway
          ).pipe(
            // A caller whose account vanished meanwhile must not cost the others their answer; each then records by themselves.
            Effect.catchIf(
              (error) => error._tag === "RowRefused" && callerRelations.has(error.relation),
              () => Effect.andThen(Effect.sync(() => fetch.recordNobody()), store.store(kept, [], analysisType))
            )
          )

        const run = (fetch: MutableFetch, asked: JoinOptions) =>
          answer(fetch, asked.known !== undefined).pipe(
            Effect.flatMap((kept) =>
              Effect.catchTag(
                storeAnswer(fetch, kept, asked.analysisType),
                "RowRefused",
                (refused) =>
                  Effect.andThen(
                    store.reject(kept, `refused:${refused.constraint}`),
                    failed(fetch, unavailable(fetch.username, "answer_refused", 60), asked)
                  )
              )
            ),
            // What is cached of the name, or of the one it had before, is older than what was stored now.
            Effect.tap(() => cache.delete(fetch.username)),
            Effect.tap(({ formerName }) => formerName === null ? Effect.void : cache.delete(formerName)),
            Effect.catchTag("DecodoError", (error) => vendorFailed(fetch, error, asked)),
            Effect.tapDefect((defect) => Effect.logError("profile fetch died", defect)),
            Effect.onExit((exit) => finish(fetch, exit)),
            Effect.exit
          )

        const vendorFailed = Effect.fnUntraced(function*(fetch: MutableFetch, error: DecodoError, asked: JoinOptions) {
          yield* Effect.logWarning("profile fetch failed", {
            username: fetch.username,
            reason: error.reason._tag,
            attempts: error.attempts,
            duration_ms: error.durationMs
          })
          if (error.reason._tag !== "ProfileNotFound") {
            return yield* failed(fetch, unavailable(fetch.username, error.reason._tag, retryAfter(error)), asked)
          }
          if (asked.known !== undefined) yield* Effect.retry(store.markGone(fetch.username), whileDatabaseIsAway)
          yield* cache.delete(fetch.username)
          return yield* failed(fetch, notFound(fetch.username), asked)
        })

        /** What the failure means for those who asked; a profile that is stored is granted to them as it is. */
        const failed = (fetch: MutableFetch, failure: LookupRefusal, { analysisType, known }: JoinOptions) =>
          store.recordFailure(fetch.username, known, fetch.recordCallers(), { failure, analysisType }).pipe(
            // Logged where it happened. Each caller then records by themselves, so that one whose account vanished costs nobody else.
            Effect.catch(() => Effect.sync(() => fetch.recordNobody())),
            Effect.andThen(Effect.fail(failure))
          )

        const finish = (fetch: MutableFetch, exit: Exit.Exit<Granted, FetchFailure>) =>
          Effect.flatMap(Clock.currentTimeMillis, (now) => {
            running.delete(fetch.username)
            fetch.finishedAt = now
            const failure = Exit.isFailure(exit) ? Exit.findErrorOption(exit) : undefined
            // The database can be back with the next request, and nothing was paid.
            if (failure?._tag === "Some" && failure.value._tag !== "DatabaseUnavailable") {
              failures.set(
                fetch.username,
                failure.value,
                now + (failure.value._tag === "ProfileNotFound" ? options.notFoundFor : options.failureFor)
              )
            }
            return Deferred.done(fetch.done, exit)
          })

        const join = Effect.fnUntraced(function*(username: Username, caller: Caller, asked: JoinOptions) {
          const now = yield* Clock.currentTimeMillis
          const flying = running.get(username)
          if (flying !== undefined) return flying.add(caller)
          const fetch = new MutableFetch(username, now).add(caller)
          running.set(username, fetch)
          known.set(fetch.id, fetch, now + rememberedFor + Duration.toMillis("1 day"))
          yield* Effect.forkIn(run(fetch, asked), scope, { startImmediately: true })
          return fetch
        }, Effect.uninterruptible)

        return {
          join,
          recentFailure: (username) => Effect.map(Clock.currentTimeMillis, (now) => failures.get(username, now)),
          find: (id, user) =>
            Effect.map(Clock.currentTimeMillis, (now) => {
              const fetch = known.get(id, now)
              const forgotten = fetch?.finishedAt !== undefined && now > fetch.finishedAt + rememberedFor
              return fetch !== undefined && !forgotten && fetch.users.has(user) ? fetch : undefined
            })
        }
      })
    )
}

class MutableFetch implements Fetch {
  readonly id = randomUUID()
  readonly username: Username
  readonly startedAt: number
  readonly done = Deferred.makeUnsafe<Granted, FetchFailure>()
  readonly users = new Set<UserId>()
  finishedAt: number | undefined
  readonly #callers: Array<Caller> = []
  #recorded: ReadonlySet<Caller> = new Set()

  constructor(username: Username, startedAt: number) {
    this.username = username
    this.startedAt = startedAt
  }

  get exit() {
    return Effect.flatMap(
      Deferred.poll(this.done),
      (ended) => ended._tag === "None" ? Effect.undefined : Effect.exit(ended.value)
    )
  }

  add(caller: Caller): this {
    this.users.add(caller.id)
    this.#callers.push(caller)
    return this
  }

  /** The callers of this moment, whom the storing transaction records; one user who asked several times counts once. */
  recordCallers(): ReadonlyArray<Caller> {
    this.#recorded = new Set(this.#callers)
    return [...new Map(this.#callers.map((caller) => [caller.id, caller])).values()]
  }

  recordNobody(): void {
    this.#recorded = new Set()
  }

  recorded(caller: Caller): boolean {
    return this.#recorded.has(caller)
  }
}

const callerRelations: ReadonlySet<string> = new Set(["user_profile_access", "user_searches"])

/**
 * Answers that become rows at the same time. The other connections of the pool stay free for writing down what arrives meanwhile,
 * which is lost if the process dies before, and for the windows of those who need no fetch.
 */
const storedAtOnce = 3

const rememberedFetches = 20_000
const rememberedFailures = 100_000
const rememberedFor = Duration.toMillis("1 hour")

/** About a minute: long enough for a restart of PostgreSQL, short enough not to hoard answers in memory. */
const whileDatabaseIsAway = Schedule.min([Schedule.exponential("200 millis"), Schedule.spaced("5 seconds")]).pipe(
  Schedule.jittered,
  Schedule.upTo({ duration: "1 minute" }),
  Schedule.setInputType<DatabaseError>(),
  Schedule.while(({ input }) => input._tag === "DatabaseUnavailable")
)

const notFound = (username: Username) =>
  new ProfileNotFound({
    username,
    detail: "Instagram has no account of this name. Check the spelling; a renamed account has a new name."
  })

const unavailable = (username: Username, reason: string, retry_after: number) =>
  new ProfileTemporarilyUnavailable({
    username,
    reason,
    retry_after,
    detail: "Nothing was stored or charged. Ask again after `retry_after` seconds."
  })

/** Seconds: what the vendor asked for, else a guess that spares both sides. */
const retryAfter = ({ reason }: DecodoError): number =>
  "retryAfter" in reason && reason.retryAfter !== null ? Math.max(1, reason.retryAfter) : 30
