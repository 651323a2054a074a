import { Clock, Context, Duration, Effect, Layer, Random } from "effect"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { instantOf, millisOf } from "../database/Instant.ts"
import { Transaction } from "../database/Transaction.ts"
import { loop } from "../observability/Loops.ts"
import { ProfileFetches } from "../profiles/ProfileFetches.ts"
import { RefreshRepo, type Watched } from "./RefreshRepo.ts"

export interface ScheduledRefreshOptions {
  /** Fetches that a day (UTC) may begin; 0: none. */
  readonly dailyBudget: number
  /** Time between two rounds of the whole fleet, give or take a quarter. */
  readonly interval: Duration.Duration
  /** Stored data older than this is refreshed. */
  readonly freshFor: Duration.Duration
}

/**
 * Refreshes what users watch before they ask: profiles that somebody has saved, and those of active campaigns. The fetches are nobody's:
 * they open no window and record no search.
 */
export class ScheduledRefresh extends Context.Service<ScheduledRefresh, {
  /**
   * One round, where one is due: looks at the next of what is watched and begins the fetches of those that are due the most, by age and
   * who watches. Answers how many it began; undefined where no round was due, or another process has it.
   */
  readonly round: Effect.Effect<number | undefined, DatabaseError>
}>()("analytics-following/refresh/ScheduledRefresh") {
  static readonly layerNoDeps = (options: ScheduledRefreshOptions) =>
    Layer.effect(
      ScheduledRefresh,
      Effect.gen(function*() {
        const repo = yield* RefreshRepo
        const fetches = yield* ProfileFetches
        const transaction = yield* Transaction
        const interval = Duration.toMillis(options.interval)
        const freshFor = Duration.toMillis(options.freshFor)
        // Spread over the day: a budget that could go at once would go to what happens to be looked at first.
        const inARound = Math.ceil(options.dailyBudget * interval / millisOfDay)

        const round = Effect.gen(function*() {
          const now = yield* Clock.currentTimeMillis
          const taken = yield* repo.take(instantOf(now))
          if (taken === undefined) return undefined
          const day = instantOf(now).slice(0, 10)
          const begun = taken.day === day ? taken.begun : 0
          const watched = yield* repo.watched({
            after: taken.after,
            limit: lookedAt,
            staleAt: instantOf(now - freshFor),
            triedSince: instantOf(now - triedFor)
          })
          const chosen = mostDue(watched, now).slice(0, Math.max(0, Math.min(inARound, options.dailyBudget - begun)))
          for (const { last_refreshed: seen, username } of chosen) {
            yield* Effect.catchTag(
              fetches.join(username, undefined, { purpose: "refresh", analysisType: "refresh", seen }),
              "ProfileSuppressed",
              () => Effect.void
            )
          }
          const wait = interval * (yield* Random.nextBetween(0.75, 1.25))
          yield* repo.update({
            next_at: instantOf(now + Math.round(wait)),
            after: watched.length < lookedAt ? null : watched.at(-1)?.id ?? null,
            day,
            begun: begun + chosen.length
          }, instantOf(now))
          return chosen.length
        }).pipe(transaction.run, Effect.withSpan("ScheduledRefresh.round"))

        return { round }
      })
    )

  static readonly layer = (options: ScheduledRefreshOptions) => this.layerNoDeps(options).pipe(Layer.provide(RefreshRepo.layer))

  /** Asks for rounds as long as the process lives. What fails is in the log, and is asked for again. */
  static readonly running = (options: ScheduledRefreshOptions) =>
    options.dailyBudget === 0 ? Layer.empty : Layer.effectDiscard(
      Effect.gen(function*() {
        const { round } = yield* ScheduledRefresh
        const pause = Math.max(1000, Duration.toMillis(options.interval) / 4)
        yield* loop(
          "scheduled refresh",
          pause,
          Effect.tap(
            round,
            (begun) => begun === undefined || begun === 0 ? Effect.void : Effect.logInfo("refresh begun", { begun })
          )
        )
      })
    )
}

/** Watched profiles that one round looks at: fewer are watched in most installations, which makes the order exact. */
const lookedAt = 1000

/** Milliseconds for which a name that was just tried is left alone, whatever came of it. */
const triedFor = Duration.toMillis("6 hours")

const millisOfDay = Duration.toMillis("1 day")

/** Those that are due, the oldest and most watched first. */
const mostDue = (watched: ReadonlyArray<Watched>, now: number): ReadonlyArray<Watched> => {
  const urgency = ({ last_refreshed, weight }: Watched) => (now - millisOf(last_refreshed)) * weight
  return watched.filter(({ due }) => due).sort((a, b) => urgency(b) - urgency(a))
}
