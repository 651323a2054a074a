import { Clock, Context, Duration, Effect, Layer, Result } from "effect"
import { type Openings, Unlocks } from "../access/Unlocks.ts"
import type { CreditsRequired } from "../credits/CreditErrors.ts"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { millisOf } from "../database/Instant.ts"
import { Transaction } from "../database/Transaction.ts"
import { DecodoClient } from "../decodo/DecodoClient.ts"
import type { AnalysisType } from "../searches/Search.ts"
import { Suppressions } from "../suppressions/Suppressions.ts"
import { NegativeCache } from "../thrift/NegativeCache.ts"
import { VendorUse } from "../thrift/VendorUse.ts"
import type { UserId } from "../users/UserId.ts"
import { staleReasonOf } from "./FetchFailures.ts"
import type { ProfileId } from "./Profile.ts"
import type { FetchId } from "./ProfileFetch.ts"
import { ProfileFetches } from "./ProfileFetches.ts"
import { ProfileRepo } from "./ProfileRepo.ts"
import { type Caller, type Granted, type LookupRefusal, ProfileStore } from "./ProfileStore.ts"
import type { Username } from "./Username.ts"

/** What came of it. `reason` says why there is no profile, or why the stored one is stale. */
export interface Acquired {
  readonly profile: ProfileId | null
  readonly source: "vendor" | "database" | null
  readonly reason: string | null
}

export interface AcquireOptions {
  readonly user: UserId
  readonly username: Username
  readonly analysisType: typeof AnalysisType.Type
  /** The fetch that a former attempt joined, and noted. */
  readonly fetch: FetchId | null
  /** Notes the fetch that is joined, in the transaction that joins it. False where it is wanted no longer: then it is left again. */
  readonly note: (fetch: FetchId) => Effect.Effect<boolean, DatabaseError>
  /**
   * Writes down what came of it, in the transaction that opens the user's window unless the fetch's own has opened it before. False where
   * it is wanted no longer: then nothing is opened or recorded.
   */
  readonly settle: (acquired: Acquired) => Effect.Effect<boolean, DatabaseError>
}

/**
 * Gets a profile for a user in the background, as a look-up does, in steps that may be repeated: a fresh stored profile costs no call, a
 * fetch under way is joined, and window and record are given once however often it is taken up.
 */
