import { Clock, Context, Effect, Layer } from "effect"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { instantOf } from "../database/Instant.ts"
import type { ProfileId } from "../profiles/Profile.ts"
import type { Username } from "../profiles/Username.ts"
import type { UserId } from "../users/UserId.ts"
import type { AnalysisType, DataSource, UserSearch } from "./Search.ts"
import { SearchRepo } from "./SearchRepo.ts"

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
}>()("analytics-following/searches/Searches") {
  static readonly layerNoDeps = Layer.effect(
    Searches,
    Effect.gen(function*() {
      const repo = yield* SearchRepo

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
            search_duration_ms: Math.max(0, Math.round(now - user.startedAt)),
            data_source: outcome.source,
            success: outcome.errorCode === null,
            error_code: outcome.errorCode,
            profile_snapshot: outcome.snapshot
          })),
          outcome.profile
        )
      })

      return { record }
    })
  )

  static readonly layer = this.layerNoDeps.pipe(Layer.provide(SearchRepo.layer))
}
