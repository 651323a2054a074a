import { Clock, Context, Duration, Effect, Layer, Option } from "effect"
import { AccessTracker, windowMillis } from "../access/AccessTracker.ts"
import { type Opened, Unlocks } from "../access/Unlocks.ts"
import { Cache, type CachedBody } from "../cache/Cache.ts"
import type { Quote } from "../credits/Quote.ts"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { instantOf, millisOf } from "../database/Instant.ts"
import type { ListedPost } from "../posts/ListedPost.ts"
import { Posts } from "../posts/Posts.ts"
import type { AnalysisType, DataSource } from "../searches/Search.ts"
import { ProfileSuppressed } from "../suppressions/SuppressionErrors.ts"
import { Suppressions } from "../suppressions/Suppressions.ts"
import type { UserId } from "../users/UserId.ts"
import { staleReasonOf } from "./FetchFailures.ts"
import {
  type LookupFailure,
  type LookupOptions,
  minimumRefreshAge,
  openFor,
  type Pending,
  type ProfilesOptions,
  type Ready
} from "./Lookup.ts"
import { ProfileId } from "./Profile.ts"
import { answerOf } from "./ProfileAnswer.ts"
import { ProfileAnswers } from "./ProfileAnswers.ts"
import { AccessRequired, ProfileNotFound } from "./ProfileErrors.ts"
import { ProfileFetches } from "./ProfileFetches.ts"
import type { MentionRow, Page, RelatedRow } from "./ProfileRelationRepo.ts"
import { ProfileRepo } from "./ProfileRepo.ts"
import { type Caller, type Granted, type LookupRefusal, ProfileStore } from "./ProfileStore.ts"
import { makeRepeats } from "./Repeats.ts"
import type { Unlocked } from "./Unlocked.ts"
import type { Username } from "./Username.ts"

