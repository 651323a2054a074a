import { Clock, Context, Duration, Effect, Layer, Option } from "effect"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { instantOf } from "../database/Instant.ts"
import type { ProfileId } from "../profiles/Profile.ts"
import { normalizeUsername, type Username } from "../profiles/Username.ts"
import type { UserId } from "../users/UserId.ts"
import type { AnalysisType, DataSource, UserSearch } from "./Search.ts"
import { type Pruned, type SearchFilter, SearchRepo } from "./SearchRepo.ts"
import type { SearchRow, Suggestion } from "./SearchView.ts"
import { SuggestionRepo } from "./SuggestionRepo.ts"

export interface LookupOutcome {
  readonly username: Username
  readonly profile: ProfileId | null
  readonly analysisType: typeof AnalysisType.Type
  readonly source: typeof DataSource.Type | null
  /** Null when the look-up succeeded, else the slug of its problem. */
  readonly errorCode: string | null
  readonly snapshot: typeof UserSearch.fields.profile_snapshot.Type
}

/** The record of who looked up what, with outcome and duration. */
export class Searches extends Context.Service<Searches, {
  /** Records one look-up for each user, each with the milliseconds it took them. */
  record(
    users: ReadonlyArray<{ readonly id: UserId; readonly startedAt: number }>,
    outcome: LookupOutcome
  ): Effect.Effect<void, DatabaseError>
  /** A user's look-ups, latest first, each with the position that `after` continues from. */
  list(user: UserId, filter: SearchFilter, page: {
    readonly after: string | undefined
    readonly limit: number
  }): Effect.Effect<ReadonlyArray<SearchRow>, DatabaseError>
  /** False when the user has none of that id. */
  delete(user: UserId, id: string): Effect.Effect<boolean, DatabaseError>
  /** How many there were. */
  deleteAll(user: UserId): Effect.Effect<number, DatabaseError>
  /** Profiles that a text, not yet a whole name, may be meant for. */
  suggest(user: UserId, text: string, limit: number): Effect.Effect<ReadonlyArray<Suggestion>, DatabaseError>
  /** Deletes look-ups older than so long, of the next `users` users after `after`; counts them only on a dry run. */
  prune(options: {
    readonly olderThan: Duration.Duration
    readonly after: UserId | undefined
    readonly users: number
    readonly dryRun: boolean
  }): Effect.Effect<Pruned, DatabaseError>
  /** All rows there are. */
  readonly count: SearchRepo["Service"]["count"]
}>()("analytics-following/searches/Searches") {
  static readonly layerNoDeps = Layer.effect(
    Searches,
    Effect.gen(function*() {
      const repo = yield* SearchRepo
      const suggestions = yield* SuggestionRepo

      const record = Effect.fn("Searches.record")(function*(
        users: ReadonlyArray<{ readonly id: UserId; readonly startedAt: number }>,
        outcome: LookupOutcome
      ) {
        const now = yield* Clock.currentTimeMillis
        yield* repo.insert(
          users.map((user) => ({
            user_id: user.id,
            instagram_username: outcome.username,
            search_timestamp: instantOf(now),
            analysis_type: outcome.analysisType,
            search_duration_ms: durationOf(user.startedAt, now),
            data_source: outcome.source,
            success: outcome.errorCode === null,
            error_code: outcome.errorCode,
            profile_snapshot: outcome.snapshot
          })),
          outcome.profile
        )
      })

      return {
        record,
        list: (user, filter, page) => repo.list({ user, filter, ...page }),
        delete: repo.delete,
        deleteAll: repo.deleteAll,
        suggest: Effect.fn("Searches.suggest")((user: UserId, text: string, limit: number) => {
          const beginning = beginningOf(text)
          return beginning === "" ? Effect.succeed([]) : suggestions.find(user, beginning, limit)
        }),
        prune: Effect.fn("Searches.prune")(function*({ after, dryRun, olderThan, users }) {
          const before = instantOf((yield* Clock.currentTimeMillis) - Duration.toMillis(olderThan))
          return yield* (dryRun ? repo.countPrunable : repo.prune)({ before, after, users })
        }),
        count: repo.count
      }
    })
  )

  static readonly layer = this.layerNoDeps.pipe(Layer.provide([SearchRepo.layer, SuggestionRepo.layer]))
}

/** As much of a text as a username could be made of. */
export const beginningOf = (text: string): string =>
  Option.getOrElse(normalizeUsername(text), () => text.toLowerCase().replace(/[^a-z0-9._]/g, "").slice(0, 30))

/**
 * Whole milliseconds; null where they are not known: of what the column cannot hold, a look-up that a stopped system came back to after more
 * than 24 days, and where the clock was set back meanwhile.
 */
const durationOf = (startedAt: number, now: number): number | null => {
  const millis = Math.round(now - startedAt)
  return millis < 0 || millis > 2_147_483_647 ? null : millis
}