export class ProfileAcquisition extends Context.Service<ProfileAcquisition, {
  /** Credits that it would cost now: nothing where the window is open or credits are off. */
  quote(user: UserId, username: Username): Effect.Effect<number, DatabaseError>
  acquire(options: AcquireOptions): Effect.Effect<void, DatabaseError>
  /**
   * Orders, in one call, those of the names whose fetch would take a call of its own, so that `acquire` finds them ordered; `wanted` says
   * of each whether it still is. What the user cannot pay is not ordered, and what is ordered is held for. How many were; none where that
   * fails or the vendor takes no orders, and each is then fetched by itself.
   */
  order(
    user: UserId,
    usernames: ReadonlyArray<Username>,
    wanted: (username: Username) => Effect.Effect<boolean, DatabaseError>
  ): Effect.Effect<number, DatabaseError>
}>()("analytics-following/profiles/ProfileAcquisition") {
  static readonly layerNoDeps = (options: { readonly freshFor: Duration.Duration }) =>
    Layer.effect(
      ProfileAcquisition,
      Effect.gen(function*() {
        const profiles = yield* ProfileRepo
        const store = yield* ProfileStore
        const fetches = yield* ProfileFetches
        const transaction = yield* Transaction
        const unlocks = yield* Unlocks
        const client = yield* DecodoClient
        const absences = yield* NegativeCache
        const suppressions = yield* Suppressions
        const freshFor = Duration.toMillis(options.freshFor)

        const find = Effect.fnUntraced(function*(username: Username) {
          const found = yield* profiles.findByUsername(username)
          const known = found === undefined || found.availability === "gone"
            ? undefined
            : { profile: found.id, username, refreshedAt: millisOf(found.last_refreshed) }
          return { known, seen: found?.last_refreshed ?? null }
        })

        const acquire: ProfileAcquisition["Service"]["acquire"] = Effect.fn("ProfileAcquisition.acquire")(function*(asked) {
          const { analysisType, settle, username } = asked
          let caller: Caller = { id: asked.user, startedAt: yield* Clock.currentTimeMillis, reservation: null }

          /** `record` gives the user what the fetch's own transaction did not. */
          const settleWith = (end: Acquired, record: Effect.Effect<Openings | void, DatabaseError>) =>
            transaction.run(Effect.gen(function*() {
              if (!(yield* settle(end))) return
              const opening = (yield* record)?.get(asked.user)
              if (opening !== undefined) yield* Effect.fromResult(opening)
            })).pipe(Effect.catchTag("CreditsRequired", cannotPay))

          const refused = Effect.asVoid(settle({ profile: null, source: null, reason: "profile_suppressed" }))

          const cannotPay = (_: CreditsRequired) =>
            Effect.asVoid(settle({ profile: null, source: null, reason: "credits_required" }))

          const grant = (profile: Granted, source: "vendor" | "database", recorded: boolean) =>
            settleWith(
              { profile: profile.profile, source, reason: null },
              recorded ? Effect.void : store.grant(profile, [caller], { analysisType, source, snapshot: null })
            )

          const refuse = Effect.fnUntraced(function*(failure: LookupRefusal, recorded: boolean) {
            if (failure._tag === "ProfileSuppressed") return yield* refused
            const { known: stored } = yield* find(username)
            const reason = staleReasonOf(failure)
            const end = reason === undefined || stored === undefined
              ? { profile: null, source: null, reason: reason ?? "not_found" }
              : { profile: stored.profile, source: "database" as const, reason }
            yield* settleWith(
              end,
              recorded ? Effect.void : store.recordFailure(username, stored, [caller], { failure, analysisType })
            )
          })

          const fetch = asked.fetch ?? (yield* Effect.gen(function*() {
            const { known: stored, seen } = yield* find(username)
            if (stored !== undefined && stored.refreshedAt + freshFor > caller.startedAt) {
              yield* grant(stored, "database", false)
              return undefined
            }
            const failure = yield* fetches.recentFailure(username)
            if (failure !== undefined) {
              yield* refuse(failure, false)
              return undefined
            }
            const reserved = yield* Effect.result(
              suppressions.guarded(username, unlocks.reserve(asked.user, username, stored?.profile))
            )
            if (Result.isFailure(reserved)) {
              if (reserved.failure._tag === "ProfileSuppressed") {
                yield* refused
                return undefined
              }
              if (reserved.failure._tag !== "CreditsRequired") return yield* Effect.fail(reserved.failure)
              yield* cannotPay(reserved.failure)
              return undefined
            }
            caller = { ...caller, reservation: reserved.success }
            return yield* transaction.run(Effect.gen(function*() {
              const joined = yield* fetches.join(username, caller, { purpose: "bulk", analysisType, seen })
              if (yield* asked.note(joined.id)) return joined
              yield* fetches.leave([joined.id], asked.user)
              return undefined
            })).pipe(Effect.catchTag("ProfileSuppressed", () =>
              Effect.as(Effect.andThen(unlocks.release([caller.reservation]), refused), undefined)))
          }))
          if (fetch === undefined) {
            return
          }
          const outcome = yield* fetches.outcome(fetch)
          if (outcome === undefined) {
            return yield* acquire({ ...asked, fetch: null })
          }
          const result = yield* Effect.result(outcome.result)
          yield* Result.isSuccess(result)
            ? grant(result.success, "vendor", outcome.recorded(asked.user))
            : refuse(result.failure, outcome.recorded(asked.user))
        })

        const quote = Effect.fn("ProfileAcquisition.quote")(function*(user: UserId, username: Username) {
          if (!unlocks.enabled) {
            return 0
          }
          return (yield* unlocks.quote(user, username, (yield* find(username)).known?.profile, false)).required
        })

        /** Whether a look-up of it would ask the vendor, for someone who can pay: then that is held. */
        const takesCall = Effect.fnUntraced(function*(user: UserId, username: Username) {
          const now = yield* Clock.currentTimeMillis
          const { known: stored } = yield* find(username)
          if (stored !== undefined && stored.refreshedAt + freshFor > now) {
            return false
          }
          if ((yield* fetches.recentFailure(username)) !== undefined) {
            return false
          }
          if (stored === undefined && (yield* absences.find({ username })) !== undefined) {
            return false
          }
          return Result.isSuccess(yield* Effect.result(unlocks.reserve(user, username, stored?.profile)))
        })

        const order = Effect.fn("ProfileAcquisition.order")((
          ...[user, usernames, wanted]: Parameters<ProfileAcquisition["Service"]["order"]>
        ) =>
          client.submitProfiles(usernames, (announced) =>
            Effect.gen(function*() {
              const underWay = new Set(yield* fetches.underWay(usernames))
              const idle = usernames.filter((username) =>
                announced.includes(username) && !underWay.has(username)
              )
              return yield* Effect.filter(idle, (username) =>
                Effect.flatMap(wanted(username), (still) => still ? takesCall(user, username) : Effect.succeed(false)))
            })).pipe(
              Effect.provideService(VendorUse, { purpose: "bulk", user }),
              Effect.catchTag("DecodoError", ({ reason }) =>
                Effect.as(Effect.logWarning("profiles were not ordered together", { reason: reason._tag }), 0))
            )
        )

        return { quote, acquire, order }
      })
    )
}