/** The main job: look a profile up, fetching, storing and unlocking as needed; and read what is stored and unlocked. */
export class Profiles extends Context.Service<Profiles, {
  lookup(options: LookupOptions): Effect.Effect<Ready | Pending, LookupFailure>
  /** As `lookup`; a window that is open is renewed before: 30 days more, at the price of an unlock. */
  unlock(options: Pick<LookupOptions, "user" | "username" | "wait">): Effect.Effect<Ready | Pending, LookupFailure>
  /** What `lookup`, or `unlock` where it renews, would cost now. Nobody is asked and nothing recorded. */
  quote(user: UserId, username: Username, renewal: boolean): Effect.Effect<Quote, ProfileSuppressed | DatabaseError>
  /** As `lookup`, of a repeated one whose answer this process has: nothing is asked or recorded. `now` is milliseconds since 1970. */
  known(user: UserId, username: string, now: number): Ready | undefined
  /** The stored profile, if the user holds an open window on it: 404 when unknown, 403 when not unlocked. */
  unlocked(user: UserId, username: Username): Effect.Effect<Unlocked, ProfileNotFound | AccessRequired | DatabaseError>
  posts(profile: Unlocked, page: Page): Effect.Effect<ReadonlyArray<ListedPost & { readonly position: string }>, DatabaseError>
  related(profile: Unlocked, page: Page): Effect.Effect<ReadonlyArray<typeof RelatedRow.Type>, DatabaseError>
  mentions(profile: Unlocked, page: Page): Effect.Effect<ReadonlyArray<typeof MentionRow.Type>, DatabaseError>
  /** Milliseconds for which stored data counts as fresh. */
  readonly freshFor: number
}>()("analytics-following/profiles/Profiles") {
  static readonly layerNoDeps = (options: ProfilesOptions) =>
    Layer.effect(
      Profiles,
      Effect.gen(function*() {
        const repo = yield* ProfileRepo
        const answers = yield* ProfileAnswers
        const store = yield* ProfileStore
        const fetches = yield* ProfileFetches
        const posts = yield* Posts
        const access = yield* AccessTracker
        const unlocks = yield* Unlocks
        const charging = unlocks.enabled
        const cache = yield* Cache
        const suppressions = yield* Suppressions
        const freshFor = Duration.toMillis(options.freshFor)
        const servedFor = freshFor + Duration.toMillis(options.staleFor)
        const repeats = yield* makeRepeats

        /** The answer of a fresh stored profile, from the cache or, made anew and cached, from the database. */
        const freshBody = Effect.fnUntraced(function*(username: Username, now: number) {
          const cached = yield* cache.get(username)
          if (cached !== undefined && cached.freshUntil > now) return { cached, source: "cache" as const }
          const stored = yield* readAnswer(username, now)
          return stored === undefined || stored.staleReason !== null
            ? undefined
            : { cached: stored.cached, source: "database" as const }
        })

        const readAnswer = Effect.fnUntraced(function*(username: Username, now: number, staleReason: string | null = null) {
          const found = yield* answers.find(username)
          if (found === undefined) return undefined
          const expired = millisOf(found.last_refreshed) + freshFor <= now
          const reason = expired ? staleReason ?? "expired" : staleReason
          const cached = answerOf(found, found.body, { freshFor, staleReason: reason })
          if (reason === null) yield* cache.set(username, cached, Duration.millis(cached.freshUntil - now))
          return { cached, staleReason: reason }
        })

        const ready = (
          { cached, source, staleReason = null }: { cached: CachedBody; source: Ready["source"]; staleReason?: string | null },
          { charge, expiresAt }: Pick<Opened, "expiresAt"> & { readonly charge: Ready["charge"] }
        ): Ready => ({
          _tag: "Ready",
          cached,
          source,
          staleReason,
          accessExpiresAt: expiresAt,
          charge: charging ? charge : null
        })

        /** Opens the caller's window, records the look-up, and remembers both for the repeats that follow. */
        const settle = Effect.fnUntraced(function*(
          caller: Caller,
          profile: Granted,
          source: typeof DataSource.Type,
          analysisType: typeof AnalysisType.Type,
          alreadyRecorded: boolean
        ) {
          const recorded = alreadyRecorded ? yield* openedElsewhere(caller, profile) : undefined
          const opened = recorded ?? (yield* openHere(caller, profile, {
            analysisType,
            source,
            snapshot: null
          }))
          repeats.remember(caller.id, profile, opened.expiresAt, yield* Clock.currentTimeMillis)
          return opened
        })

        /** What the fetch's own transaction has given; undefined where it was taken away since. */
        const openedElsewhere = Effect.fnUntraced(function*(caller: Caller, { profile }: Granted) {
          if (charging) return yield* unlocks.opened(caller.id, profile, caller.reservation)
          const now = yield* Clock.currentTimeMillis
          return { expiresAt: instantOf(now + windowMillis), charge: null }
        })

        const openHere = Effect.fnUntraced(function*(
          caller: Caller,
          profile: Granted,
          record: Parameters<ProfileStore["Service"]["grant"]>[2]
        ) {
          const opening = (yield* store.grant(profile, [caller], record)).get(caller.id)
          return opening === undefined
            ? yield* Effect.die(new Error("an account went while it was answered"))
            : yield* Effect.fromResult(opening)
        })

        /** The same user asking again: no new record, the window only checked. */
        const repeated = Effect.fnUntraced(function*(user: UserId, username: Username, now: number) {
          const repeat = yield* repeats.find(user, username, now)
          if (repeat === undefined) return undefined
          const body = yield* freshBody(username, now)
          return body === undefined || body.cached.subject !== repeat.profile ? undefined : ready(body, openFor(repeat))
        })

        const known = (user: UserId, username: string, now: number): Ready | undefined => {
          const repeat = repeats.known(user, username, now)
          const cached = repeat === undefined ? undefined : cache.known(username, now)
          return repeat === undefined || cached === undefined || cached.freshUntil <= now || cached.subject !== repeat.profile
            ? undefined
            : ready({ cached, source: "cache" }, openFor(repeat))
        }

        const lookup = Effect.fn("Profiles.lookup")((options: LookupOptions) =>
          // The profile was erased since its answer was cached: it is not known any longer.
          Effect.catchIf(
            lookupOnce(options),
            (error) => error._tag === "RowRefused" && error.relation === "user_profile_access",
            () => Effect.andThen(cache.delete(options.username), lookupOnce(options))
          )
        )

        const afresh: Profiles["Service"]["lookup"] = (options) => lookup(options)
        const lookupOnce = Effect.fnUntraced(function*({ user, username, wait, force }: LookupOptions) {
          const startedAt = yield* Clock.currentTimeMillis
          let caller: Caller = { id: user, startedAt, reservation: null }
          const analysisType = force ? "refresh" as const : "lookup" as const
          if (!force) {
            const again = yield* repeated(user, username, startedAt)
            if (again !== undefined) return again
            const body = yield* freshBody(username, startedAt)
            if (body !== undefined) {
              return ready(
                body,
                yield* settle(caller, { profile: profileIdOf(body.cached), username }, body.source, analysisType, false)
              )
            }
          }
          const stored = yield* repo.findByUsername(username)
          const known = stored === undefined || stored.availability === "gone" ? undefined : { profile: stored.id, username }
          const seen = stored?.last_refreshed ?? null
          if (
            force && stored !== undefined && known !== undefined &&
            startedAt - millisOf(stored.last_refreshed) < minimumRefreshAge
          ) {
            return yield* storedAnswer(caller, known, null, analysisType, false)
          }
          if (!force && stored !== undefined && known !== undefined && startedAt - millisOf(stored.last_refreshed) < freshFor) {
            // Stored since it was looked for above.
            return yield* storedAnswer(caller, known, null, analysisType, false)
          }
          const failure = yield* fetches.recentFailure(username)
          if (failure !== undefined) return yield* failed(caller, username, known, failure, analysisType, false)

          if (!force && stored !== undefined && known !== undefined && startedAt - millisOf(stored.last_refreshed) < servedFor) {
            // Nobody's fetch: the caller has what is theirs with the stale answer.
            yield* fetches.join(username, undefined, { purpose: "refresh", analysisType: "refresh", seen })
            return yield* storedAnswer(caller, known, "refreshing", analysisType, false)
          }

          caller = {
            ...caller,
            reservation: yield* suppressions.guarded(username, unlocks.reserve(user, username, known?.profile))
          }
          const fetch = yield* fetches.join(username, caller, { purpose: "lookup", analysisType, seen })
          const ended = yield* Effect.timeoutOption(fetches.outcome(fetch), wait)
          if (Option.isNone(ended)) {
            yield* fetches.goOn(fetch.id, user)
            return { _tag: "Pending" as const, fetch }
          }
          const outcome = ended.value
          // The machine slept for a day in between.
          if (outcome === undefined) return yield* afresh({ user, username, wait, force })
          const recorded = outcome.recorded(user)
          return yield* Effect.matchEffect(outcome.result, {
            onSuccess: (granted) => storedAnswer(caller, granted, null, analysisType, recorded, "vendor"),
            onFailure: (failure) => failed(caller, username, known, failure, analysisType, recorded)
          })
        })

        /** The vendor failed: what is stored is served, saying so; the caller learns of the failure only where nothing is. */
        const failed = Effect.fnUntraced(function*(
          caller: Caller,
          username: Username,
          known: Granted | undefined,
          failure: LookupRefusal,
          analysisType: typeof AnalysisType.Type,
          recorded: boolean
        ) {
          if (failure._tag === "ProfileSuppressed") return yield* Effect.fail(ProfileSuppressed.of(username))
          const staleReason = staleReasonOf(failure)
          if (known !== undefined && staleReason !== undefined) {
            return yield* storedAnswer(caller, known, staleReason, analysisType, recorded)
          }
          if (!recorded) yield* store.recordFailure(username, undefined, [caller], { failure, analysisType })
          return yield* Effect.fail(failure)
        })

        const storedAnswer = Effect.fnUntraced(function*(
          caller: Caller,
          profile: Granted | undefined,
          staleReason: string | null,
          analysisType: typeof AnalysisType.Type,
          recorded: boolean,
          source: typeof DataSource.Type = "database"
        ) {
          const now = yield* Clock.currentTimeMillis
          const answer = profile === undefined ? undefined : yield* readAnswer(profile.username, now, staleReason)
          if (profile === undefined || answer === undefined) return yield* ProfileNotFound.unknown(profile?.username ?? "")
          return ready({ ...answer, source }, yield* settle(caller, profile, source, analysisType, recorded))
        })

        const unlock = Effect.fn("Profiles.unlock")(function*(asked: Pick<LookupOptions, "user" | "username" | "wait">) {
          const { user, username } = asked
          const answer = lookup({ ...asked, force: false })
          // Sent again after it had been charged and its answer was lost: nothing is renewed a second time.
          const before = yield* unlocks.charged(user)
          if (before !== undefined) {
            repeats.forget(user, username)
            return { ...(yield* answer), charge: before }
          }
          const stored = yield* repo.findByUsername(username)
          const renewed = stored === undefined ? undefined : yield* unlocks.renew(user, { profile: stored.id, username }, answer)
          if (renewed === undefined) return yield* answer
          repeats.forget(user, username)
          const { charge, expiresAt } = renewed.opened
          return { ...renewed.answer, accessExpiresAt: expiresAt, charge }
        })

        const quote = Effect.fn("Profiles.quote")(function*(user: UserId, username: Username, renewal: boolean) {
          const known = (yield* repo.findByUsername(username))?.id
          if (known === undefined) yield* suppressions.guarded(username, Effect.void)
          return yield* unlocks.quote(user, username, known, renewal)
        })

        const unlocked = Effect.fn("Profiles.unlocked")(function*(user: UserId, username: Username) {
          const profile = yield* repo.findByUsername(username)
          if (profile === undefined) return yield* ProfileNotFound.unknown(username)
          const window = yield* access.check(user, profile.id)
          if (window === undefined) return yield* AccessRequired.locked(username)
          return profile as Unlocked
        })

        return {
          lookup,
          unlock,
          quote,
          known,
          unlocked,
          posts: ({ id }, page) => posts.latest(id, page),
          related: ({ id }, page) => repo.related(id, page),
          mentions: ({ id }, page) => repo.mentions(id, page),
          freshFor
        }
      })
    )
}

const profileIdOf = (cached: CachedBody): ProfileId => ProfileId.make(cached.subject)
